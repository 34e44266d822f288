import { seeded } from '../core/choice.ts';
import type { Mission } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { Member } from '../core/outcome.ts';
import { findingsOf } from '../judge/findings.ts';
import { verdictOf } from '../judge/verdict.ts';
import { lockstep } from '../sim/lockstep.ts';
import { missionOf, traitorsOf, type Class } from './draw.ts';
import type { Cell } from './grid.ts';
import { VIOLATIONS_KEPT, type Tally, type Violation } from './tally.ts';

/** Which of a cell's orders: `count` of them, from number `from` on. */
export interface Span {
  readonly from: number;
  readonly count: number;
}

/** Has these orders of a cell simulated and judged. The same orders in other spans add up to the same. */
export function simulated(cell: Cell, seed: number, { from, count }: Span, among: Class = 'any'): Tally {
  const shared = missionOf(cell, seed, from);
  return judged(count, (index) => {
    const order = from + index;
    const traitors = new Map(traitorsOf(cell, seed, order, among).map((id) => [id, cell.strategy]));
    return { mission: { ...shared, number: order, draw: order }, traitors };
  }, seed);
}

/** One order that is to be simulated. */
export interface Trial {
  readonly mission: Mission;
  readonly traitors: ReadonlyMap<NodeId, string>;
}

const LOYAL = { type: 'loyal' } as const;

/** The tally of that many trials. @param seed of all of them */
export function judged(count: number, trialAt: (index: number) => Trial, seed: number): Tally {
  const sum = { agreementViolated: 0, validityViolated: 0, attack: 0, retreat: 0, messages: 0 };
  const violations: Violation[] = [];
  const choose = seeded(seed);
  for (let index = 0; index < count; index += 1) {
    const { mission, traitors } = trialAt(index);
    const account = lockstep(mission, { traitors, choose }, false);
    const members: Member[] = [];
    const ballots = new Map<NodeId, Order>();
    for (const { id, ballot, strategy } of account.reports) {
      members.push({ id, role: id === mission.commander ? 'primary' : 'secondary', state: strategy === undefined ? LOYAL : { type: 'faulty', strategy } });
      if (ballot !== undefined) ballots.set(id, ballot);
    }
    const verdict = verdictOf(members, ballots);
    if (verdict.order !== undefined) sum[verdict.order] += 1;
    for (const { sent } of account.reports) sum.messages += sent;
    const { agreement, validity } = findingsOf(mission.order, members, account);
    if (agreement.type === 'violated') sum.agreementViolated += 1;
    if (validity.type === 'violated') sum.validityViolated += 1;
    const property = agreement.type === 'violated' ? 'agreement' : validity.type === 'violated' ? 'validity' : undefined;
    if (property !== undefined && violations.length < VIOLATIONS_KEPT) violations.push({ order: mission.draw, property });
  }
  return { orders: count, ...sum, violations };
}
