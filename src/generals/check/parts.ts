/**
 * A check in parts that can be searched apart, and put together again to what one search would have shown: sets of traitors, up to
 * those that the code cannot tell apart where the search goes by that, and orders.
 */
import { UserError } from '../../core/user-error.ts';
import { counted, figure } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { alikeIn } from '../symbolic/alike.ts';
import { canRun } from '../symbolic/run.ts';
import { wordOf } from './alternatives.ts';
import { searchOf, type Search } from './check.ts';
import { choose, classesOf, setsOf } from './proven.ts';
import { problemOf, traitorSets, type CheckRequest, type Engine, type Problem } from './request.ts';
import type { CheckResult, ProvenSets, Violation, Word } from './result.ts';
import { settingOf, violationBy } from './trial.ts';

export interface Part {
  readonly traitors: readonly NodeId[];
  /** Both where the commander is a traitor: whatever it is told to say is a word like any other. */
  readonly orders: readonly Order[];
  /** How many sets of traitors it stands for. */
  readonly sets: bigint;
}

/** More are too many to be written down. */
const PARTS_MAX = 200_000;

/** In the order in which one search goes through them. @throws UserError if there are too many, or the protocol cannot be run so */
export function partsOf(request: CheckRequest): Part[] {
  const problem = problemOf(request);
  const { commander, orders } = problem;
  const parts: Part[] = [];
  for (const { traitors, sets } of classesIn(problem, request.engine)) {
    const asked = traitors.includes(commander) ? [orders] : orders.map((order) => [order]);
    for (const some of asked) parts.push({ traitors, orders: some, sets });
  }
  return parts;
}

/** Sets of traitors that stand for all. */
function classesIn(problem: Problem, engine: CheckRequest['engine'] = 'auto'): Pick<Part, 'traitors' | 'sets'>[] {
  const { protocol, members, commander, m, faults } = problem;
  if (engine === 'structured') return classesOf(problem);
  const army = { protocol, members, commander, m };
  if (engine === 'auto' && canRun({ ...army, traitors: [], order: 'either' })) {
    try {
      return classesOf(problem, alikeIn(army));
    } catch {
      // Code that meets a symbol where it expects an order may throw anything: then nobody is alike.
    }
  }
  let sets = 0n;
  for (let size = 0; size <= faults; size += 1) sets += choose(members.length, size);
  if (sets > PARTS_MAX) throw new UserError(`there are ${counted(sets, 'set')} of traitors, and a check of at most ${figure(PARTS_MAX)} is divided`);
  return [...traitorSets(problem)].map((traitors) => ({ traitors, sets: 1n }));
}

export const searchOfPart = (request: CheckRequest, { traitors, orders }: Part): Search => searchOf({ ...request, traitors, orders });

/** What one part came to: plain data. Sums are of its one set, as text, for they may be larger than JSON's numbers. */
export interface PartResult {
  readonly type: CheckResult['type'];
  readonly engine: CheckResult['engine'];
  readonly treasons: string | null;
  readonly covered: string;
  readonly proven: { readonly treasons: string; readonly cases: number; readonly orders: readonly Order[] } | null;
  readonly aside: string | null;
  readonly liesCovered: number | null;
  /** Of a violation how many lies it takes, whether fewer do not do, and what the traitors say. */
  readonly violation: { readonly order: Order; readonly lies: number; readonly isSmallest: boolean; readonly choices: Readonly<Record<string, readonly Word[]>> } | null;
}

export function partResultOf(result: CheckResult): PartResult {
  const { type, engine, proven, aside } = result;
  return {
    type, engine,
    treasons: result.type === 'violated' ? null : (result.treasons?.toString() ?? null),
    covered: (result.type === 'holds' ? result.treasons : result.covered).toString(),
    proven: proven === undefined ? null : { treasons: proven.treasons.toString(), cases: proven.cases, orders: [...new Set(proven.sets.map(({ order }) => order))] },
    aside: aside ?? null,
    liesCovered: result.type === 'unknown' ? (result.liesCovered ?? null) : null,
    violation: result.type !== 'violated' ? null : {
      order: result.violation.order,
      lies: result.violation.lies.length,
      isSmallest: result.isSmallest,
      choices: Object.fromEntries(result.violation.choices),
    },
  };
}

/** Whether nothing that is found after it could be smaller: a treason without a lie breaks what is broken without traitors, which is seen first. */
export const isLeast = ({ violation }: PartResult): boolean => violation !== null && violation.isSmallest && violation.lies <= 1;

/**
 * What parts show together. A violation is run again by the code.
 * @param results of the parts that were searched, by their place in `partsOf`; all of them, unless one of them is a violation
 * @throws UserError if the code does not repeat a violation
 */
export function combined(request: CheckRequest, results: ReadonlyMap<number, PartResult>): CheckResult {
  const problem = problemOf(request);
  const parts = partsOf(request);
  const engine = [...results.values()].find((result) => result.engine !== 'symbolic')?.engine ?? 'symbolic';
  let [covered, provenTreasons, cases] = [0n, 0n, 0];
  let treasons: bigint | undefined = 0n;
  let smallest: { readonly part: Part; readonly violation: NonNullable<PartResult['violation']> } | undefined;
  let isSmallest = results.size === parts.length;
  let liesCovered = Infinity;
  const keyed = new Map<string, { readonly sets: ProvenSets; isProven: boolean }>();
  parts.forEach((part, index) => {
    const result = results.get(index);
    for (const order of part.orders) {
      const sets = setsOf(problem, part, order);
      const entry = keyed.get(JSON.stringify(sets)) ?? { sets, isProven: true };
      keyed.set(JSON.stringify(sets), entry);
      if (result?.proven?.orders.includes(order) !== true) entry.isProven = false;
    }
    if (result === undefined) return;
    covered += part.sets * BigInt(result.covered);
    treasons = treasons === undefined || result.treasons === null ? undefined : treasons + part.sets * BigInt(result.treasons);
    provenTreasons += part.sets * BigInt(result.proven?.treasons ?? 0);
    cases += result.proven?.cases ?? 0;
    if (result.type === 'unknown') [isSmallest, liesCovered] = [false, Math.min(liesCovered, result.liesCovered ?? 0)];
    if (result.violation === null) return;
    if (!result.violation.isSmallest) isSmallest = false;
    if (smallest === undefined || result.violation.lies < smallest.violation.lies) smallest = { part, violation: result.violation };
  });
  const sets = [...keyed.values()].filter(({ isProven }) => isProven).map((entry) => entry.sets);
  const aside = [...results.values()].find((result) => result.aside !== null)?.aside;
  const shared = {
    ...(sets.length === 0 && provenTreasons === 0n ? {} : { proven: { treasons: provenTreasons, cases, sets } }),
    ...(aside === undefined || aside === null ? {} : { aside }),
  };
  const by: Engine = engine === 'symbolic' ? 'merging' : engine;
  if (smallest !== undefined) {
    const { part, violation } = smallest as { readonly part: Part; readonly violation: NonNullable<PartResult['violation']> };
    return { type: 'violated', engine: by, violation: repeated(problem, part, violation), isSmallest: isSmallest || (violation.isSmallest && violation.lies <= 1), covered, ...shared };
  }
  const isKnown = [...results.values()].every(({ type }) => type === 'holds');
  if (isKnown) return { type: 'holds', engine, treasons: covered, ...shared };
  return { type: 'unknown', reason: 'too large', engine: by, covered, treasons, ...(liesCovered === Infinity || liesCovered === 0 ? {} : { liesCovered }), ...shared };
}

/** A violation as the code has it, that does what the words say. */
function repeated(problem: Problem, { traitors }: Part, { order, lies, choices }: NonNullable<PartResult['violation']>): Violation {
  // What a protocol claims in vain leaves out words that were said.
  for (const protocol of [problem.protocol, { ...problem.protocol, claims: {} }]) {
    const asked = { ...problem, protocol };
    const next = new Map<NodeId, number>();
    try {
      return violationBy(asked, traitors, order, lies, ({ question, alternatives }) => {
        const index = next.get(question.from) ?? 0;
        next.set(question.from, index + 1);
        const word = choices[String(question.from)]?.[index];
        const found = alternatives.findIndex((action) => wordOf(protocol, settingOf(problem), action) === word);
        if (found === -1) throw new UserError('no such word');
        return found;
      });
    } catch {
      continue;
    }
  }
  throw new UserError(`a violation of ${order} with traitors ${traitors.map((id) => `G${id}`).join(', ')} is not repeated by the code: its shard holds what is none`);
}
