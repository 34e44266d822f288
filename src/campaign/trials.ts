import { seeded } from '../core/choice.ts';
import { symbolicSigner } from '../core/signer.ts';
import type { RunSpec } from '../generals/run-spec.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../generals/order.ts';
import { brokenBy } from '../generals/judge/findings.ts';
import { carried } from '../generals/judge/verdict.ts';
import { roleInstance, type RoleInstance } from '../generals/general.ts';
import { cohortFor } from '../generals/sim/memoized.ts';
import { drawing, missionOf, type Class } from './draw.ts';
import type { Cell } from './grid.ts';
import { VIOLATIONS_KEPT, type Tally, type Violation } from './tally.ts';

/** Which of a cell's orders: `count` of them, from number `from` on. */
export interface Span {
  readonly from: number;
  readonly count: number;
}

/** Has these orders of a cell simulated and judged. The same orders in other spans add up to the same. */
export function simulated(cell: Cell, seed: number, span: Span, among: Class = 'any'): Tally {
  const key = `${cell.id} ${seed} ${among}`;
  let judged = recent.get(key);
  if (judged === undefined) {
    if (recent.size >= RECENT_MAX) recent.delete(recent.keys().next().value!);
    recent.set(key, (judged = judging({ setting: missionOf(cell, seed, 1), strategyOf: () => cell.strategy, traitorsOf: drawing(cell, seed, among) })));
  }
  return judged(span);
}

/**
 * A cell has its orders simulated span by span, and the generals remember from one to the next. Beside a kernel there are two sorts of
 * orders in turn, those of loyal commanders and the others.
 */
const recent = new Map<string, Judged>();
const RECENT_MAX = 2;

/** Orders that differ in nothing but in who is a traitor, and in their chance. */
export interface Trials {
  /** Its `draw` is not read: each order has its own number there. */
  readonly setting: RunSpec;
  /** How a general betrays where it is a traitor; undefined if it never is. */
  readonly strategyOf: (id: NodeId) => string | undefined;
  /** Who betrays in the order of that number. */
  readonly traitorsOf: (order: number) => readonly NodeId[];
}

/** Gives the tally of these orders. */
export type Judged = (span: Span) => Tally;

/**
 * Simulates and judges orders. Each general is made twice, loyal and a traitor, and serves all of them: what it is made of hangs
 * on no order, and `number`, which does, is in nothing that is counted.
 */
export function judging({ setting, strategyOf, traitorsOf }: Trials): Judged {
  const spec: RunSpec & { draw: number } = { ...setting };
  const { members, commander } = setting;
  const choose = seeded(setting.seed);
  const { register, run } = cohortFor(setting.order);
  const made = (id: NodeId, strategy?: string): RoleInstance => roleInstance(spec, id, strategy, choose, symbolicSigner(id), { isNoted: false });
  const nodes = members.map((id) => register(made(id), made(id, strategyOf(id))));
  const loyal = nodes.map((selves) => selves.loyal);
  const traitors = nodes.map((selves) => selves.traitor);
  const placeOf: number[] = [];
  members.forEach((id, place) => (placeOf[id] = place));
  const army = loyal.slice();
  const voters = Math.max(1, members.length - 1);

  return ({ from, count }) => {
    const sum = { commanderLoyal: 0, agreementViolated: 0, validityViolated: 0, attack: 0, retreat: 0, messages: 0 };
    const violations: Violation[] = [];
    for (let order = from; order < from + count; order += 1) {
      spec.draw = order;
      const betraying = traitorsOf(order);
      for (const id of betraying) army[placeOf[id]!] = traitors[placeOf[id]!]!;
      run(army);
      const [decided, ballots] = [{ attack: 0, retreat: 0 }, { attack: 0, retreat: 0 }];
      for (const one of army) {
        sum.messages += one.sent;
        // The quorum is asked as the judge asks it: secondaries, or a primary that is alone.
        if (one.self !== commander || army.length === 1) add(ballots, one.adversary === undefined ? one.decision : one.instance.ballot(one.decision));
        if (one.self !== commander && one.adversary === undefined) add(decided, one.decision);
      }
      const executed = carried(ballots, voters);
      if (executed === 'attack') sum.attack += 1;
      else if (executed === 'retreat') sum.retreat += 1;
      const isCommanderLoyal = !betraying.includes(commander);
      const { agreement, validity } = brokenBy(decided, isCommanderLoyal ? setting.order : undefined);
      if (isCommanderLoyal) sum.commanderLoyal += 1;
      if (agreement) sum.agreementViolated += 1;
      if (validity) sum.validityViolated += 1;
      if (violations.length < VIOLATIONS_KEPT && (agreement || validity)) violations.push({ order, property: agreement ? 'agreement' : 'validity' });
      for (const id of betraying) army[placeOf[id]!] = loyal[placeOf[id]!]!;
    }
    return { orders: count, ...sum, violations };
  };
}

function add(counts: { attack: number; retreat: number }, order: Order | undefined): void {
  if (order === 'attack') counts.attack += 1;
  else if (order === 'retreat') counts.retreat += 1;
}
