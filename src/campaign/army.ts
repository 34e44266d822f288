import { figure } from '../core/figures.ts';
import { DEFAULT_DEADLINE } from '../generals/run-spec.ts';
import { nameOf, type NodeId } from '../core/node.ts';
import { UserError } from '../core/user-error.ts';
import type { Army } from '../generals/army.ts';
import { ORDER } from './grid.ts';
import { EMPTY, added, type Tally } from './tally.ts';
import { judging } from './trials.ts';

/** What came of many orders to one army as it stands. */
export interface ArmyCampaign {
  readonly protocol: string;
  readonly m: number;
  readonly primary: string;
  readonly members: readonly string[];
  readonly traitors: readonly { readonly name: string; readonly strategy: string }[];
  /** The army's own: order k draws what its order number k under this seed would. */
  readonly seed: number;
  readonly asked: number;
  readonly tally: Tally;
}

export const ARMY_ORDERS = 10_000;
const ORDERS_MAX = 10_000_000;

/** Orders that are simulated before somebody else may have a turn. */
const CHUNK = 200;

/**
 * Simulates so many orders to attack: the army's traitors, primary and protocol being what they are. Nothing of the army
 * changes, not even the number of its next order.
 * @param signal ends it early, with what was counted
 * @param counted told now and then how many orders were counted
 * @throws UserError if the army cannot be given an order
 */
export async function armyCampaign(army: Army, asked: number, signal: { readonly aborted: boolean } = { aborted: false }, counted: (orders: number) => void = () => undefined): Promise<ArmyCampaign> {
  if (!Number.isSafeInteger(asked) || asked < 1 || asked > ORDERS_MAX) throw new UserError(`a number of orders is a whole number from 1 to ${figure(ORDERS_MAX)}, not ${figure(asked, 20)}`);
  const members = army.members();
  const primary = members.find(({ role }) => role === 'primary');
  const lost = members.find(({ state }) => state.type === 'lost');
  if (primary === undefined) throw new UserError('there is no general to give the order');
  if (lost !== undefined) throw new UserError(`${nameOf(lost.id)} is lost, and only the living can be simulated: g-kill ${lost.id} strikes it off`);
  const { seed, protocol, m } = army;
  const refusal = protocol.refuses(members.length, m);
  if (refusal !== undefined) throw new UserError(refusal);
  const ids = members.map(({ id }) => id);
  const traitors = new Map(members.flatMap(({ id, state }) => (state.type === 'faulty' ? [[id, state.strategy]] : [])));
  const setting = { number: 1, draw: 1, protocol: protocol.name, m, members: ids, commander: primary.id, order: ORDER, seed, deadline: DEFAULT_DEADLINE } as const;
  const judged = judging({ setting, strategyOf: (id: NodeId) => traitors.get(id), traitorsOf: () => [...traitors.keys()] });

  let tally = EMPTY;
  while (tally.orders < asked && !signal.aborted) {
    const from = tally.orders + 1;
    tally = added(tally, judged({ from, count: Math.min(CHUNK, asked - tally.orders) }));
    counted(tally.orders);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    protocol: protocol.name,
    m,
    primary: nameOf(primary.id),
    members: ids.map(nameOf),
    traitors: [...traitors].map(([id, strategy]) => ({ name: nameOf(id), strategy })),
    seed,
    asked,
    tally,
  };
}
