import { expect } from 'chai';
import { SYSTEMS } from '../../../src/systems.ts';
import type { FaultPlan } from '../../../src/runtime/virtual/fault-plan.ts';

/** What can go wrong, by the field of a plan that says so, and in how many of 256 plans it does at least. */
const KINDS: Readonly<Record<string, { readonly happens: (plan: FaultPlan) => boolean; readonly least: number }>> = {
  traitors: { happens: ({ traitors }) => traitors.size > 0, least: 128 },
  partitions: { happens: ({ partitions }) => partitions.length > 0, least: 64 },
  crashes: { happens: ({ crashes }) => crashes.length > 0, least: 64 },
  pauses: { happens: ({ pauses }) => pauses.length > 0, least: 64 },
  joins: { happens: ({ joins }) => joins.length > 0, least: 16 },
  leaves: { happens: ({ leaves }) => leaves.length > 0, least: 4 },
  clocks: { happens: ({ clocks }) => clocks.length > 0, least: 32 },
  jumps: { happens: ({ jumps }) => jumps.length > 0, least: 32 },
  lost: { happens: ({ lost }) => lost > 0, least: 64 },
  repeated: { happens: ({ repeated }) => repeated > 0, least: 64 },
  delay: { happens: ({ delay }) => delay > 2, least: 64 },
  sync: { happens: ({ sync }) => sync > 0, least: 64 },
};

/** What does not go wrong there: TCP has nothing come twice, and who goes for good is killed or asked to leave; words are on no disk. */
const NEVER: Readonly<Record<string, readonly string[]>> = { gossip: ['traitors', 'leaves', 'repeated'], words: ['sync'] };

describe('fault plans', () => {
  for (const system of SYSTEMS) {
    const plans = Array.from({ length: 256 }, (_, seed) => system.draw({ n: 7, seed }));

    it(`of ${system.name} have everything that can go wrong, each often enough`, () => {
      const kinds = Object.entries(KINDS).filter(([kind]) => NEVER[system.name]?.includes(kind) !== true);
      for (const [kind, { happens, least }] of kinds) expect(plans.filter(happens).length, kind).to.be.at.least(least);
    });

    it(`of ${system.name} have no more than f traitors and nodes that leave, and nobody that comes after leaving`, () => {
      const f = system.name === 'ben-or' ? 1 : 2;
      for (const { traitors, leaves, joins } of plans) {
        const faulty = new Set([...traitors.keys(), ...leaves.map(({ node }) => node)]);
        expect(faulty.size).to.equal(traitors.size + leaves.length);
        expect(faulty.size).to.be.at.most(f);
        for (const { node } of joins) expect(faulty.has(node)).to.equal(false);
      }
    });
  }
});
