/**
 * Exact probabilities, where a sum over what the traitors' coins may show is short.
 *
 * The exchange with n generals, f of them traitors that toss a fair coin for each message, a uniformly random set of f
 * among all n; G1 commands, to attack. A traitor says the honest order or the other one, each with probability ½, so what
 * it says is a fair coin whatever it heard, and the coins of different messages are independent.
 *
 * A lieutenant decides attack if more than half of the n − 1 orders that it holds say so: its own, which it passes on, and
 * one from each other lieutenant. Let B(k) be the number of heads among k fair coins.
 *
 * The commander is loyal, probability (n − f)/n. L = n − 1 − f lieutenants are loyal and hold each other's attack, their
 * own among them; f coins are added for each. Each decides attack with q = P(L + B(f) > (n − 1)/2), independently, since
 * no two hear the same coin. Validity holds with probability q^L, agreement with q^L + (1 − q)^L, and with 1 where L = 0.
 *
 * The commander is a traitor, probability f/n. L = n − f lieutenants are loyal; K = B(L) of them heard attack. Given K = k,
 * each holds k attacks of the loyal, and f − 1 coins: it decides attack with p(k) = P(k + B(f − 1) > (n − 1)/2), again
 * independently. Agreement holds with Σ P(K = k)·(p(k)^L + (1 − p(k))^L), and validity asks nothing. So the agreement of a cell
 * is that of both, weighed by their probabilities; its validity is q^L, that given a loyal commander.
 *
 * OM(1) is the exchange. In OM(0) a lieutenant does what it heard: with a loyal commander both hold, with a traitor the
 * loyal agree if their L coins do. OM(m) for larger m is summed up over its tree of paths: see `exact-oral.ts`.
 *
 * Where every treason was tried and none breaks a property, its probability is 1 whatever the traitors' coins: see `worst.ts`.
 *
 * These forms are about OM's tree of paths. They are used where a protocol's code does what that tree does, on the honest run and
 * on seeded treasons of the cell; else, where the coins are few, the code is run on symbols, and all falls of the coins are counted.
 * What comes of either is held against the orders that are counted in the same cell.
 */
import { figure } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import { problemOf } from '../generals/check/request.ts';
import { differenceFromTree } from '../generals/check/tree-model.ts';
import { protocolNamed, type NamedProtocol } from '../generals/protocols/registry.ts';
import { sharesOf } from '../generals/symbolic/evaluate.ts';
import { everyone } from '../generals/symbolic/instance.ts';
import { oralExactly } from './exact-oral.ts';
import { COMMANDER, ORDER, type Cell } from './grid.ts';
import { coinRunOf } from './kernel/kernel.ts';
import { kindsOf } from './kinds.ts';
import type { Tally } from './tally.ts';
import { simulated } from './trials.ts';

export interface Exact {
  readonly agreement: number;
  /** Given a loyal commander; null where no commander is loyal. */
  readonly validity: number | null;
}

/** Above it, nothing is computed: the sums stay exact to 12 digits up to here, and beyond they have not been verified. */
const MEMBERS_MAX = 16;

/** Whether a cell may have exact values: what a task that takes a while tells. */
export const mayBeExact = ({ strategy, faults }: Cell): boolean => faults === 0 || strategy === 'coin';

/** Exact values, where there are any, and why those of the closed form are not shown, or none. */
export interface Told {
  readonly values: Exact | undefined;
  readonly aside: string | undefined;
}

/** The exact values of what the protocol's code does in a cell, where they are quickly told. */
export function exactBy(cell: Cell): Told {
  if (!mayBeExact(cell)) return { values: undefined, aside: undefined };
  if (cell.faults === 0) return { values: honest(cell), aside: undefined };
  const protocol = protocolNamed(cell.protocol)!;
  const closed = protocol.tree === undefined ? undefined : isSummed(cell) ? summed(cell) : exactOf(cell);
  const difference = closed === undefined ? undefined : differenceIn(cell, protocol);
  if (closed !== undefined && difference === undefined) return { values: closed, aside: undefined };
  const values = counted(cell, protocol);
  if (typeof values !== 'string') return { values, aside: difference };
  return { values: undefined, aside: difference ?? values };
}

/** Without traitors, nothing depends on chance. */
function honest(cell: Cell): Exact {
  const { agreementViolated, validityViolated } = simulated(cell, 1, { from: 1, count: 1 });
  return { agreement: 1 - agreementViolated, validity: 1 - validityViolated };
}

/** Fewer than where no orders are counted beside. */
const DRAWS = 100;

/** Where the code does something else than the tree that closed forms are about. */
function differenceIn({ members, faults, m }: Cell, protocol: NamedProtocol): string | undefined {
  const comparison = differenceFromTree(problemOf({ protocol, members, faults, m, orders: [ORDER] }), DRAWS);
  for (let step = comparison.next(); ; step = comparison.next()) if (step.done === true) return step.value;
}

/** So many coins may fall in a second or so in all ways. */
const COINS_MAX = 20;
/** And for so many kinds of sets of traitors. */
const CLASSES_MAX = 64;

/** By the code, run on symbols: all falls of the coins, for each set of traitors up to lieutenants that are alike. Or why not. */
function counted({ protocol: name, members, m, faults, strategy }: Cell, protocol: NamedProtocol): Exact | string {
  const classes = kindsOf(protocol, { members, m, faults });
  if (typeof classes === 'string') return classes;
  if (classes.length > CLASSES_MAX) return `its code tells apart ${classes.length} kinds of sets of traitors, more than ${CLASSES_MAX}`;
  const sum = { agreement: 0, validity: 0, loyal: 0 };
  for (const { traitors, share } of classes) {
    const run = coinRunOf({ protocol: name, members, m, traitors, order: ORDER, strategy });
    if (typeof run === 'string') return run;
    const shares = sharesOf(run.words, [run.agreementViolated, run.validityViolated], COINS_MAX);
    if (shares === undefined) return `more than ${COINS_MAX} coins matter, too many to try how they may all fall`;
    sum.agreement += share * (1 - shares[0]!);
    if (traitors.includes(COMMANDER)) continue;
    sum.loyal += share;
    sum.validity += share * (1 - shares[1]!);
  }
  return { agreement: sum.agreement, validity: sum.loyal === 0 ? null : sum.validity / sum.loyal };
}

/** @throws UserError where exact values are further from what was counted than chance would have it: one of the two is wrong */
export function assertNear({ id }: Cell, exact: Exact, { orders: all, commanderLoyal, agreementViolated, validityViolated }: Tally): void {
  for (const [name, probability, violated, orders] of [['agreement', exact.agreement, agreementViolated, all], ['validity', exact.validity, validityViolated, commanderLoyal]] as const) {
    if (probability === null) continue;
    const rate = 1 - violated / orders;
    const deviation = Math.sqrt((probability * (1 - probability)) / orders);
    if (orders === 0 || Math.abs(rate - probability) <= DEVIATIONS * deviation + ROUNDING) continue;
    throw new UserError(`${id}: ${name} should hold in ${percentOf(probability)} of ${OF[name]}, but of ${figure(orders)} such orders by the code it held in ${percentOf(rate)}; one of the two is wrong`);
  }
}

const OF = { agreement: 'all orders', validity: 'the orders of a loyal commander' } as const;
const DEVIATIONS = 5;
const ROUNDING = 1e-9;
const percentOf = (share: number): string => `${(100 * share).toFixed(6)} %`;

/** The probabilities of the forms above, for what follows OM's tree; undefined where there is no short sum, or none at all. */
export function exactOf({ protocol, m, members: n, faults: f, strategy }: Cell): Exact | undefined {
  if (f === 0) return CERTAIN;
  if (strategy !== 'coin' || n > MEMBERS_MAX) return undefined;
  const levels = protocolNamed(protocol)?.tree?.levels({ ...everyone(n), m });
  if (levels === 1) return mixed(n, f, f === n ? NOBODY : exchangeUnderLoyal(n, f), exchangeUnderTraitor(n, f));
  if (levels === 0) return mixed(n, f, f === n ? NOBODY : CERTAIN, unanimous(n - f, 0.5));
  return undefined;
}

/** Whether a cell has no short sum, but perhaps one over the tree of OM(m), which takes a thread up to some seconds. */
export const isSummed = ({ protocol, m, members, faults, strategy }: Cell): boolean => (protocolNamed(protocol)?.tree?.levels({ ...everyone(members), m }) ?? 0) > 1 && faults > 0 && strategy === 'coin';

/** In steps of the sum, some nanoseconds each, so that the same cells have exact values on every machine: all of up to ten generals. */
const EFFORT_MAX = 2e9;

/** The same probabilities in OM(m), by the sum over its tree; undefined where that is too long. */
export function summed({ m, members: n, faults: f }: Cell): Exact | undefined {
  // With more loyal lieutenants, this is the longer one of the two.
  const traitor = classOf(n, m, f - 1, false);
  if (traitor === undefined) return undefined;
  const loyal = f === n ? NOBODY : classOf(n, m, f, true);
  return loyal === undefined ? undefined : mixed(n, f, loyal, traitor.agreement);
}

/** The sets with so many traitorous lieutenants, and a commander that is loyal or not: all alike. */
function classOf(n: number, m: number, traitors: number, isCommanderLoyal: boolean): Exact | undefined {
  // What OM stands no treason breaks (theorem 1 of the paper), whatever its sum would say in a longer time.
  const isStood = n > 3 * m && traitors + (isCommanderLoyal ? 0 : 1) <= m;
  if (isStood) return CERTAIN;
  return oralExactly({ isCommanderLoyal, loyal: n - 1 - traitors, traitors, m }, EFFORT_MAX);
}

const CERTAIN: Exact = { agreement: 1, validity: 1 };
/** Where no commander is loyal. */
const NOBODY: Exact = { agreement: 1, validity: null };

const mixed = (n: number, f: number, loyal: Exact, traitor: number): Exact => ({
  agreement: ((n - f) / n) * loyal.agreement + (f / n) * traitor,
  validity: loyal.validity,
});

function exchangeUnderLoyal(n: number, f: number): Exact {
  const loyal = n - 1 - f;
  if (loyal === 0) return CERTAIN;
  const attacks = moreHeads(f, (n - 1) / 2 - loyal);
  return { agreement: unanimous(loyal, attacks), validity: attacks ** loyal };
}

function exchangeUnderTraitor(n: number, f: number): number {
  const loyal = n - f;
  let sum = 0;
  for (let heard = 0; heard <= loyal; heard += 1) sum += heads(loyal, heard) * unanimous(loyal, moreHeads(f - 1, (n - 1) / 2 - heard));
  return sum;
}

/** The probability that so many independent events, of probability p each, all happen or all fail to. */
const unanimous = (count: number, p: number): number => (count === 0 ? 1 : p ** count + (1 - p) ** count);

/** P(B(coins) > bound). */
function moreHeads(coins: number, bound: number): number {
  let sum = 0;
  for (let count = 0; count <= coins; count += 1) if (count > bound) sum += heads(coins, count);
  return sum;
}

/** P(B(coins) = count). */
function heads(coins: number, count: number): number {
  let ways = 1;
  for (let index = 1; index <= count; index += 1) ways = (ways * (coins - count + index)) / index;
  return ways / 2 ** coins;
}
