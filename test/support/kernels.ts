/** Kernels held against the generals' own code: the same coins for both, order by order. */
import type { KernelCell } from '../../src/campaign/kernel/kernel.ts';
import { RESULTS } from '../../src/campaign/kernel/program.ts';
import { GENERATORS, LANES, placeOf, statesOf } from '../../src/campaign/kernel/streams.ts';
import type { Choose, Question } from '../../src/core/choice.ts';
import type { RunSpec } from '../../src/generals/run-spec.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import type { Order } from '../../src/generals/order.ts';
import type { Member } from '../../src/generals/outcome.ts';
import type { Action } from '../../src/generals/strategy.ts';
import { findingsOf } from '../../src/generals/judge/findings.ts';
import { verdictOf } from '../../src/generals/judge/verdict.ts';
import { runInRounds } from '../../src/generals/sim/rounds.ts';
import { tossOf } from '../../src/generals/symbolic/run.ts';
import { ids } from './trials.ts';

export type Results = Record<(typeof RESULTS)[number], boolean>;

/** What the simulator makes of one order of a cell whose traitors' coins fall so; true is attack. */
export function simulatedResults(cell: KernelCell, coin: (toss: string) => boolean): Results {
  const members = ids(cell.members);
  const { order, protocol, m: faults } = cell;
  const spec: RunSpec = { number: 1, draw: 1, seed: 1, deadline: 1000, commander: nodeId(1), members, order, protocol, m: faults };
  const traitors = new Map(cell.traitors.map((id) => [id, cell.strategy]));
  const choose: Choose = (question, options) => {
    const said = coin(tossBehind(question)) ? 'attack' : 'retreat';
    return options[options.findIndex((option) => orderIn(cell, question, option) === said)]!;
  };
  const account = runInRounds(spec, { traitors, choose });
  const roster = members.map((id): Member => {
    const strategy = traitors.get(id);
    return { id, role: id === spec.commander ? 'primary' : 'secondary', state: strategy === undefined ? { type: 'loyal' } : { type: 'faulty', strategy } };
  });
  const findings = findingsOf(order, roster, account);
  const verdict = verdictOf(roster, new Map(account.reports.map(({ id, ballot }) => [id, ballot!])));
  return {
    agreementViolated: findings.agreement.type === 'violated',
    validityViolated: findings.validity.type === 'violated',
    executedAttack: verdict.order === 'attack',
    executedRetreat: verdict.order === 'retreat',
  };
}

/** Which coin answers a question. */
function tossBehind({ about, round, from, to, index }: Question): string {
  if (about === 'primary') throw new Error('no kernel elects a primary');
  return tossOf({ round, from: from as NodeId, to, index });
}

/** What is said, ballots being orders, and those in OM's messages their last bit. */
const orderIn = ({ protocol }: KernelCell, { round }: Question, option: unknown): Order =>
  protocol === 'oral' && round > 0 ? (Number(saidBy(option)) % 2 === 1 ? 'attack' : 'retreat') : (saidBy(option) as Order);

const saidBy = (option: unknown): unknown => (option as Action<unknown>).now[0];

/** The coins of a batch's steps, by lane: word `step * tosses + toss`. */
export function coinsOf(seed: number, batch: number, tosses: number, steps: number): Int32Array[] {
  const states = statesOf(seed, batch);
  return Array.from({ length: LANES }, (_, lane) => {
    const draws = Array.from({ length: GENERATORS }, (_unused, generator) => sfc32([0, 1, 2, 3].map((place) => states[placeOf(generator, place, lane)]!)));
    return Int32Array.from({ length: tosses * steps }, (_unused, index) => draws[(index % tosses) % GENERATORS]!());
  });
}

/** The generator, written down once more, in numbers that do not wrap by themselves. */
function sfc32(state: readonly number[]): () => number {
  const wrapped = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = state.map((word) => wrapped(BigInt(word))) as [bigint, bigint, bigint, bigint];
  return () => {
    const out = wrapped(a + b + counter);
    counter = wrapped(counter + 1n);
    a = b ^ (b >> 9n);
    b = wrapped(c + (c << 3n));
    c = wrapped(((c << 21n) | (c >> 11n)) + out);
    return Number(BigInt.asIntN(32, out));
  };
}

/** How many bits of these words are 1. */
export function onesIn(words: Iterable<number>): number {
  let ones = 0;
  for (const word of words) for (let left = word >>> 0; left > 0; left = (left & (left - 1)) >>> 0) ones += 1;
  return ones;
}
