import { expect } from 'chai';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import type { PlanRequest, System } from '../../src/runtime/virtual/system.ts';
import { withRewritten, type Rewriting } from './rewritten.ts';

/** What goes wrong under the plans of these seeds, with the command that repeats it; and how many ended without a verdict. */
export function failuresIn(system: System, seeds: number, request: Omit<PlanRequest, 'seed'>): { readonly failure: string | undefined; readonly unknown: number } {
  let unknown = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const plan = system.draw({ ...request, seed });
    const { type, property, witness } = simulate(system, plan);
    if (type === 'violated') return { failure: `${property}: ${witness} (${system.describe(plan)}; repeat with: generals simulate --protocol ${system.name} --members ${request.n} --seed ${seed}${request.strategies === undefined ? '' : ` --kind ${request.strategies[0]}`})`, unknown };
    if (type === 'unknown') unknown += 1;
  }
  return { failure: undefined, unknown };
}

/** A mistake of one line, and the property that it costs. */
export interface Mutant extends Rewriting {
  readonly costs: string;
  readonly n: number;
  readonly strategies?: readonly string[];
}

/** That in some plan of so many seeds a program with this mistake breaks the property. */
async function expectCaught({ costs, n, strategies, ...rewriting }: Mutant, [file, name]: readonly [file: string, name: string], seeds: number): Promise<void> {
  await withRewritten(rewriting, async (source) => {
    const load = async (path: string): Promise<unknown> => import(pathToFileURL(join(source, path)).href);
    const system = ((await load(file)) as Readonly<Record<string, System>>)[name]!;
    const simulator = (await load('runtime/virtual/simulate.js')) as { simulate: typeof simulate };
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { type, property } = simulator.simulate(system, system.draw({ n, seed, ...(strategies === undefined ? {} : { strategies }) }));
      if (type === 'violated' && property === costs) return;
    }
    expect.fail(`${costs} held in all`);
  });
}

/** One test for each mistake: in the first so many plans it breaks what it costs. @param takes what the mutant takes, in the words of the suite's name */
export function describeMutants(takes: string, mutants: Readonly<Record<string, Mutant>>, system: readonly [file: string, name: string], seeds: number): void {
  describe(`the suite of fault plans, in the first ${seeds}, catches ${takes}`, () => {
    for (const [name, mutant] of Object.entries(mutants)) {
      it(name, async function () {
        this.timeout(0);
        await expectCaught(mutant, system, seeds);
      });
    }
  });
}
