import { seeded } from '../../core/choice.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { traitorSets, type Problem } from './request.ts';
import { runsOf, type Asked } from './trial.ts';
import type { RunResult } from '../host.ts';

/** One treason of a request, drawn from its number. */
export interface Drawn {
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  /** Which alternative of each message. */
  readonly decide: (asked: Asked) => number;
}

/** Every draw is of this seed: the same request is answered alike whenever it is made. */
const choose = seeded(1982);

/**
 * A treason of the request, the first being an honest run, of as few traitors as may be. Some have a lie here and there, and some tell hardly
 * anything that is true.
 */
export function drawn({ commander, lieutenants, faults, faultsMin, orders, traitors: only }: Problem, number: number): Drawn {
  const pick = <T>(about: number, options: readonly T[]): T => choose({ about: 'message', order: number, round: 0xffff, from: commander, to: commander, index: 64 * about }, options);
  const pool = [commander, ...lieutenants];
  const size = number === 0 ? faultsMin : pick(0, Array.from({ length: faults - faultsMin + 1 }, (_, count) => faultsMin + count));
  const traitors = only ?? Array.from({ length: size }, (_, index) => pool.splice(pick(index + 3, pool.map((_id, place) => place)), 1)[0]!).sort((a, b) => a - b);
  const rarity = number === 0 ? 0 : pick(1, [1, 1, 4, 16]);
  return {
    traitors,
    order: pick(2, orders),
    decide({ question, alternatives }) {
      if (rarity === 0) return 0;
      const { round, from, to, index } = question;
      return choose({ about: 'message', order: number, round, from, to, index }, optionsOf(alternatives.length, rarity));
    },
  };
}

/** The numbers of so many alternatives, the first being there more often. */
function optionsOf(alternatives: number, rarity: number): readonly number[] {
  return ((OPTIONS[alternatives] ??= [])[rarity] ??= Array.from({ length: alternatives * rarity }, (_, index) => (index < alternatives ? index : 0)));
}

const OPTIONS: (readonly number[])[][] = [];

/** The most messages that a comparison sends, so that it takes a second or two. */
const MESSAGES_MAX = 6_000_000;
const DRAWS = 1000;

/** So many treasons are drawn of a request: a thousand, but where that would take minutes. */
export function drawsOf({ protocol, members, commander, m }: Problem, most = DRAWS): number {
  return Math.max(100, Math.min(most, Math.floor(MESSAGES_MAX / Math.max(1, protocol.messages({ members, commander, m })))));
}

/**
 * The treasons of a request that are run to compare two ways of looking at it: all that there are, where these are no more than would be
 * drawn, as far as an honest run tells; else as many drawn ones.
 * @param most so many at the most
 */
export function* sampled(problem: Problem, run: Runner, most = drawsOf(problem)): Generator<Drawn> {
  const all = every(problem, run, most);
  for (const treason of all?.treasons ?? []) yield treason;
  if (all?.isWhole() !== true) for (let number = 0; number < most; number += 1) yield drawn(problem, number);
}

/** Every treason, and whether that was all: lies may bring about messages that an honest run does not have. Undefined if there are too many. */
function every(problem: Problem, run: Runner, most: number): { readonly treasons: readonly Drawn[]; readonly isWhole: () => boolean } | undefined {
  const treasons: Drawn[] = [];
  let isWhole = true;
  for (const traitors of traitorSets(problem)) {
    for (const order of problem.orders) {
      /** By what is asked, how many treasons there are for one alternative of it. */
      const weights = new Map<string, number>();
      let count = 1;
      run({ traitors, order, decide: () => 0 }, ({ question, alternatives }) => {
        weights.set(keyOf(question), count);
        count *= alternatives.length;
        return 0;
      });
      if (treasons.length + count > most) return undefined;
      for (let number = 0; number < count; number += 1) {
        treasons.push({
          traitors,
          order,
          decide({ question, alternatives }) {
            const weight = weights.get(keyOf(question));
            if (weight === undefined) isWhole = false;
            return weight === undefined ? 0 : Math.floor(number / weight) % alternatives.length;
          },
        });
      }
    }
  }
  return { treasons, isWhole: () => isWhole };
}

const keyOf = ({ round, from, to, index }: Asked['question']): string => `${round} ${from} ${to} ${index}`;

type Runner = ReturnType<typeof runnerOf>;

/** Runs a treason by the code, where it is asked about all alternatives. */
export function runnerOf(problem: Problem): (drawn: Drawn, decide?: Drawn['decide']) => RunResult {
  const runs = new Map<string, ReturnType<typeof runsOf>>();
  return ({ traitors, order, decide: own }, decide = own) => {
    const key = traitors.join(' ');
    let run = runs.get(key);
    if (run === undefined) runs.set(key, (run = runsOf(problem, traitors)));
    return run(order, decide);
  };
}

/** What the loyal lieutenants decided, by id. */
export const decisionsOf = ({ commander }: Problem, { reports }: RunResult): ReadonlyMap<NodeId, Order | undefined> =>
  new Map(reports.flatMap(({ id, strategy, decision }) => (id === commander || strategy !== undefined ? [] : [[id, decision] as const])));
