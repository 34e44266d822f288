/**
 * Treasons that are known to break something before the smallest is: cases or seeds have shown them. A search for less may take too
 * long, so they are made as small as can be by taking away lie after lie, each time asking the code.
 */
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { slotKey, type Said, type Treason } from '../symbolic/cases.ts';
import type { Problem } from './request.ts';
import { drawn, drawsOf, runnerOf } from './seeded.ts';
import { judgeOf, trials, type Asked, type Decide } from './trial.ts';

export interface Broken {
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  /** What is said in the place of messages; all others are honest. */
  readonly treason: Treason;
}

/** A treason as answers to what a traitor is asked. What is not among the alternatives is not said. */
export const treasonIn = (treason: Treason): Decide => ({ question, alternatives }) => {
  const said = treason.get(slotKey(question));
  if (said === undefined) return 0;
  const wanted = JSON.stringify(said);
  return Math.max(0, alternatives.findIndex(({ now }) => JSON.stringify(now) === wanted));
};

/** The same with no lie that it could do without; undefined if it breaks nothing, or not by the code. */
export function shrunk(problem: Problem, { traitors, order, treason }: Broken): Broken | undefined {
  const run = trials(problem, traitors);
  /** The lies that are told by it, if they break something. */
  const lies = (tried: Treason): Treason | undefined => {
    const told = new Map<string, Said>();
    const decide = noting(treasonIn(tried), told);
    return run(order, decide) === undefined ? undefined : told;
  };
  let best = lies(treason);
  if (best === undefined) return undefined;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const key of best.keys()) {
      const less = lies(new Map([...best].filter(([other]) => other !== key)));
      if (less === undefined || less.size >= best.size) continue;
      best = less;
      isSmaller = true;
      break;
    }
  }
  return { traitors, order, treason: best };
}

/** Of the seeded treasons that break something the one that can be made the smallest, as far as a few tell; undefined if none does. */
export function* brokenBySeeds(problem: Problem): Generator<void, Broken | undefined> {
  const run = runnerOf(problem);
  let smallest: Broken | undefined;
  for (let [number, found] = [0, 0]; number < drawsOf(problem) && found < FOUND_MAX; number += 1) {
    const { traitors, order, decide } = drawn(problem, number);
    const treason = new Map<string, Said>();
    const account = run({ traitors, order, decide }, noting(decide, treason));
    if (judgeOf(problem, traitors)(order, account) !== undefined) {
      found += 1;
      const small = shrunk(problem, { traitors, order, treason });
      if (small !== undefined && small.treason.size < (smallest?.treason.size ?? Infinity)) smallest = small;
    }
    yield;
  }
  return smallest;
}

/** Each takes some hundred runs to be made small. */
const FOUND_MAX = 8;

const noting = (decide: Decide, told: Map<string, Said>): Decide => (asked: Asked) => {
  const index = decide(asked);
  if (index > 0) told.set(slotKey(asked.question), asked.alternatives[index]!.now);
  return index;
};
