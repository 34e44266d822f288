import { expect } from 'chai';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { nodeId } from '../../../src/core/node.ts';
import { compacted } from '../../../src/replicas/pbft/compact.ts';
import type { Effect, SavedRecord } from '../../../src/replicas/pbft/messages.ts';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import type { ReplicaState } from '../../../src/replicas/pbft/state.ts';
import { stateDigest, statusOf } from '../../../src/replicas/pbft/status.ts';
import { OneReplica, batchOf, executedIn, prePrepare, request, saidIn, viewChange, vote } from '../../support/one-replica.ts';
import { Cluster, twisted } from '../../support/replicas.ts';

function agree(cluster: Cluster, ids: readonly number[]): void {
  for (const id of ids) {
    expect(cluster.log(id), `log of ${id}`).to.deep.equal(cluster.log(ids[0]!));
    expect(cluster.digest(id), `state of ${id}`).to.equal(cluster.digest(ids[0]!));
  }
}

/** A primary that tells even and odd backups different things. */
const equivocating = twisted((effect, self): Effect[] => {
  if (effect.type !== 'send' || effect.message.type !== 'pre-prepare') return [effect];
  const { body } = effect.message;
  const batch = { requests: effect.message.batch.requests.slice(1) };
  const signer = symbolicSigner(self);
  const other = { ...body, digest: signer.digest(batch) };
  const lie = { type: 'pre-prepare' as const, body: other, signature: signer.sign('pre-prepare', other), batch };
  return [
    { ...effect, to: effect.to.filter((id) => id % 2 === 0) },
    { ...effect, to: effect.to.filter((id) => id % 2 === 1), message: lie },
  ];
});

describe('PBFT changes views:', () => {
  for (const collector of [false, true]) {
    for (const n of [4, 7]) {
      for (const delay of [0, 1, 2, 3, 4, 5]) {
        it(`a primary of ${n} that falls ${delay} ms into an order${collector ? ' with a collector' : ''}: the request is executed in the next view`, () => {
          const cluster = new Cluster(n, { collector });
          cluster.ask('before');
          cluster.untilAnswered();
          cluster.ask('order');
          cluster.rest(delay);
          cluster.network.crash(cluster.node(0));
          expect(cluster.untilAnswered(10_000)).to.equal(true);
          cluster.ask('after');
          expect(cluster.untilAnswered(10_000)).to.equal(true);
          cluster.rest(100);
          const loyal = Array.from({ length: n - 1 }, (_, i) => i + 1);
          agree(cluster, loyal);
          expect(cluster.log(1)).to.deep.equal(['before', 'order', 'after']);
          expect(cluster.accusations).to.deep.equal([]);
        });
      }
    }
  }

  it('two primaries in a row that are down: the third serves', () => {
    const cluster = new Cluster(7);
    cluster.network.crash(cluster.node(0));
    cluster.network.crash(cluster.node(1));
    cluster.ask('order');
    expect(cluster.untilAnswered(20_000)).to.equal(true);
    expect(cluster.status(2)).to.include({ view: 2, commander: 2, executed: 1 });
  });

  it('many requests under way, the primary falls: each is executed once, and all logs are one', () => {
    const cluster = new Cluster(4, { batch: 5, checkpointEvery: 8, pipeline: 6 });
    for (let i = 0; i < 120; i += 1) cluster.ask(`order ${i}`);
    cluster.rest(7);
    cluster.network.crash(cluster.node(0));
    expect(cluster.untilAnswered()).to.equal(true);
    cluster.rest(100);
    agree(cluster, [1, 2, 3]);
    expect(new Set(cluster.log(1)).size).to.equal(120);
    expect(cluster.log(1).length).to.equal(120);
  });

  for (const n of [4, 7]) {
    it(`a primary of ${n} that tells different replicas different requests: nobody executes two, and the next view serves`, () => {
      const cluster = new Cluster(n, { batch: 4 }, new Map([[0, equivocating]]));
      for (let i = 0; i < 12; i += 1) cluster.ask(`order ${i}`);
      expect(cluster.untilAnswered()).to.equal(true);
      cluster.rest(5000);
      const loyal = Array.from({ length: n - 1 }, (_, i) => i + 1);
      agree(cluster, loyal);
      expect(cluster.log(1).toSorted()).to.deep.equal(Array.from({ length: 12 }, (_, i) => `order ${i}`).toSorted());
      expect(cluster.status(1).view).to.be.at.least(1);
    });
  }

  it('a replica that was cut off while views changed comes level by itself', () => {
    const cluster = new Cluster(4, { checkpointEvery: 4, batch: 1 });
    let cut = 3;
    cluster.link = (from, to) => (from.id === cut || to.id === cut ? [] : [1]);
    for (let i = 0; i < 30; i += 1) cluster.ask(`order ${i}`);
    expect(cluster.untilAnswered()).to.equal(true);
    cut = 0;
    cluster.ask('order 30');
    expect(cluster.untilAnswered()).to.equal(true);
    expect(cluster.status(3)).to.include({ view: 1, executed: 31 });
    cut = -1;
    cluster.rest(5000);
    expect([0, 1, 2, 3].map((id) => cluster.digest(id))).to.deep.equal(Array.from({ length: 4 }, () => cluster.digest(1)));
  });

  it('a new-view that does not follow from its proofs is refused, and its primary left', () => {
    const forging = twisted((effect, self) => {
      if (effect.type !== 'send' || effect.message.type !== 'new-view') return [effect];
      const body = { ...effect.message.body, prePrepares: [] };
      return [{ ...effect, message: { type: 'new-view', body, signature: symbolicSigner(self).sign('new-view', body) } }];
    });
    const cluster = new Cluster(4, {}, new Map([[1, forging]]));
    cluster.link = (from, _to, message) => (from.id === 0 && message.type === 'commit' ? [] : [1]);
    cluster.link = (_from, to, message) => (message.type === 'commit' && to.id !== 3 ? [] : [1]);
    cluster.ask('order');
    cluster.rest(10);
    expect(cluster.log(3)).to.deep.equal(['order']);
    cluster.network.crash(cluster.node(0));
    cluster.link = () => [1];
    cluster.ask('next');
    cluster.rest(20_000);
    expect(cluster.accusations.some((line) => line.includes('accuses 1: a new-view that does not follow'))).to.equal(true);
    agree(cluster, [2, 3]);
    expect(cluster.log(2)[0]).to.equal('order');
  });

  it('a traitor that shows a client’s requests to backups alone topples no primary: they pass them on, and all are executed', () => {
    const cluster = new Cluster(4);
    for (const number of [1, 2, 3]) for (const id of [1, 2]) cluster.network.hear(cluster.node(id), nodeId(3), request(number));
    cluster.rest(20_000);
    for (let id = 0; id < 4; id += 1) expect(cluster.status(id)).to.include({ view: 0, executed: 3, waiting: 0 });
  });

  it('a primary that alone has left its view is followed into the next, and no further', () => {
    const backup = new OneReplica(2);
    expect(saidIn(backup.hears(0, viewChange(0, 7)), 'view-change').map(({ body }) => body.view)).to.deep.equal([1]);
    expect(saidIn(backup.hears(1, viewChange(1, 7)), 'view-change').map(({ body }) => body.view), 'f + 1 for later views').to.deep.equal([7]);
  });

  it('whom the word of a primary that left has not reached asks it for that, upon its status', () => {
    // A replica tells one other in turn where it stands: it would be long until all had told the primary.
    const cluster = new Cluster(7, { statusEvery: 150 });
    cluster.ask('order');
    cluster.rest(2);
    cluster.network.pause(cluster.node(0));
    cluster.link = (from, _to, message) => (from.id === 0 && message.type === 'view-change' ? [] : [1]);
    cluster.rest(990);
    for (let id = 1; id < 7; id += 1) expect(cluster.status(id)).to.include({ view: 0, executed: 1, isChangingView: false });
    cluster.rest(100);
    cluster.network.resume(cluster.node(0));
    expect(cluster.status(0)).to.include({ view: 1, isChangingView: true });
    cluster.link = () => [1];
    cluster.rest(320);
    for (let id = 0; id < 7; id += 1) expect(cluster.status(id)).to.include({ view: 1, isChangingView: false });
  });

  it('all that waited for a primary that is gone is executed in the very next view, though no client asks again', () => {
    const cluster = new Cluster(4, { retryAfter: 600_000, batch: 4, pipeline: 1 });
    cluster.link = (from, to, message) => (message.type === 'request' && from.id >= 4 && to.id !== 3 ? [] : [1]);
    cluster.network.crash(cluster.node(0));
    for (let number = 1; number <= 60; number += 1) for (const id of [2, 3]) cluster.network.hear(cluster.node(id), nodeId(4), request(number));
    cluster.rest(60_000);
    expect(new Set(cluster.log(1)).size).to.equal(60);
    expect(cluster.status(1).view, 'the next primary was deposed for what nobody told it').to.equal(1);
  });

  it('a replica for which there is no proof left comes level by the word of f + 1, remembers it, and believes no fewer', () => {
    const batch = batchOf(request(1));
    const lagging = new OneReplica(1);
    const word = (by: number, other = batch): Effect[] => lagging.hears(by, { type: 'executed', sequence: 1, batch: other });
    expect(executedIn(word(3, batchOf(request(2))))).to.deep.equal([]);
    expect(executedIn(word(0))).to.deep.equal([]);
    expect(executedIn(word(0)), 'twice by the same').to.deep.equal([]);
    const effects = word(2);
    expect(executedIn(effects)).to.deep.equal([1]);
    const saved = effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : []));
    for (const records of [saved, compacted(saved)]) expect(replica.recover(lagging.context, records).store.chain).to.equal(lagging.state.store.chain);
  });

  it('a client that makes its own request too old to be executed topples no primary', () => {
    const cluster = new Cluster(4);
    const signer = cluster.node(4).context.signer;
    const ask = (timestamp: number, to: readonly number[]): void => {
      const body = { client: nodeId(4), timestamp, mark: `${timestamp}`, key: '', operation: 'order' };
      const message = { type: 'request' as const, body, signature: signer.sign('request', body) };
      for (const id of to) cluster.network.at(cluster.network.now, () => cluster.network.hear(cluster.node(id), nodeId(4), message));
    };
    // The backups’ own words to the primary come too late.
    cluster.link = (from, _to, message) => (from.id < 4 && message.type === 'request' ? [500] : [1]);
    ask(1, [1, 2, 3]);
    ask(1000, [0]);
    cluster.rest(20_000);
    for (let id = 0; id < 4; id += 1) expect(cluster.status(id)).to.include({ view: 0, executed: 1, waiting: 0 });
  });
});

describe('PBFT remembers:', () => {
  it('all replicas fall at any moment of an order, and come back with their disks: nothing answered is lost, nothing is done twice', () => {
    for (let moment = 0; moment < 30; moment += 1) {
      const cluster = new Cluster(4, { checkpointEvery: 4, batch: 2 });
      cluster.sync = 2;
      for (let i = 0; i < 14; i += 1) cluster.ask(`order ${i}`);
      cluster.rest(moment);
      const answered = cluster.answers.size;
      for (let id = 0; id < 4; id += 1) cluster.network.crash(cluster.node(id));
      for (let id = 0; id < 4; id += 1) cluster.network.start(cluster.node(id));
      expect(cluster.untilAnswered(), `falling at ${moment}, ${answered} answered`).to.equal(true);
      cluster.rest(5000);
      for (let id = 1; id < 4; id += 1) expect(cluster.digest(id), `falling at ${moment}`).to.equal(cluster.digest(0));
      expect(cluster.status(0).executed).to.equal(14);
      expect(cluster.accusations).to.deep.equal([]);
    }
  });

  it('a replica that falls when it has prepared stands by its votes as they were, and counts each once', () => {
    const backup = new OneReplica(2);
    const { body } = prePrepare();
    const saved = [...backup.hears(0, prePrepare()), ...backup.hears(3, vote('prepare', 3, body))].flatMap((effect) => (effect.type === 'save' ? [effect.record] : []));
    const slotOf = ({ slots }: ReplicaState): object => {
      const { certificate, isPrepared, prepareCount, commitCount, prepares, commits } = slots.find((slot) => slot?.sequence === 1)!;
      const plain = (votes: typeof prepares): object[] => votes.flatMap((one) => (one === undefined ? [] : [{ body: one.body, signature: one.signature }]));
      return { certificate, isPrepared, prepareCount, commitCount, prepares: plain(prepares), commits: plain(commits) };
    };
    const before = slotOf(backup.state);
    expect(before).to.include({ isPrepared: true, prepareCount: 2, commitCount: 1 });
    for (const records of [saved, compacted(saved)]) {
      backup.falls(records);
      expect(slotOf(backup.state)).to.deep.equal(before);
      expect(executedIn(backup.hears(0, vote('commit', 0, body)))).to.deep.equal([]);
      expect(executedIn(backup.hears(0, vote('commit', 0, body))), 'once more').to.deep.equal([]);
      const said = backup.hears(3, { type: 'status', view: 0, isChanging: false, executed: 0, stable: 0 });
      expect([...saidIn(said, 'prepare'), ...saidIn(said, 'commit')].map((one) => [one.type, one.body])).to.deep.equal(['prepare', 'commit'].map((type) => [type, { ...body, replica: 2 }]));
      expect(executedIn(backup.hears(3, vote('commit', 3, body)))).to.deep.equal([1]);
    }
  });

  it('a replica that falls when it has accepted a request counts its own vote for it once', () => {
    const backup = new OneReplica(2);
    const { body } = prePrepare();
    backup.falls(backup.hears(0, prePrepare()).flatMap((effect) => (effect.type === 'save' ? [effect.record] : [])));
    expect(saidIn(backup.hears(0, vote('commit', 0, body)), 'commit')).to.deep.equal([]);
    expect(saidIn(backup.hears(3, vote('prepare', 3, body)), 'commit').map((one) => one.body)).to.deep.equal([{ ...body, replica: 2 }]);
  });

  it('what is needed of the records makes the same replica as all of them, and stays few', () => {
    const cluster = new Cluster(4, { checkpointEvery: 4, batch: 1 });
    for (let round = 0; round < 6; round += 1) {
      const primary = cluster.node(round % 4);
      for (let i = 0; i < 7; i += 1) cluster.ask(`order ${round} ${i}`);
      cluster.rest(4);
      cluster.network.crash(primary);
      cluster.untilAnswered();
      cluster.network.start(primary);
      cluster.rest(3000);
      for (let id = 0; id < 4; id += 1) {
        const { context, disk } = cluster.node(id);
        const needed = compacted(disk as SavedRecord[]);
        const [all, few] = [replica.recover(context, disk as SavedRecord[]), replica.recover(context, needed)];
        expect(statusOf(few)).to.deep.equal(statusOf(all));
        expect(few.slots.map((slot) => slot?.certificate)).to.deep.equal(all.slots.map((slot) => slot?.certificate));
        expect(few.slots.map((slot) => slot?.view === few.view && slot.prePrepare)).to.deep.equal(all.slots.map((slot) => slot?.view === all.view && slot.prePrepare));
        expect(stateDigest(context.signer, few)).to.equal(stateDigest(context.signer, all));
        expect(needed.length).to.be.below(4 * 8 + 3);
      }
    }
  });

  it('one replica after the other falls and comes back under load', () => {
    const cluster = new Cluster(4, { checkpointEvery: 8, batch: 4 });
    cluster.sync = 1;
    for (let round = 0; round < 12; round += 1) {
      const node = cluster.node(round % 4);
      for (let i = 0; i < 20; i += 1) cluster.ask(`order ${round} ${i}`);
      cluster.rest(round);
      cluster.network.crash(node);
      cluster.rest(round * 200);
      cluster.network.start(node);
      expect(cluster.untilAnswered(), `round ${round}`).to.equal(true);
    }
    cluster.rest(5000);
    for (let id = 0; id < 4; id += 1) {
      expect(cluster.digest(id)).to.equal(cluster.digest(0));
      expect(cluster.status(id).executed).to.equal(240);
    }
    expect(cluster.accusations).to.deep.equal([]);
  });
});
