import { expect } from 'chai';
import { drawGossip, onlyParts, partsOfPlan, STABLE_FROM, type GossipPlan } from '../../../src/gossip/sim/plan.ts';

const plans = Array.from({ length: 512 }, (_, seed) => drawGossip({ n: 8, seed }));

/** What is particular to this network, and in how many of 512 plans it happens at least. */
const KINDS: Readonly<Record<string, { readonly happens: (plan: GossipPlan) => boolean; readonly least: number }>> = {
  'peers that are killed': { happens: ({ kills }) => kills.some(({ isHost }) => !isHost), least: 150 },
  'hosts that fall silent': { happens: ({ kills }) => kills.some(({ isHost }) => isHost), least: 150 },
  'seeds that are killed': { happens: ({ kills, seeds }) => kills.some(({ node }) => node < seeds), least: 40 },
  'peers that leave': { happens: ({ quits }) => quits.length > 0, least: 100 },
  'seeds that come late': { happens: ({ joins, seeds }) => joins.some(({ node }) => node < seeds), least: 60 },
  'peers restarted with another key': { happens: ({ crashes, keepers, seeds }) => crashes.some(({ node }) => node >= seeds && !keepers.includes(node)), least: 150 },
  'peers restarted with their key': { happens: ({ crashes, keepers }) => crashes.some(({ node }) => keepers.includes(node)), least: 100 },
  'wrong clocks': { happens: ({ wrong }) => wrong.length > 0, least: 100 },
  'one-way cuts': { happens: ({ partitions }) => partitions.some(({ way }) => way !== undefined), least: 100 },
  'Byzantine peers': { happens: ({ traitors, seeds }) => [...traitors.keys()].some((id) => id >= seeds), least: 40 },
  'Byzantine seeds': { happens: ({ traitors, seeds }) => [...traitors.keys()].some((id) => id < seeds), least: 10 },
};

describe('fault plans of a gossip network', () => {
  for (const [kind, { happens, least }] of Object.entries(KINDS)) {
    it(`often have ${kind}`, () => expect(plans.filter(happens).length).to.be.at.least(least));
  }

  it('leave a majority of loyal seeds, and half of the peers', () => {
    for (const { n, seeds, kills, traitors } of plans) {
      const lost = kills.filter(({ node }) => node < seeds).length;
      expect(seeds - lost).to.be.above(seeds / 2);
      expect([...traitors.keys()].filter((id) => id < seeds).length).to.be.at.most(Math.floor((seeds - 1) / 3));
      expect(kills.length - lost).to.be.at.most((n - seeds) / 2);
    }
  });

  it('have nobody killed before it comes, or restarted after it is killed, and all well in the end', () => {
    for (const { joins, kills, quits, crashes, pauses, partitions, stabilisesAt } of plans) {
      expect(stabilisesAt).to.equal(STABLE_FROM);
      for (const { node, at } of [...kills, ...quits]) {
        expect(at).to.be.above(joins.find((one) => one.node === node)?.at ?? 0).and.below(stabilisesAt);
        for (const crash of crashes) if (crash.node === node) expect(crash.until).to.be.below(at);
      }
      for (const { until } of [...crashes, ...pauses, ...partitions]) expect(until).to.be.at.most(stabilisesAt);
    }
  });

  it('have nobody stand still who does already', () => {
    for (const { pauses } of plans) {
      for (const [index, one] of pauses.entries()) for (const other of pauses.slice(index + 1)) expect(one.node === other.node && one.at <= other.until && other.at <= one.until).to.equal(false);
    }
  });

  it('are of parts that can be left out, one by one', () => {
    for (const plan of plans.slice(0, 64)) {
      const parts = partsOfPlan(plan);
      expect(new Set(parts).size).to.equal(parts.length);
      expect(onlyParts(plan, new Set(parts))).to.deep.equal(plan);
      for (const part of parts) expect(partsOfPlan(onlyParts(plan, new Set(parts.filter((one) => one !== part)))).length, part).to.equal(parts.length - 1);
    }
  });
});
