/**
 * What a system is worth that somebody brought: whether its machine is one at all, what it does among loyal nodes, and whether it stands
 * each way of being Byzantine, under plans of faults drawn from seeds. Each answer that is no comes with the smallest plan that shows it.
 */
import type { TypedVocabulary } from '../core/byzantine.ts';
import { counted } from '../core/figures.ts';
import { inShell } from '../core/shell.ts';
import { YES, no, open, shares, type Allowance, type Found, type Question } from '../generals/grade/answers.ts';
import type { FaultPlan } from '../runtime/virtual/fault-plan.ts';
import { describeOutcome } from '../runtime/virtual/lines.ts';
import { systemOf, type Definition } from '../runtime/virtual/members.ts';
import { partsOfFaults, shrink } from '../runtime/virtual/shrink.ts';
import { simulate } from '../runtime/virtual/simulate.ts';
import type { System } from '../runtime/virtual/system.ts';
import { conformanceOf } from './conformance.ts';

export interface SystemRequest extends Allowance {
  readonly definition: Definition<TypedVocabulary, object>;
  /** What names it in a command line. */
  readonly file: string;
}

/** How many seeds are tried for each question, at most. */
const SEEDS = 200;

/** For how many milliseconds each question is tried, whatever is left of the time. */
const LEAST = 200;

/** All that is asked of a system, in the order in which it is asked. */
export function questionsOfSystem(request: SystemRequest): readonly Question[] {
  const { definition, file } = request;
  const { machine, members: n } = definition;
  const system: System = systemOf(definition);
  const until = shares(request, 3 + system.strategies.length, LEAST);
  /** A plan with none of its faults but those. */
  const left = (plan: FaultPlan, isKept: (part: string) => boolean): FaultPlan => {
    const faults = new Set(partsOfFaults(plan));
    return system.only(plan, new Set(system.parts(plan).filter((part) => !faults.has(part) || isKept(part))));
  };
  const ask = (asked: Asked) => () => stands({ file, system, until }, asked);
  const sizes = [n, n + 1];
  return [
    ...conformanceOf(system, machine, n),
    {
      group: 'loyal nodes',
      question: 'without faults all comes about that it promises',
      ask: ask({ sizes: [1, 2, ...sizes], reduced: (plan) => left(plan, () => false) }),
    },
    {
      group: 'loyal nodes',
      question: 'so it does without traitors, whatever becomes of messages',
      ask: ask({ sizes, reduced: (plan) => left(plan, (part) => !part.startsWith('traitor')) }),
    },
    ...system.strategies.map(({ name, summary }): Question => ({
      group: 'treason',
      question: `it stands ${name}: ${summary}`,
      ask: ask({ sizes, kind: name, reduced: (plan) => plan }),
    })),
    ...beyondTheBound(request, system, until),
  ];
}

/** Of one traitor more than it stands nothing is promised: what breaks then is told, and costs nothing. */
function beyondTheBound({ definition, file }: SystemRequest, system: System, until: Work['until']): Question[] {
  const { members: n } = definition;
  const many = definition.tolerates(n) + 1;
  if (many >= n) return [];
  return [{
    group: 'beyond the bound',
    question: `the smallest plan that breaks it, of ${counted(many, 'traitor')} among ${n}`,
    * ask() {
      const found = yield* stands({ file, system, until }, { sizes: [n], beyond: 1, reduced: (plan) => plan });
      return found.verdict === 'no' ? { ...found, verdict: 'yes' } : open(`nothing broke it ${found.found.join(', ')}`);
    },
  }];
}

interface Work {
  readonly file: string;
  readonly system: System;
  /** Begins its share of the time, and then tells whether it is over. */
  readonly until: () => () => boolean;
}

interface Asked {
  readonly sizes: readonly number[];
  /** The only Byzantine kind. */
  readonly kind?: string;
  /** How many traitors more than it stands. */
  readonly beyond?: number;
  /** What of a plan happens. */
  readonly reduced: (plan: FaultPlan) => FaultPlan;
}

/** Whether it stands the plans of many seeds. */
function* stands({ file, system, until }: Work, asked: Asked): Generator<undefined, Found> {
  const { sizes, kind, beyond = 0, reduced } = asked;
  const isLate = until();
  let tried = 0;
  for (let seed = 1; seed <= SEEDS && !isLate(); seed += 1) {
    for (const n of sizes) {
      const plan = reduced(system.draw({ n, seed, beyond, ...(kind === undefined ? {} : { strategies: [kind] }) }));
      const outcome = simulate(system, plan);
      tried += 1;
      if (outcome.type !== 'violated') continue;
      const small = shrink(system, plan, outcome, (other) => simulate(system, other));
      const command = commandOf(file, n, seed, asked, small.kept);
      return no([describeOutcome(system, small.outcome), system.describe(small.plan)], [command]);
    }
    yield;
  }
  return { ...YES, found: [`in ${counted(tried, 'schedule')}`] };
}

/** The line that shows it again. */
function commandOf(file: string, n: number, seed: number, { kind, beyond = 0 }: Asked, kept: readonly string[]): string {
  return [
    'simulate', '--protocol', inShell(file), '--members', n, '--seed', seed,
    ...(kind === undefined ? [] : ['--kind', kind]),
    ...(beyond === 0 ? [] : ['--beyond', beyond]),
    '--keep', kept.join(',') || 'none',
  ].join(' ');
}
