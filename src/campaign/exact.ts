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
 * independently. Agreement holds with Σ P(K = k)·(p(k)^L + (1 − p(k))^L), and validity asks nothing.
 *
 * OM(1) is the exchange. In OM(0) a lieutenant does what it heard: with a loyal commander both hold, with a traitor the
 * loyal agree if their L coins do. OM(m) for larger m is summed up over its tree of paths: see `exact-oral.ts`.
 *
 * Where every treason was tried and none breaks a property, its probability is 1 whatever the traitors' coins: see `worst.ts`.
 */
import { nodeId } from '../core/node.ts';
import { oral } from '../generals/protocols/oral.ts';
import { everyone } from '../generals/symbolic/instance.ts';
import { isProven } from '../generals/symbolic/proof.ts';
import { oralExactly } from './exact-oral.ts';
import { ORDER, type Cell } from './grid.ts';

export interface Exact {
  readonly agreement: number;
  readonly validity: number;
}

/** Above it, nothing is computed: the sums stay exact to 12 digits up to here, and beyond they have not been verified. */
const MEMBERS_MAX = 16;

/** The probabilities with which agreement and validity hold in a cell; undefined where there is no short sum, or none at all. */
export function exactOf({ protocol, m, members: n, faults: f, strategy }: Cell): Exact | undefined {
  if (f === 0) return CERTAIN;
  if (strategy !== 'coin' || n > MEMBERS_MAX) return undefined;
  if (protocol === 'exchange' || (protocol === 'oral' && m === 1)) return mixed(n, f, exchangeUnderLoyal(n, f), exchangeUnderTraitor(n, f));
  if (protocol === 'oral' && m === 0) return mixed(n, f, { agreement: 1, validity: 1 }, unanimous(n - f, 0.5));
  return undefined;
}

/** Whether a cell has no short sum, but perhaps one over the tree of OM(m), which takes a thread up to some seconds. */
export const isSummed = ({ protocol, m, faults, strategy }: Cell): boolean => protocol === oral.name && m > 1 && faults > 0 && strategy === 'coin';

/** In steps of the sum, some nanoseconds each, so that the same cells have exact values on every machine: all of up to ten generals. */
const EFFORT_MAX = 2e9;

/** The same probabilities in OM(m), by the sum over its tree; undefined where that is too long. */
export function summed({ m, members: n, faults: f }: Cell): Exact | undefined {
  // With more loyal lieutenants, this is the longer one of the two.
  const traitor = classOf(n, m, f - 1, false);
  if (traitor === undefined) return undefined;
  const loyal = f === n ? CERTAIN : classOf(n, m, f, true);
  return loyal === undefined ? undefined : mixed(n, f, loyal, traitor.agreement);
}

/** The sets with so many traitorous lieutenants, and a commander that is loyal or not: all alike. */
function classOf(n: number, m: number, traitors: number, isCommanderLoyal: boolean): Exact | undefined {
  const lieutenants = Array.from({ length: traitors }, (_, index) => nodeId(index + 2));
  const instance = { protocol: oral, ...everyone(n), m, traitors: isCommanderLoyal ? lieutenants : [nodeId(1), ...lieutenants], order: ORDER } as const;
  if (isProven(instance)) return CERTAIN;
  return oralExactly({ isCommanderLoyal, loyal: n - 1 - traitors, traitors, m }, EFFORT_MAX);
}

const CERTAIN: Exact = { agreement: 1, validity: 1 };

const mixed = (n: number, f: number, loyal: Exact, traitor: number): Exact => ({
  agreement: ((n - f) / n) * loyal.agreement + (f / n) * traitor,
  validity: ((n - f) / n) * loyal.validity + f / n,
});

function exchangeUnderLoyal(n: number, f: number): Exact {
  const loyal = n - 1 - f;
  if (loyal <= 0) return { agreement: 1, validity: 1 };
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
