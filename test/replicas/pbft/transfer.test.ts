import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { compacted } from '../../../src/replicas/pbft/compact.ts';
import type { Effect, Message, SavedRecord } from '../../../src/replicas/pbft/messages.ts';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import { CHUNK_BUDGET } from '../../../src/replicas/pbft/state.ts';
import { stateDigest } from '../../../src/replicas/pbft/status.ts';
import { Cluster, twisted } from '../../support/replicas.ts';

const bytes = (message: unknown): number => Buffer.byteLength(JSON.stringify(message));
const value = '\u0001'.repeat(250);
const LAGGARD = 3;

/** Four replicas, the last of them cut off while the others fill so many values. */
function lagging(values: number, machines: ReadonlyMap<number, unknown> = new Map(), watch: (from: number, to: number, message: Message) => boolean = () => true): Cluster & { heal(): void } {
  const cluster = new Cluster(4, { checkpointEvery: 4, batch: 100, statusEvery: 100 }, machines);
  let cut = LAGGARD;
  cluster.link = (from, to, message) => (from.id === cut || to.id === cut || !watch(from.id, to.id, message) ? [] : [1]);
  for (let index = 0; index < values; index += 1) cluster.ask(`set ${index}-${value} ${value}`);
  expect(cluster.untilAnswered()).to.equal(true);
  return Object.assign(cluster, { heal: () => void (cut = -1) });
}

/** Enough for a last checkpoint. */
function goOn(cluster: Cluster, orders = 8): void {
  for (let index = 0; index < orders; index += 1) {
    cluster.ask(`order ${index}`);
    expect(cluster.untilAnswered()).to.equal(true);
  }
}

const isLevel = (cluster: Cluster): boolean => cluster.state(LAGGARD).store.chain === cluster.state(0).store.chain;

describe('a replica that lags behind a state of megabytes', () => {
  it('comes level, by messages of no more than 64 KiB, from all others in turn', () => {
    const askedOf = new Map<number, number>();
    const largest = new Map<string, number>();
    const cluster = lagging(1000, new Map(), (from, to, message) => {
      if (message.type === 'fetch-chunk') askedOf.set(to, (askedOf.get(to) ?? 0) + 1);
      if (from !== 4 && to === LAGGARD) largest.set(message.type, Math.max(largest.get(message.type) ?? 0, bytes(message)));
      return true;
    });
    goOn(cluster);
    cluster.heal();
    cluster.rest(3000);
    expect(isLevel(cluster)).to.equal(true);
    expect(cluster.digest(LAGGARD)).to.equal(cluster.digest(0));
    expect(cluster.accusations).to.deep.equal([]);
    const { chunks } = cluster.state(LAGGARD).snapshot!;
    expect(bytes(chunks)).to.be.above(2_900_000);
    expect(largest.get('chunk')).to.be.within(40_000, 64 * 1024);
    expect(largest.get('state')).to.be.below(64 * 1024);
    for (const id of [0, 1, 2]) expect(askedOf.get(id)).to.be.within(chunks.length / 5, chunks.length / 2);
  });

  it('accuses who sends wrong chunks, and does without', () => {
    const liar = twisted((effect): Effect[] =>
      effect.type === 'send' && effect.message.type === 'chunk' ? [{ ...effect, message: { ...effect.message, chunk: { type: 'values', entries: [['a', 'lie']] } } }] : [effect],
    );
    let asked = 0;
    const cluster = lagging(300, new Map([[1, liar]]), (_from, to, { type }) => {
      if (type === 'fetch-chunk' && to === 1) asked += 1;
      return true;
    });
    goOn(cluster);
    cluster.heal();
    cluster.rest(2000);
    expect(isLevel(cluster)).to.equal(true);
    expect(new Set(cluster.accusations)).to.deep.equal(new Set([`${LAGGARD} accuses 1: a chunk of another state`]));
    expect(asked).to.be.within(1, 16);
  });

  it('passes over two who are silent', () => {
    const cluster = lagging(300, new Map(), (from, _to, message) => message.type !== 'chunk' || from === 2);
    goOn(cluster);
    cluster.heal();
    cluster.rest(4000);
    expect(isLevel(cluster)).to.equal(true);
    expect(cluster.accusations).to.deep.equal([]);
  });

  it('goes on after a cut with what has come, and with what a later checkpoint has in common with an earlier', () => {
    let [count, most, after] = [0, 30, 0];
    const cluster = lagging(400, new Map(), (_from, to, { type }) => {
      if (type !== 'chunk' || to !== LAGGARD) return true;
      count += 1;
      return count <= most;
    });
    goOn(cluster);
    cluster.heal();
    cluster.rest(300);
    expect([isLevel(cluster), cluster.state(LAGGARD).transfer?.chunks.filter((chunk) => chunk !== undefined).length]).to.deep.equal([false, 30]);
    // Two checkpoints later nobody has the state any more that it was taking.
    goOn(cluster, 12);
    [count, most] = [0, 1000];
    cluster.rest(3000);
    after = count;
    expect(isLevel(cluster)).to.equal(true);
    expect(after).to.be.within(1, cluster.state(0).snapshot!.chunks.length - 20);
  });

  it('comes level while the others go on and on', () => {
    const cluster = lagging(600);
    cluster.heal();
    for (let round = 0; round < 40; round += 1) {
      for (let index = 0; index < 20; index += 1) cluster.ask(`set ${index * 30}-${value} ${round}`);
      expect(cluster.untilAnswered()).to.equal(true);
      cluster.rest(20);
    }
    expect(cluster.executed[LAGGARD]!.length).to.be.above(10);
    cluster.rest(1000);
    expect(isLevel(cluster)).to.equal(true);
  });

  it('comes back from its disk with that state, as a whole log and as one written anew', () => {
    const cluster = lagging(300);
    goOn(cluster);
    cluster.heal();
    cluster.rest(2000);
    goOn(cluster);
    cluster.rest(500);
    for (const id of [LAGGARD, 0]) {
      const { context, disk } = cluster.node(id);
      const [all, kept] = [disk, compacted(disk as SavedRecord[])].map((records) => JSON.parse(JSON.stringify(records)) as SavedRecord[]);
      for (const records of [all!, kept!]) expect(stateDigest(context.signer, replica.recover(context, records))).to.equal(cluster.digest(id));
      expect(compacted(kept!)).to.deep.equal(kept);
    }
  });

  it('saves of each state only what has changed', () => {
    const cluster = lagging(300);
    const before = bytes(cluster.node(0).disk);
    goOn(cluster, 40);
    expect(bytes(cluster.node(0).disk) - before).to.be.below(bytes(cluster.state(0).snapshot!.chunks) / 2);
  });
});

describe('a replica that is asked for chunks', () => {
  it('answers so many between two statuses, and none of a state that it has not', () => {
    const cluster = lagging(100);
    goOn(cluster);
    const { context } = cluster.node(0);
    const state = cluster.state(0);
    const { sequence } = state.snapshot!.manifest;
    const ask = (index: number, of = sequence): Effect[] => replica.step(context, state, { type: 'message', from: nodeId(3), message: { type: 'fetch-chunk', sequence: of, index } });
    expect(ask(1_000)).to.deep.equal([]);
    expect(ask(0, sequence + 4)).to.deep.equal([]);
    let answers = 0;
    for (let count = 0; count < 1000; count += 1) answers += ask(0).length;
    expect(answers).to.equal(CHUNK_BUDGET);
    replica.step(context, state, { type: 'timeout', timer: 'status' });
    expect(ask(0)).to.have.length(1);
  });
});
