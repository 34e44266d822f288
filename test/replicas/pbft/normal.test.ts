import { expect } from 'chai';
import { Cluster } from '../../support/replicas.ts';

describe('PBFT in its normal case', () => {
  for (const n of [1, 2, 4, 5, 7, 10]) {
    it(`executes a request at all of ${n} replicas, and answers it`, () => {
      const cluster = new Cluster(n);
      const ticket = cluster.ask('set colour red');
      expect(cluster.untilAnswered()).to.equal(true);
      cluster.rest(10);
      expect(cluster.answers.get(ticket)).to.equal('1');
      for (let id = 0; id < n; id += 1) expect(cluster.log(id)).to.deep.equal(['set colour red']);
      expect(cluster.accusations).to.deep.equal([]);
    });
  }

  for (const n of [4, 7, 13]) {
    it(`sends exactly 2n(n − 1) messages a batch among ${n}`, () => {
      const cluster = new Cluster(n, { statusEvery: 60_000 });
      for (let i = 1; i <= 5; i += 1) {
        cluster.ask(`order ${i}`);
        cluster.untilAnswered();
        cluster.rest(10);
        expect(cluster.agreementMessages()).to.equal(i * 2 * n * (n - 1));
      }
      expect(cluster.sent.get('pre-prepare')).to.equal(5 * (n - 1));
      expect(cluster.sent.get('prepare')).to.equal(5 * (n - 1) ** 2);
      expect(cluster.sent.get('commit')).to.equal(5 * n * (n - 1));
    });

    it(`with a collector sends exactly 5(n − 1) messages a batch among ${n}`, () => {
      const cluster = new Cluster(n, { statusEvery: 60_000, collector: true });
      for (let i = 1; i <= 5; i += 1) {
        cluster.ask(`order ${i}`);
        cluster.untilAnswered();
        cluster.rest(10);
        expect(cluster.agreementMessages()).to.equal(i * 5 * (n - 1));
      }
    });
  }

  for (const collector of [false, true]) {
    const name = collector ? 'with a collector ' : '';
    it(`${name}executes a thousand requests of three clients once each, in one order, in batches`, () => {
      const cluster = new Cluster(4, { collector, batch: 20, checkpointEvery: 8 }, new Map(), 3);
      for (let i = 0; i < 1000; i += 1) cluster.ask(`order ${i}`, 4 + (i % 3));
      expect(cluster.untilAnswered()).to.equal(true);
      cluster.rest(2000);
      expect(new Set(cluster.log(0)).size).to.equal(1000);
      for (let id = 0; id < 4; id += 1) {
        expect(cluster.log(id)).to.deep.equal(cluster.log(0));
        expect(cluster.digest(id)).to.equal(cluster.digest(0));
        expect(cluster.status(id).executed).to.equal(1000);
        expect(cluster.status(id).view).to.equal(0);
      }
      expect(cluster.status(0).sequence).to.be.below(200);
    });

    it(`${name}takes checkpoints, and forgets what is below them`, () => {
      const cluster = new Cluster(4, { collector, batch: 1, checkpointEvery: 4 });
      for (let i = 0; i < 103; i += 1) cluster.ask(`order ${i}`);
      cluster.untilAnswered();
      cluster.rest(10);
      const state = cluster.state(2);
      expect([state.executed, state.stable, state.proof.length]).to.deep.equal([103, 100, 3]);
      expect(state.slots.filter((slot) => slot !== undefined).map(({ sequence }) => sequence)).to.have.members([101, 102, 103]);
      expect([state.batches.size, state.snapshots.size, state.waiting.size, state.waitingOf.size]).to.deep.equal([3, 0, 0, 0]);
    });
  }

  it('answers a repeated request from memory, and executes it once', () => {
    const cluster = new Cluster(4);
    let isDeaf = true;
    cluster.link = (_from, _to, message) => (message.type === 'reply' && isDeaf ? [] : [1]);
    cluster.ask('order');
    expect(cluster.untilAnswered(500)).to.equal(false);
    isDeaf = false;
    expect(cluster.untilAnswered()).to.equal(true);
    expect(cluster.log(0)).to.deep.equal(['order']);
    expect(cluster.status(0)).to.include({ view: 0, executed: 1 });
  });

  it('remembers values', () => {
    const cluster = new Cluster(4);
    cluster.ask('set colour dark red');
    cluster.untilAnswered();
    const ticket = cluster.ask('get colour');
    cluster.untilAnswered();
    expect(cluster.answers.get(ticket)).to.equal('dark red');
  });

  it('saves what it says before it says it', () => {
    const cluster = new Cluster(4);
    cluster.sync = 50;
    cluster.ask('order');
    cluster.rest(49);
    expect(cluster.agreementMessages()).to.equal(0);
    cluster.rest(55);
    expect(cluster.sent.get('prepare')).to.equal(undefined);
    expect(cluster.untilAnswered()).to.equal(true);
  });
});
