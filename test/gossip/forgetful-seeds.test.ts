import { expect } from 'chai';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import { addressAt } from '../../src/gossip/sim/nodes.ts';
import { standingsOf } from '../../src/gossip/sim/standings.ts';
import type { SimNode } from '../../src/runtime/virtual/network.ts';
import { nodeId } from '../../src/core/node.ts';
import { LAN } from '../../src/gossip/settings.ts';

const SEEDS = 3;
const PEERS = 6;

// By what is drawn it differs which peers are linked to which seeds, and know their new keys first.
for (const seed of [1, 2, 4, 29]) describe(`a network whose seeds keep nothing on a disk, and were all started again, seed ${seed},`, () => {
  let world: GossipWorld;
  const seeds = (): SimNode[] => world.network.nodes.slice(0, SEEDS);
  const peer = (number: number): SimNode => world.node(SEEDS - 1 + number);
  const pass = (seconds: number): void => void world.network.run(world.now + 1000 * seconds);

  function forget(meanwhile = (): void => undefined): void {
    for (const node of seeds()) world.crash(node, true);
    meanwhile();
    pass(3);
    for (const node of seeds()) world.start(node);
  }

  /** By who has it: who is a member, and by which life. */
  const lists = (): Map<string, number[]> => {
    const known = new Map<string, number[]>();
    for (const node of world.network.nodes.filter(({ isUp }) => isUp)) {
      const list = Array.from(standingsOf(node)).filter(({ state }) => state === 'alive').map(({ address, life }) => `${address} ${life}`).toSorted().join(', ');
      known.set(list, [...(known.get(list) ?? []), node.id]);
    }
    return known;
  };

  const listOf = (lives: readonly number[]): string => lives.flatMap((life, index) => (life === 0 ? [] : [`${addressAt(nodeId(SEEDS + index))} ${life}`])).toSorted().join(', ');

  beforeEach(() => {
    world = new GossipWorld({ peers: PEERS, seeds: SEEDS, seed, settings: { ...LAN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined });
    for (const node of world.network.nodes) world.start(node);
    pass(3);
  });

  afterEach(() => expect(world.judge.violation?.witness).to.equal(undefined));

  it('has the same list everywhere: its members come to the seeds anew, each as the life that others know it by', () => {
    // One of them has a second life.
    world.kill(peer(2), false);
    pass(10);
    world.start(peer(2));
    pass(5);
    expect([...lists().keys()]).to.deep.equal([listOf([1, 2, 1, 1, 1, 1])]);
    forget();
    pass(20);
    expect([...lists().keys()]).to.deep.equal([listOf([1, 2, 1, 1, 1, 1])]);
  });

  it('lets in who fell before, though its lives are numbered anew', () => {
    for (let life = 1; life <= 2; life += 1) {
      world.kill(peer(3), false);
      pass(10);
      if (life === 1) world.start(peer(3));
      pass(5);
    }
    expect([...lists().keys()]).to.deep.equal([listOf([1, 1, 0, 1, 1, 1])]);
    forget();
    pass(20);
    world.start(peer(3));
    pass(20);
    expect([...lists().keys()]).to.deep.equal([listOf([1, 1, 1, 1, 1, 1])]);
  });

  it('lets in who was started again meanwhile with another key', () => {
    world.kill(peer(4), false);
    world.start(peer(4));
    pass(10);
    expect([...lists().keys()]).to.deep.equal([listOf([1, 1, 1, 2, 1, 1])]);
    forget(() => world.kill(peer(4), false));
    world.start(peer(4));
    pass(30);
    expect([...lists().keys()]).to.deep.equal([listOf([1, 1, 1, 1, 1, 1])]);
  });
});
