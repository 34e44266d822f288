import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import type { PlanRequest, System } from '../../src/runtime/virtual/system.ts';
import { withRewritten, type Rewriting } from './rewritten.ts';
import { projectPath } from './run.ts';

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

/** The first seed whose plan has a program with this mistake break the property. @param known which was the first, to be tried before all others; undefined if they are to be tried in turn */
async function caughtBy({ costs, n, strategies, ...rewriting }: Mutant, [file, name]: readonly [file: string, name: string], seeds: number, known: number | undefined): Promise<number> {
  let caught: number | undefined;
  await withRewritten(rewriting, async (source) => {
    const load = async (path: string): Promise<unknown> => import(pathToFileURL(join(source, path)).href);
    const system = ((await load(file)) as Readonly<Record<string, System>>)[name]!;
    const simulator = (await load('runtime/virtual/simulate.js')) as { simulate: typeof simulate };
    const inTurn = Array.from({ length: seeds }, (_, index) => index + 1);
    caught = (known === undefined ? inTurn : [known, ...inTurn]).find((seed) => {
      const { type, property } = simulator.simulate(system, system.draw({ n, seed, ...(strategies === undefined ? {} : { strategies }) }));
      return type === 'violated' && property === costs;
    });
  });
  return caught ?? expect.fail(`${costs} held in all`);
}

/** The first plan that shows each mutant of a system (UPDATE=1 writes them anew): where it still does, the others need not be tried, but in a soak. */
const FIRST = projectPath('test/support/mutants.json');

/** One test for each mistake: in the first so many plans it breaks what it costs. @param takes what the mutant takes, in the words of the suite's name */
export function describeMutants(takes: string, mutants: Readonly<Record<string, Mutant>>, system: readonly [file: string, name: string], seeds: number): void {
  describe(`the suite of fault plans, in the first ${seeds}, catches ${takes}`, () => {
    for (const [name, mutant] of Object.entries(mutants)) {
      it(name, async function () {
        this.timeout(0);
        const [isSoak, isUpdate] = ['SOAK', 'UPDATE'].map((word) => process.env[word] === '1');
        const first = JSON.parse(readFileSync(FIRST, 'utf8')) as Record<string, Record<string, number>>;
        const known = first[system[0]]?.[name];
        const seed = await caughtBy(mutant, system, seeds, isSoak === true || isUpdate === true ? undefined : known);
        if (isUpdate === true) writeFileSync(FIRST, `${JSON.stringify({ ...first, [system[0]]: { ...first[system[0]], [name]: seed } }, undefined, 2)}\n`);
        else if (isSoak === true) expect(seed, 'UPDATE=1 writes it down anew').to.equal(known);
      });
    }
  });
}
