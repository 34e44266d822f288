import { expect } from 'chai';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import type { Address } from '../../src/gossip/address.ts';
import { answersAbout } from '../../src/gossip/partial-view.ts';
import { addressAt } from '../../src/gossip/sim/nodes.ts';
import type { PeerState } from '../../src/gossip/peer-state.ts';
import { enter, finish, isAlive, newRoster } from '../../src/gossip/roster.ts';
import { LAN } from '../../src/gossip/settings.ts';
import type { Dead, Member } from '../../src/gossip/statements.ts';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import type { SimNode } from '../../src/runtime/virtual/network.ts';

const KNOWN = 16;
const SEEDS = 3;
const PEERS = 120;

describe('a network of more peers than each of them knows', () => {
  let world: GossipWorld;

  beforeEach(() => {
    world = new GossipWorld({ peers: PEERS, seeds: SEEDS, seed: 1, settings: { ...LAN, viewMax: KNOWN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined });
    for (const node of world.network.nodes) world.network.at(20 * node.id, () => world.start(node));
    world.network.run(20 * (SEEDS + PEERS) + 10_000);
  });

  const rosterOf = ({ state }: SimNode) => (state as PeerState).roster;
  const lives = (node: SimNode, id: NodeId): boolean => isAlive(rosterOf(node).entries.get(addressAt(id)));
  const seeds = (): SimNode[] => world.network.nodes.slice(0, SEEDS);
  const rest = (ms: number): unknown => world.network.run(world.now + ms);

  it('is ready and joined, its seeds know all, and a peer so many and its neighbours', () => {
    expect(world.reachable()).to.equal(1);
    for (const seed of seeds()) expect(rosterOf(seed).size).to.equal(PEERS);
    for (const peer of world.peers()) {
      const { isReady, neighbours } = peer.state as PeerState;
      expect(isReady).to.equal(true);
      expect(rosterOf(peer).size).to.be.within(2, KNOWN + neighbours.size + 1);
      for (const address of neighbours.keys()) expect(isAlive(rosterOf(peer).entries.get(address))).to.equal(true);
    }
  });

  it('has later peers known to some who came before', () => {
    rest(60_000);
    const last = world.network.nodes.at(-1)!;
    const knowing = world.peers().filter((peer) => peer !== last && lives(peer, last.id));
    expect(knowing.length).to.be.greaterThan((last.state as PeerState).neighbours.size);
    expect(knowing.length).to.be.lessThan(PEERS / 2);
  });

  it('removes who dies from every list, and nobody else', () => {
    const dying = world.peers().filter((_, place) => place % 6 === 0);
    for (const [place, node] of dying.entries()) world.kill(node, place % 2 === 0);
    rest(60_000);
    for (const node of dying) expect(world.network.nodes.filter((one) => one.isUp && lives(one, node.id)).map(({ id }) => id), `who still has node ${node.id}`).to.deep.equal([]);
    expect([world.judge.falseRemovals, world.judge.violation, world.reachable()]).to.deep.equal([0, undefined, 1]);
    for (const peer of world.peers()) expect(rosterOf(peer).entries.size).to.be.at.most(3 * KNOWN);
  });

  it('is told together by a seed who dies together, and of each once', () => {
    const dying = world.peers().filter((_, place) => place % 6 === 0);
    const told: (readonly Address[])[] = [];
    const count = world.measure.sent.bind(world.measure);
    world.measure.sent = (from, to, message) => {
      count(from, to, message);
      if (from !== seeds()[0] || to.length < PEERS / 2 || message.type !== 'statements') return;
      told.push(message.statements.flatMap(({ type, address }) => (type === 'dead' ? [address] : [])));
    };
    for (const node of dying) world.kill(node, false);
    rest(30_000);
    expect(told.flat().toSorted()).to.deep.equal(dying.map(({ id }) => addressAt(id)).toSorted());
    // The first at once, and the others behind it in a few messages.
    expect(told[0]).to.have.length(1);
    expect(told.length).to.be.below(dying.length / 2);
  });

  it('hears of deaths that happened while seeds were cut off from it', () => {
    const [victim, ...others] = world.peers();
    const lonely = others.filter((peer) => lives(peer, victim!.id) && !(peer.state as PeerState).neighbours.has(addressAt(victim!.id)));
    expect(lonely).not.to.deep.equal([]);
    world.cut({ side: new Set(lonely.map(({ id }) => id)) });
    world.kill(victim!, false);
    rest(15_000);
    world.heal();
    rest(120_000);
    expect(world.peers().filter((peer) => lives(peer, victim!.id)).map(({ id }) => id)).to.deep.equal([]);
  });

  it('is one network again after a long cut through its middle', () => {
    world.cut({ side: new Set(world.peers().filter((_, place) => place % 2 === 0).map(({ id }) => id)) });
    rest(120_000);
    expect(world.reachable()).to.be.lessThan(0.6);
    world.heal();
    rest(120_000);
    expect(world.reachable()).to.equal(1);
    expect(world.judge.missing(function* () { /* Lists are looked at above. */ }, world.now, () => false)).to.equal(undefined);
  });

  it('lets each word reach everybody', () => {
    world.say(world.peers()[0]!, 'to all');
    rest(5000);
    const [spreading] = world.measure.spreadings.values();
    expect(spreading!.times).to.have.length(PEERS);
  });
});

describe('what is answered to a peer that asks about members', () => {
  const [alive, dead, later, unasked] = [1, 2, 3, 4].map((n) => addressAt(nodeId(n))) as [Address, Address, Address, Address];
  const member = (address: Address, life: number): Member => ({ type: 'member', address, key: 'k', life, votes: [] });
  const roster = newRoster();
  for (const one of [member(alive, 1), member(dead, 1), member(later, 2), member(unasked, 1)]) enter(roster, one);
  const end: Dead = { type: 'dead', address: dead, life: 1, votes: [] };
  finish(roster, roster.entries.get(dead)!, end);
  const about = (...members: { readonly address: Address; readonly life: number }[]) => ({ type: 'ask-about', members }) as const;

  it('is who has ended, and who has a later life, by what that is known; of others nothing', () => {
    const asked = about(...[alive, dead, later, addressAt(nodeId(5))].map((address) => ({ address, life: 1 })));
    expect(answersAbout(roster, asked)).to.deep.equal([{ type: 'statements', statements: [member(dead, 1), end, member(later, 2)] }]);
    expect(answersAbout(roster, about({ address: alive, life: 1 }))).to.deep.equal([]);
  });

  it('is who somebody is of whom nothing was known, and others whom it does not ask about', () => {
    expect(answersAbout(roster, about({ address: alive, life: 0 }))).to.deep.equal([{ type: 'statements', statements: [member(alive, 1)] }]);
    expect(answersAbout(roster, about({ address: alive, life: 1 }), [alive, unasked])).to.deep.equal([{ type: 'statements', statements: [member(unasked, 1)] }]);
  });
});
