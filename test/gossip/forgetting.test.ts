import { expect } from 'chai';
import { neededOf, recalled } from '../../src/gossip/forgetting.ts';
import type { PeerState } from '../../src/gossip/peer-state.ts';
import { statementsOf } from '../../src/gossip/roster.ts';
import type { SeedState } from '../../src/gossip/seed-state.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { addressAt } from '../../src/gossip/sim/nodes.ts';
import { standingsOf } from '../../src/gossip/sim/standings.ts';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import type { Saved } from '../../src/gossip/statements.ts';
import { nodeId } from '../../src/core/node.ts';
import type { SimNode } from '../../src/runtime/virtual/network.ts';
import { sizeOf } from '../support/size.ts';
import { soaked } from '../support/trials.ts';

const SEEDS = 3;
/** In ms. */
const FORGET_AFTER = 40_000;

describe('a seed that forgets who ended', () => {

  let world: GossipWorld;
  const begin = (peers: number, started: number): void => {
    world = new GossipWorld({ peers, seeds: SEEDS, seed: 1, settings: { ...LAN, gossipMessages: 0, forgetAfter: FORGET_AFTER }, loss: 0, delay: 5, byzantine: 0, kind: undefined });
    for (const node of world.network.nodes.slice(0, SEEDS + started)) world.start(node);
    pass(5);
  };
  const pass = (seconds: number): void => void world.network.run(world.now + 1000 * seconds);
  const seed = (number: number): SimNode => world.node(number - 1);
  const peer = (number: number): SimNode => world.node(SEEDS - 1 + number);
  const stateOf = (node: SimNode): SeedState => node.state as SeedState;
  const addressOf = (node: SimNode) => addressAt(nodeId(node.id));
  /** What a node makes of another: undefined if it knows nothing of it. */
  const standing = (by: SimNode, of: SimNode): string | undefined => {
    const found = Array.from(standingsOf(by)).find(({ address }) => address === addressOf(of));
    return found === undefined ? undefined : `${found.state} ${found.life}`;
  };
  const up = (): SimNode[] => world.network.nodes.filter(({ isUp }) => isUp);
  const all = (of: SimNode): unknown[] => [...new Set(up().filter((node) => node !== of).map((node) => standing(node, of)))];

  afterEach(() => expect(world.judge.violation?.witness).to.equal(undefined));

  it('holds no more, however many were there: each from another address, some killed and some gone by their own word', () => {
    const rounds = soaked(150, 12);
    const each = 20;
    begin(10 + rounds * each, 10);
    const sizes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const comers = world.network.nodes.slice(SEEDS + 10 + round * each, SEEDS + 10 + (round + 1) * each);
      for (const node of comers) world.start(node);
      pass(10);
      for (const node of comers) if (node.id % 2 === 0) world.kill(node, false); else world.leave(node);
      pass(15);
      // Of votes it remembers so many, whoever they were about.
      sizes.push(Math.max(...seeds().map((node) => sizeOf({ ...stateOf(node), votes: undefined }))));
    }
    expect(Math.max(...sizes.slice(-3))).to.be.at.most(1.1 * Math.max(...sizes.slice(2, 4)));
    pass(2 * FORGET_AFTER / 1000);
    for (const number of [1, 2, 3]) expect(stateOf(seed(number)).roster.entries.size).to.equal(10);
    expect(world.judge.falseRemovals).to.equal(0);
  });

  it('gives whoever comes next a life above all that it forgot, so that no old word is about that one', () => {
    begin(6, 5);
    world.kill(peer(5), false);
    pass(10);
    const [member, dead] = statementsOf(stateOf(seed(1)).roster.entries.get(addressOf(peer(5)))!);
    pass(60);
    expect(seeds().map((node) => standing(node, peer(5)))).to.deep.equal([undefined, undefined, undefined]);
    world.start(peer(5));
    world.start(peer(6));
    pass(5);
    expect([all(peer(5)), all(peer(6))]).to.deep.equal([['alive 2'], ['alive 2']]);
    for (const statement of [member!, dead!]) tell(seed(1), statement);
    pass(20);
    expect(all(peer(5))).to.deep.equal(['alive 2']);
  });

  it('has nobody back by old words, from whomever they come and whatever is over (akka.net 8484, scylladb 14991)', () => {
    begin(6, 5);
    world.kill(peer(5), false);
    pass(10);
    const [member, dead] = statementsOf(stateOf(seed(1)).roster.entries.get(addressOf(peer(5)))!);
    world.start(peer(5));
    pass(5);
    expect(all(peer(5))).to.deep.equal(['alive 2']);
    world.leave(peer(5));
    pass(60);
    expect(seeds().map((node) => standing(node, peer(5)))).to.deep.equal([undefined, undefined, undefined]);
    // An old list of somebody who knows how it ended is nothing to look into.
    tell(seed(1), member!, dead!);
    pass(10);
    expect(standing(seed(1), peer(5))).to.equal(undefined);
    // Of who is told to live seeds see that he does not; so does whoever told it.
    tell(seed(1), member!);
    pass(10);
    expect(seeds().map((node) => standing(node, peer(5)))).to.deep.equal(['dead 1', 'dead 1', 'dead 1']);
    // Its second life, which nobody knows any more, is not given away again.
    world.start(peer(5));
    pass(5);
    expect(all(peer(5))).to.deep.equal(['alive 3']);
  });

  it('looks for whoever somebody has on a list that was cut off for longer, and takes off again who is not there', () => {
    begin(6, 6);
    world.cut({ side: new Set([peer(1).id, peer(2).id]) });
    pass(2);
    world.kill(peer(6), true);
    // On the side of the seeds all others are removed too, and forgotten.
    pass(120);
    for (const number of [1, 2, 6]) expect(standing(seed(1), peer(number)), `P${number}`).to.equal(undefined);
    expect(standing(peer(1), peer(6))).to.match(/^(alive|suspect) 1$/);
    world.heal();
    pass(40);
    expect(standing(peer(1), peer(6))).to.equal('dead 1');
    // Who was cut off and lived is back, as a later life.
    for (const number of [1, 2]) expect(all(peer(number)), `P${number}`).to.deep.equal(['alive 2']);
  });

  it('has one list with seeds that forget later, as it looks for whoever has a life that it may have forgotten', () => {
    begin(17, 5);
    world.kill(peer(5), false);
    // Two are started again and again before an era is over, and so forget nobody.
    for (let i = 0; i < 7; i += 1) {
      pass(8);
      for (const number of [1, 2]) {
        world.crash(seed(number));
        world.start(seed(number));
      }
    }
    expect(seeds().map((node) => stateOf(node).floor)).to.deep.equal([0, 0, 1]);
    const comers = Array.from({ length: 12 }, (_, i) => peer(6 + i));
    // It does not hear who is let in, and could not say that it may know an earlier life.
    world.cut({ side: new Set([seed(3).id]) });
    for (const node of comers) world.start(node);
    pass(4);
    expect(standing(seed(1), comers[0]!)).to.equal('alive 1');
    world.heal();
    pass(15);
    expect(seeds().map((node) => stateOf(node).roster.size)).to.deep.equal([16, 16, 16]);
    for (const node of comers) expect(all(node), `node ${node.id}`).to.deep.equal(['alive 2']);
  });

  it('goes on where it was when it is started again, by what it saved; and needs little of that', () => {
    begin(8, 8);
    for (const number of [1, 2]) world.kill(peer(number), false);
    pass(25);
    world.kill(peer(3), false);
    pass(20);
    const { roster, floor, era, ended } = stateOf(seed(1));
    const known = (from: typeof roster): unknown => Array.from(from.entries.values(), ({ member, end }) => ({ member, end }));
    expect([roster.entries.size, floor]).to.deep.equal([6, 1]);
    const saved = seed(1).disk as Saved[];
    const again = recalled(saved);
    expect([known(again.roster), again.floor, [...again.ended.keys()]]).to.deep.equal([known(roster), floor, [...ended.keys()]]);
    const needed = neededOf(saved);
    const less = recalled(needed);
    const ages = (state: Pick<SeedState, 'era' | 'ended'>): number[] => Array.from(state.ended.values(), (one) => state.era - one.era);
    expect([known(less.roster), less.floor, ages(less)]).to.deep.equal([known(roster), floor, ages({ era, ended })]);
    expect(needed.length).to.be.below(saved.length);
    expect(neededOf(needed)).to.deep.equal(needed);
    world.crash(seed(1));
    world.start(seed(1));
    pass(60);
    expect(stateOf(seed(1)).roster.entries.size).to.equal(5);
  });

  const seeds = (): SimNode[] => [1, 2, 3].map(seed);

  /** A peer tells a seed something, behind whatever it says next. */
  function tell(to: SimNode, ...statements: Saved[]): void {
    const linkTo = (node: SimNode) => Array.from((node.state as PeerState).links.values()).find((one) => one.isProven && one.address === addressOf(to));
    const by = up().find((node) => node.id >= SEEDS && linkTo(node) !== undefined)!;
    const link = linkTo(by);
    const { machine } = by;
    const waiting = [{ type: 'send', to: [link!.id], message: { type: 'statements', statements } }] as const;
    const left = [...waiting];
    Object.assign(by, { machine: { ...machine, step: (...event: Parameters<typeof machine.step>) => [...machine.step(...event), ...left.splice(0)] } });
  }
});
