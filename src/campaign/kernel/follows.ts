import { seeded, type Choose } from '../../core/choice.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { findingsOf } from '../../generals/judge/findings.ts';
import { verdictOf } from '../../generals/judge/verdict.ts';
import type { Order } from '../../generals/order.ts';
import type { Member } from '../../generals/outcome.ts';
import type { AnyRoundsProtocol } from '../../generals/protocol.ts';
import { DEFAULT_DEADLINE, type RunSpec } from '../../generals/run-spec.ts';
import { runInRounds } from '../../generals/sim/rounds.ts';
import type { Action } from '../../generals/strategy.ts';
import { evaluation } from '../../generals/symbolic/evaluate.ts';
import { everyone } from '../../generals/symbolic/instance.ts';
import { tossOf, type Run } from '../../generals/symbolic/run.ts';
import { orderIn } from '../../generals/values.ts';
import { RESULTS } from './program.ts';

/** Seeded orders that are run both ways. */
const ORDERS = 64;
const WIDTH = 32;

interface Followed {
  readonly members: number;
  readonly m: number;
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  readonly strategy: string;
}

/** Whether the code does on symbols what it does on orders, and the judge makes the same of it, over some seeded orders of a cell. */
export function followsCode({ members, m, traitors, order, strategy }: Followed, protocol: AnyRoundsProtocol, run: Run): boolean {
  const { tosses, of } = evaluation(run.words, RESULTS.map((name) => run[name]));
  const places = new Map(tosses.map((toss, place) => [toss, place]));
  const army = everyone(members);
  const betraying = new Map(traitors.map((id) => [id, strategy]));
  const roster = army.members.map((id): Member => ({ id, role: id === army.commander ? 'primary' : 'secondary', state: betraying.has(id) ? { type: 'faulty', strategy } : { type: 'loyal' } }));
  const chance = seeded(1982);
  for (let from = 0; from < ORDERS; from += WIDTH) {
    const shown = new Int32Array(tosses.length);
    const counted: boolean[][] = [];
    for (let bit = 0; bit < WIDTH; bit += 1) {
      const choose: Choose = (question, options) => {
        const option = chance(question, options);
        const said = contentOf(protocol, question.about === 'ballot', option as Action<unknown>);
        const place = question.about === 'primary' ? undefined : places.get(tossOf({ ...question, from: nodeId(question.from) }));
        if (place !== undefined && said === 'attack') shown[place]! |= 1 << bit;
        return option;
      };
      const spec: RunSpec = { number: 1, draw: from + bit + 1, seed: 1, deadline: DEFAULT_DEADLINE, ...army, order, protocol: protocol.name, m };
      const result = runInRounds(spec, { traitors: betraying, choose });
      const { agreement, validity } = findingsOf(order, roster, result);
      const verdict = verdictOf(roster, new Map(result.reports.flatMap(({ id, ballot }) => (ballot === undefined ? [] : [[id, ballot] as const]))));
      counted.push([agreement.type === 'violated', validity.type === 'violated', verdict.order === 'attack', verdict.order === 'retreat']);
    }
    const words = of(shown);
    if (counted.some((results, bit) => results.some((isSo, index) => (((words[index]! >>> bit) & 1) === 1) !== isSo))) return false;
  }
  return true;
}

/** What a traitor says: a ballot is an order, and a message holds one. */
function contentOf({ wording }: AnyRoundsProtocol, isBallot: boolean, { now: [said] }: Action<unknown>): Order | undefined {
  if (said === undefined) return undefined;
  return isBallot ? (said as Order) : orderIn(wording!.valueOf(said));
}
