import { expect } from 'chai';
import type { Effect } from '../../../src/replicas/pbft/messages.ts';
import { Cluster, twisted } from '../../support/replicas.ts';

const isCertificate = (effect: Effect): boolean => effect.type === 'send' && effect.message.type === 'certificate';

describe('the collector', () => {
  for (const n of [4, 7]) {
    it(`that is silent delays a request among ${n} by one timeout; then PBFT’s path takes over, in the same view`, () => {
      const silent = twisted((effect) => (isCertificate(effect) ? [] : [effect]));
      const cluster = new Cluster(n, { collector: true, collectorTimeout: 300, timeout: 1000 }, new Map([[1, silent]]));
      cluster.ask('order');
      expect(cluster.untilAnswered(310)).to.equal(true);
      cluster.ask('next');
      const from = cluster.network.now;
      expect(cluster.untilAnswered()).to.equal(true);
      expect(cluster.network.now - from).to.be.below(10);
      for (let id = 0; id < n; id += 1) expect(cluster.status(id)).to.include({ view: 0, executed: 2 });
    });

    it(`that forges a certificate is accused among ${n}, and not waited for`, () => {
      const forging = twisted((effect) => {
        if (effect.type !== 'send' || effect.message.type !== 'certificate') return [effect];
        const votes = effect.message.votes.map((vote, i) => (i === 0 ? { ...vote, body: { ...vote.body, digest: 'another' } } : { ...vote, body: { ...vote.body, digest: 'another' } }));
        return [{ ...effect, message: { ...effect.message, votes } }];
      });
      const cluster = new Cluster(n, { collector: true, collectorTimeout: 300 }, new Map([[1, forging]]));
      cluster.ask('order');
      expect(cluster.untilAnswered(50)).to.equal(true);
      expect(cluster.accusations.every((line) => line.endsWith('accuses 1: a prepare certificate that proves nothing'))).to.equal(true);
      expect(cluster.accusations.length).to.be.at.least(n - 2);
    });

    it(`that tells only some of ${n} is no reason to disagree`, () => {
      const partial = twisted((effect) => (isCertificate(effect) ? [{ ...(effect as Extract<Effect, { type: 'send' }>), to: (effect as Extract<Effect, { type: 'send' }>).to.slice(0, 1) }] : [effect]));
      const cluster = new Cluster(n, { collector: true }, new Map([[1, partial]]));
      cluster.ask('order');
      expect(cluster.untilAnswered(700)).to.equal(true);
      cluster.rest(3000);
      for (let id = 0; id < n; id += 1) expect(cluster.log(id)).to.deep.equal(['order']);
    });

    it(`that is down, with many requests among ${n}: every K places one timeout at most`, () => {
      const cluster = new Cluster(n, { collector: true, checkpointEvery: 8, batch: 1 });
      cluster.network.crash(cluster.node(1));
      for (let i = 0; i < 100; i += 1) cluster.ask(`order ${i}`);
      expect(cluster.untilAnswered(10_000)).to.equal(true);
      cluster.rest(3000);
      for (let id = 2; id < n; id += 1) expect(cluster.digest(id)).to.equal(cluster.digest(0));
      expect(cluster.status(0)).to.include({ view: 0, executed: 100 });
    });
  }
});
