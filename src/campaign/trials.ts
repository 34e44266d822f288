import { seeded } from '../core/choice.ts';
import { symbolicKeyring } from '../core/keyring.ts';
import type { Mission } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { Tally as Counts } from '../core/quorum.ts';
import { brokenBy } from '../judge/findings.ts';
import { carried } from '../judge/verdict.ts';
import { soldier } from '../sim/general.ts';
import { companyFor, type Veteran } from '../sim/veterans.ts';
import { drawnFrom, missionOf, type Class } from './draw.ts';
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
    traitorsOf: (order) => drawnFrom(cell, seed, order, among),
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
  const { recruit, lead } = companyFor(setting.order);
  const recruited = (id: NodeId, strategy?: string): Veteran => recruit(soldier(briefing, id, strategy, choose, symbolicKeyring(id), { isNoted: false }));
  const loyal = setting.members.map((id) => recruited(id));
  const traitors = setting.members.map((id) => recruited(id, strategyOf(id)));
  const placeOf: number[] = [];
  setting.members.forEach((id, place) => (placeOf[id] = place));
  const commander = placeOf[setting.commander]!;
  for (let order = from; order < from + count; order += 1) {
    briefing.draw = order;
    const army = loyal.slice();
    for (const id of traitorsOf(order)) army[placeOf[id]!] = traitors[placeOf[id]!]!;
    lead(army);
    const { decided, ballots, voters } = counted(army);
    for (const { sent } of army) sum.messages += sent;
    const executed = carried(ballots, voters);
    if (executed === 'attack') sum.attack += 1;
    else if (executed === 'retreat') sum.retreat += 1;
    const broken = brokenBy(decided, isLoyal(army[commander]!) ? setting.order : undefined);
    if (broken.agreement) sum.agreementViolated += 1;
    if (broken.validity) sum.validityViolated += 1;
    if (violations.length < VIOLATIONS_KEPT && (broken.agreement || broken.validity)) violations.push({ order, property: broken.agreement ? 'agreement' : 'validity' });
  }
  return { orders: count, ...sum, violations };
}

const isLoyal = ({ betrayal }: Veteran): boolean => betrayal === undefined;

/** What the loyal lieutenants decided, and the ballots: all secondaries', or the primary's where there are none. */
function counted(army: readonly Veteran[]): { readonly decided: Counts; readonly ballots: Counts; readonly voters: number } {
  const decided = { attack: 0, retreat: 0 };
  const ballots = { attack: 0, retreat: 0 };
  for (const one of army) {
    const { soldier, decision, self, context } = one;
    const isCommander = self === context.commander;
    if (!isCommander && isLoyal(one)) count(decided, decision);
    if (!isCommander || army.length === 1) count(ballots, soldier.ballot(decision));
  }
  return { decided, ballots, voters: Math.max(1, army.length - 1) };
}

function count(counts: { attack: number; retreat: number }, order: Order | undefined): void {
  if (order === 'attack') counts.attack += 1;
  else if (order === 'retreat') counts.retreat += 1;
}
