import { expect } from 'chai';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import type { PeerState } from '../../src/gossip/peer-state.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { sizeOf } from '../support/size.ts';
import { soaked } from '../support/trials.ts';

const SEEDS = 3;

/** So many join each second, and as many leave: what each of them costs all others grows with them. */
const EACH_SECOND = soaked(100, 2);

describe('a gossip network of which many come and go', () => {

  const worldOf = (peers: number): GossipWorld => new GossipWorld({ peers, seeds: SEEDS, seed: 1, settings: { ...LAN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined });

  it(`holds no more of them than their addresses, though ${EACH_SECOND} join and leave each second (alertmanager 1409, scylladb 10967)`, () => {
    const world = worldOf(20 + 2 * EACH_SECOND);
    const { network } = world;
    for (const node of network.nodes.slice(0, SEEDS + 20)) world.start(node);
    network.run(5000);
    const comers = network.nodes.slice(SEEDS + 20);
    const churn = (rounds: number): number => {
      for (let round = 0; round < rounds; round += 1) {
        // Each half is there for a second, and gone for one.
        for (const [place, node] of comers.entries()) {
          const at = world.now + 1 + (1000 / EACH_SECOND) * Math.floor(place / 2);
          network.at(at, () => (place % 2 === round % 2 ? world.start(node) : world.leave(node)));
        }
        network.run(world.now + 1000);
      }
      // Who came late, and what was said about those who went.
      for (const node of comers) world.leave(node);
      network.run(world.now + 60_000);
      return network.nodes.slice(0, SEEDS + 20).reduce((sum, { state }) => sum + sizeOf(state), 0);
    };
    const before = churn(2);
    const after = churn(soaked(58, 15));
    // What each kept of all who came would be more than that: a link that is closed, or whom it spared.
    expect(after).to.be.at.most(1.02 * before);
    expect(world.judge.violation).to.equal(undefined);
    expect([world.judge.falseRemovals, world.peers().length]).to.deep.equal([0, 20]);
  });

  it('has as many neighbours as before, though whoever lets the beacon go round is gone before it does', () => {
    const world = worldOf(100);
    const { network } = world;
    const stay = network.nodes.slice(0, SEEDS + 20);
    // As a text this address is the first of all.
    const comers = [100, 101].map((id) => world.node(id));
    for (const node of stay) world.start(node);
    network.run(20_000);
    const links = (): number => world.overlay().reduce((sum, neighbours) => sum + neighbours.length, 0);
    const before = links();
    for (let round = 0; round < 30; round += 1) {
      for (const [place, node] of comers.entries()) {
        if (place === round % 2) world.start(node);
        else world.leave(node);
      }
      network.run(world.now + 1000);
    }
    for (const node of comers) world.leave(node);
    network.run(world.now + 20_000);
    // Some had picked one of those, and then picked somebody else.
    expect(links()).to.be.within(before, 1.1 * before);
  });

  it('has one probe of a neighbour out at a time, however ill whoever probes takes itself to be (memberlist-rs 165)', () => {
    const world = worldOf(8);
    const { network, measure } = world;
    const [alone] = network.nodes.slice(SEEDS);
    const pinged = new Map<number, number>();
    const gaps: { readonly ill: number; readonly gap: number }[] = [];
    const illAt = new Map<number, number>();
    const count = measure.sent.bind(measure);
    measure.sent = (from, to, message) => {
      count(from, to, message);
      if (from !== alone || message.type !== 'ping') return;
      for (const id of to) {
        const last = pinged.get(id);
        if (last !== undefined) gaps.push({ ill: illAt.get(id)!, gap: world.now - last });
        pinged.set(id, world.now);
        illAt.set(id, (alone.state as PeerState).ill);
      }
    };
    for (const node of network.nodes) world.start(node);
    network.run(20_000);
    pinged.clear();
    gaps.length = 0;
    // It hears nobody any more, and not even that anybody is gone.
    world.cut({ side: new Set([alone!.id]) });
    network.run(80_000);
    expect(Math.max(...illAt.values())).to.equal(3);
    expect(gaps.length).to.be.above(10);
    // The time of a probe, and twice that for those who are asked to look.
    for (const { ill, gap } of gaps) expect(gap, `ill ${ill}`).to.be.at.least(3 * LAN.probeTimeout * (1 + ill));
  });
});
