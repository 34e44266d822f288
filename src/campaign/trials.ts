import { seeded } from '../core/choice.ts';
import type { Account } from '../core/host.ts';
import { symbolicKeyring } from '../core/keyring.ts';
import type { Mission } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { Member } from '../core/outcome.ts';
import { findingsOf } from '../judge/findings.ts';
import { carried } from '../judge/verdict.ts';
import { soldier } from '../sim/general.ts';
import { accountOf, advance, marcherOf, type Marcher } from '../sim/lockstep.ts';
import { missionOf, traitorsOf, type Class } from './draw.ts';
import type { Cell } from './grid.ts';
import { VIOLATIONS_KEPT, type Tally, type Violation } from './tally.ts';

/** Which of a cell's orders: `count` of them, from number `from` on. */
export interface Span {
  readonly from: number;
  readonly count: number;
}

/** Has these orders of a cell simulated and judged. The same orders in other spans add up to the same. */
export function simulated(cell: Cell, seed: number, span: Span, among: Class = 'any'): Tally {
  return judged({
    setting: missionOf(cell, seed, span.from),
    strategyOf: () => cell.strategy,
    traitorsOf: (order) => traitorsOf(cell, seed, order, among),
  }, span);
}

/** Orders that differ in nothing but in who is a traitor, and in their chance. */
export interface Trials {
  /** Its `draw` is not read: each order has its own number there. */
  readonly setting: Mission;
  /** How a general betrays where it is a traitor; undefined if it never is. */
  readonly strategyOf: (id: NodeId) => string | undefined;
  /** Who betrays in the order of that number. */
  readonly traitorsOf: (order: number) => readonly NodeId[];
}

/**
 * The tally of these orders. Each general is made twice, loyal and a traitor, and serves all orders: what it is made of hangs
 * on no order, and `number`, which does, is in nothing that is counted.
 */
export function judged({ setting, strategyOf, traitorsOf }: Trials, { from, count }: Span): Tally {
  const sum = { agreementViolated: 0, validityViolated: 0, attack: 0, retreat: 0, messages: 0 };
  const violations: Violation[] = [];
  const briefing: Mission & { draw: number } = { ...setting };
  const choose = seeded(setting.seed);
  const recruited = (id: NodeId, strategy?: string): Marcher => marcherOf(soldier(briefing, id, strategy, choose, symbolicKeyring(id), { isNoted: false }));
  const loyal = setting.members.map((id) => recruited(id));
  const traitors = setting.members.map((id) => recruited(id, strategyOf(id)));
  const placeOf: number[] = [];
  setting.members.forEach((id, place) => (placeOf[id] = place));
  for (let order = from; order < from + count; order += 1) {
    briefing.draw = order;
    const army = loyal.slice();
    for (const id of traitorsOf(order)) army[placeOf[id]!] = traitors[placeOf[id]!]!;
    const accusations = advance(army, setting.order);
    for (const { sent } of army) sum.messages += sent;
    const executed = executedBy(army);
    if (executed !== undefined) sum[executed] += 1;
    if (areObedient(army, loyal, setting.order)) continue;
    const account = accountOf(army, accusations);
    const { agreement, validity } = findingsOf(setting.order, rosterOf(setting, account), account);
    if (agreement.type === 'violated') sum.agreementViolated += 1;
    if (validity.type === 'violated') sum.validityViolated += 1;
    const property = agreement.type === 'violated' ? 'agreement' : validity.type === 'violated' ? 'validity' : undefined;
    if (property !== undefined && violations.length < VIOLATIONS_KEPT) violations.push({ order, property });
  }
  return { orders: count, ...sum, violations };
}

/** As the judge's verdict, of which only the order is counted. */
function executedBy(army: readonly Marcher[]): Order | undefined {
  const votes = { attack: 0, retreat: 0 };
  let voters = 0;
  for (const { soldier: { ballot: ballotOf }, context: { self, commander }, decision } of army) {
    if (self === commander && army.length > 1) continue;
    const ballot = ballotOf(decision);
    if (ballot !== undefined) votes[ballot] += 1;
    voters += 1;
  }
  return carried(votes, voters);
}

/** Whether all loyal lieutenants decided for the order: then no property is broken, and the judge need not be asked. */
function areObedient(army: readonly Marcher[], loyal: readonly Marcher[], order: Order): boolean {
  for (let place = 0; place < army.length; place += 1) {
    const { context: { self, commander }, decision } = army[place]!;
    if (army[place] === loyal[place] && self !== commander && decision !== order) return false;
  }
  return true;
}

const rosterOf = ({ commander }: Mission, { reports }: Account): Member[] =>
  reports.map(({ id, strategy }) => ({
    id,
    role: id === commander ? 'primary' : 'secondary',
    state: strategy === undefined ? { type: 'loyal' } : { type: 'faulty', strategy },
  }));
