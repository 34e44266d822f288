import { expect } from 'chai';
import { broadcast } from '../../../src/broadcast/system.ts';
import { pbft } from '../../../src/replicas/sim/system.ts';
import type { FaultPlan } from '../../../src/runtime/virtual/fault-plan.ts';
import { shrink } from '../../../src/runtime/virtual/shrink.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import type { Outcome, System } from '../../../src/runtime/virtual/system.ts';
import { hurried } from '../../support/mutants.ts';

const verdict = (property: string | undefined): Outcome => ({ type: property === undefined ? 'holds' : 'violated', ...(property === undefined ? {} : { property, witness: 'it broke' }), events: 0, figures: {}, progress: '', time: 0 });

/** A system whose plans are lists of numbered parts, so that what is left of them can be seen. */
const parts = (count: number): { readonly system: System; readonly plan: FaultPlan & { readonly left: readonly string[] } } => {
  const left = Array.from({ length: count }, (_, index) => `part${index + 1}`);
  const plan = { ...broadcast.draw({ n: 4, seed: 1 }), left };
  const system = { ...broadcast, parts: () => left, only: (whole: FaultPlan, kept: ReadonlySet<string>) => ({ ...whole, left: left.filter((part) => kept.has(part)) }) };
  return { system: system as unknown as System, plan };
};

const leftIn = (plan: FaultPlan): readonly string[] => (plan as FaultPlan & { readonly left: readonly string[] }).left;

describe('a plan that breaks something', () => {
  for (const needed of [[], [1], [100], [3, 50], [1, 2, 99, 100], [10, 11, 12, 40, 70]]) {
    it(`is cut down to the parts that it takes: ${needed.join(', ') || 'none'} of 100`, () => {
      const { system, plan } = parts(100);
      const names = needed.map((number) => `part${number}`);
      let runs = 0;
      const { kept, removed } = shrink(system, plan, verdict('safety'), (smaller) => {
        runs += 1;
        return verdict(names.every((name) => leftIn(smaller).includes(name)) ? 'safety' : undefined);
      });
      expect(kept).to.deep.equal(names);
      expect(removed).to.equal(100 - needed.length);
      expect(runs).to.be.below(200);
    });
  }

  it('is cut down to parts of which none can be left out, where any three will do', () => {
    const { system, plan } = parts(40);
    expect(shrink(system, plan, verdict('safety'), (smaller) => verdict(leftIn(smaller).length >= 3 ? 'safety' : undefined)).kept).to.have.length(3);
  });

  it('breaks the same property in the end as in the beginning', () => {
    const { system, plan } = parts(8);
    const { kept, outcome } = shrink(system, plan, verdict('safety'), (smaller) => verdict(leftIn(smaller).includes('part5') ? 'safety' : 'liveness'));
    expect([kept, outcome.property]).to.deep.equal([['part5'], 'safety']);
  });

  it('of replicas whose votes are not on disk in time, is cut down to crashes and a few requests; each is needed, and the plan repeats it', () => {
    const run = (plan: Parameters<typeof pbft.only>[0]): Outcome => simulate(pbft, plan, { loyal: hurried });
    let seed = 1;
    while (run(pbft.draw({ n: 4, seed })).property !== 'safety') seed += 1;
    const whole = pbft.draw({ n: 4, seed });
    const { kept, removed, plan, outcome } = shrink(pbft, whole, run(whole), run);
    expect(kept.length + removed).to.equal(pbft.parts(whole).length);
    expect(removed).to.be.above(0);
    expect(run(plan)).to.deep.equal(outcome);
    expect(run(pbft.only(whole, new Set(kept)))).to.deep.equal(outcome);
    for (const part of kept) expect(run(pbft.only(whole, new Set(kept.filter((one) => one !== part)))).property, `without ${part}`).not.to.equal('safety');
  });
});

describe('the parts of a plan', () => {
  for (const system of [pbft, broadcast] as readonly System[]) {
    it(`of ${system.name}: all of them are the whole plan, and none of them is one in which nothing happens`, () => {
      for (let seed = 1; seed <= 50; seed += 1) {
        const plan = system.draw({ n: 7, seed });
        const names = system.parts(plan);
        expect(new Set(names).size).to.equal(names.length);
        expect(system.only(plan, new Set(names))).to.deep.equal(plan);
        const nothing = system.only(plan, new Set());
        expect(system.parts(nothing)).to.deep.equal([]);
        expect(simulate(system, nothing).type).to.equal('holds');
        for (const name of names) expect(system.parts(system.only(plan, new Set([name]))), name).to.have.length(1);
      }
    });
  }
});
