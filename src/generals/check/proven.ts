/**
 * What a protocol's own code proves of a request, run on symbols: for each set of traitors, up to the names of lieutenants that
 * are alike, whether the run folds; and where it does not, whether it holds in all cases (`symbolic/cases.ts`).
 */
import type { NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { alikeIn } from '../symbolic/alike.ts';
import { byCases, type CasesResult, type Said } from '../symbolic/cases.ts';
import type { Instance } from '../symbolic/instance.ts';
import { attempted } from '../symbolic/proof.ts';
import { canRun, type Slot } from '../symbolic/run.ts';
import { FALSE } from '../symbolic/words.ts';
import { alternativesTo } from './alternatives.ts';
import { shrunk, type Broken } from './broken.ts';
import { withClaimsKept } from './claims.ts';
import { treasonsOf } from './count.ts';
import { differenceFromCode } from './held.ts';
import type { Problem } from './request.ts';
import { drawsOf } from './seeded.ts';
import type { Coverage, Proven, ProvenSets } from './result.ts';

/** Sets of traitors that are alike. */
export interface TraitorClass {
  readonly traitors: readonly NodeId[];
  /** How many sets it stands for. */
  readonly sets: bigint;
}

export interface ProofOf {
  /** Whether nothing can be broken by these traitors under that order. */
  readonly isProven: (traitors: readonly NodeId[], order: Order) => boolean;
  /** Whether that is so of all sets and orders asked for. */
  readonly isWhole: boolean;
  readonly proven: Proven | undefined;
  /** A treason that breaks something, where the cases have shown one: with how few lies is not known. */
  readonly broken: Broken | undefined;
  /** The request without what its protocol claims in vain, where that was found out. */
  readonly kept?: Problem;
}

export const NO_PROOF: ProofOf = { isProven: () => false, isWhole: false, proven: undefined, broken: undefined };

/** @returns undefined where the search was stopped */
export function* proofOf(problem: Problem): Generator<Coverage, ProofOf | undefined, boolean | undefined> {
  const { protocol, members, commander, m, orders } = problem;
  if (!canRun({ protocol, members, commander, m, traitors: [], order: 'either' })) return NO_PROOF;
  let groups: readonly (readonly NodeId[])[];
  try {
    groups = alikeIn({ protocol, members, commander, m });
  } catch {
    return NO_PROOF;
  }
  const classes = classesOf(problem, groups);
  const proven = new Set<string>();
  const sets: ProvenSets[] = [];
  let [covered, isWhole] = [0n, true];
  let cases = 0;
  let broken: ProofOf['broken'];
  const open: { readonly alike: TraitorClass; readonly order: Order }[] = [];
  const draws = Math.ceil(drawsOf(problem) / classes.length);
  const either = orders.length === ORDERS.length;
  for (const alike of classes) {
    for (const order of either ? (['either'] as const) : orders) {
      const instance: Instance = { protocol, members, commander, m, traitors: alike.traitors, order };
      const run = attempted(instance, 'anything');
      if (run === undefined) return NO_PROOF;
      const folded = run.agreementViolated === FALSE && run.validityViolated === FALSE;
      if (folded && differenceFromCode(problem, alike.traitors, order, run, draws) !== undefined) return NO_PROOF;
      const asked: readonly Order[] = order === 'either' ? orders : [order];
      for (const one of asked) {
        if (folded) take(alike, one);
        else open.push({ alike, order: one });
      }
      if ((yield { covered, treasons: undefined }) === true) return undefined;
    }
  }
  /** Of traitorous commanders, whose orders are words like any others: what the cases have shown of one holds for both. */
  const shown = new Map<string, CasesResult | undefined>();
  for (const { alike, order } of open) {
    const instance = { protocol, members, commander, m, traitors: alike.traitors, order } as const;
    // Where both orders were asked for, what does not fold for either may for one.
    const run = attempted(instance, 'anything')!;
    const folded = run.agreementViolated === FALSE && run.validityViolated === FALSE;
    let result: CasesResult | undefined;
    const key = alike.traitors.includes(commander) ? alike.traitors.join() : `${alike.traitors.join()} ${order}`;
    if (!folded && broken === undefined && protocol.tree === undefined) {
      if (shown.has(key)) result = shown.get(key);
      else {
        const found = yield* inCases(instance, run.slots);
        if (found === 'stopped') return undefined;
        result = found;
        if (result?.type === 'holds') {
          // What the traitors may do in each case was cut short by what the protocol claims.
          const kept = withClaimsKept(problem);
          if (kept !== problem) {
            const proof = yield* proofOf(kept);
            return proof === undefined ? undefined : { ...proof, kept };
          }
          cases += result.cases;
        }
      }
      shown.set(key, result);
    }
    if (result?.type === 'violated') {
      // A violation that the code does not repeat is none, and then nothing else that was found here is to be trusted.
      broken = shrunk(problem, { traitors: alike.traitors, order, treason: result.treason });
      if (broken === undefined) return NO_PROOF;
    }
    const holds = folded || result?.type === 'holds';
    if (holds && differenceFromCode(problem, alike.traitors, order, run, draws) !== undefined) return NO_PROOF;
    if (holds) take(alike, order);
    else isWhole = false;
  }
  const keyed = new Map<string, { readonly sets: ProvenSets; all: number; proven: number }>();
  for (const alike of classes) {
    for (const order of orders) {
      const one = setsOf(problem, alike, order);
      const key = JSON.stringify(one);
      const entry = keyed.get(key) ?? { sets: one, all: 0, proven: 0 };
      keyed.set(key, entry);
      entry.all += 1;
      if (proven.has(keyOf(alike.traitors, order))) entry.proven += 1;
    }
  }
  for (const entry of keyed.values()) if (entry.all === entry.proven) sets.push(entry.sets);
  return {
    isProven: (traitors, order) => proven.has(keyOf(traitors, order)),
    isWhole,
    proven: sets.length === 0 && covered === 0n ? undefined : { treasons: covered, cases, sets },
    broken,
  };

  function take(alike: TraitorClass, order: Order): void {
    proven.add(keyOf(alike.traitors, order));
    covered += alike.sets * treasonsOf(problem, alike.traitors, order);
  }

  function keyOf(traitors: readonly NodeId[], order: Order): string {
    const inGroup = groups.map((group) => traitors.filter((id) => group.includes(id)).length);
    return `${traitors.includes(commander) ? 'commander ' : ''}${inGroup.join(' ')} ${order}`;
  }

  function* inCases(instance: Instance & { readonly order: Order }, slots: readonly Slot[]): Generator<Coverage, CasesResult | 'stopped' | undefined, boolean | undefined> {
    try {
      const between = alikeIn({ protocol, members, commander, m }, { inStates: true });
      const search = byCases(instance, slots, between, (context, honest): Said[] => alternativesTo(protocol, honest, protocol.lies(context, honest)).map(({ now }) => now));
      for (let step = search.next(); ; step = search.next()) {
        if (step.done === true) return step.value;
        if ((yield { covered, treasons: undefined }) === true) return 'stopped';
      }
    } catch {
      return undefined;
    }
  }
}

/** In the order of `traitorSets`, so that the smallest lie is found in the same set. */
export function classesOf({ traitors, commander, lieutenants, faults, faultsMin }: Problem, groups: readonly (readonly NodeId[])[] = [lieutenants]): TraitorClass[] {
  if (traitors !== undefined) return [{ traitors, sets: 1n }];
  const classes: TraitorClass[] = [];
  for (let size = faultsMin; size <= faults; size += 1) {
    for (const withCommander of size > 0 ? [true, false] : [false]) {
      for (const counts of countsOf(groups.map(({ length }) => length), withCommander ? size - 1 : size)) {
        const chosen = groups.flatMap((group, index) => group.slice(0, counts[index]));
        const ids = withCommander ? [commander, ...chosen] : chosen;
        classes.push({ traitors: ids, sets: groups.reduce((product, { length }, index) => product * choose(length, counts[index]!), 1n) });
      }
    }
  }
  return classes;
}

/** All ways to take so many from groups of these sizes. */
function countsOf(sizes: readonly number[], count: number): number[][] {
  const [size, ...others] = sizes;
  if (size === undefined) return count === 0 ? [[]] : [];
  const ways: number[][] = [];
  for (let taken = Math.min(size, count); taken >= 0; taken -= 1) for (const rest of countsOf(others, count - taken)) ways.push([taken, ...rest]);
  return ways;
}

/** How many sets of k there are among n. */
export function choose(n: number, k: number): bigint {
  let count = 1n;
  for (let taken = 0; taken < k; taken += 1) count = (count * BigInt(n - taken)) / BigInt(taken + 1);
  return count;
}

export function setsOf({ commander }: Problem, { traitors }: TraitorClass, order: Order): ProvenSets {
  const isTraitor = traitors.includes(commander);
  return { commander: isTraitor ? 'traitor' : 'loyal', lieutenants: traitors.length - (isTraitor ? 1 : 0), order };
}

