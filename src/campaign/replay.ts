import type { Outcome } from '../generals/outcome.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { Army } from '../generals/army.ts';
import { traitorsOf } from './draw.ts';
import { COMMANDER, ORDER, type Cell } from './grid.ts';
import type { Saved } from './results.ts';

/** An order of a campaign, given again. */
export interface Replay {
  readonly cell: Cell;
  readonly number: number;
  readonly army: Army;
  readonly outcome: Outcome;
}

export interface Wanted {
  readonly cell: string | undefined;
  readonly number: number | undefined;
  readonly seed: number | undefined;
}

/**
 * Gives one order of a campaign again, to an army in virtual time. The army is the caller's to disband.
 * @throws UserError if the campaign has no such order
 */
export async function replayed({ cells, grid }: Saved, { cell: id, number, seed }: Wanted): Promise<Replay> {
  const isWanted = (one: Saved['cells'][number]): boolean => (id === undefined || one.cell.id === id) && (seed === undefined || one.seed === seed);
  const wanted = cells.filter(isWanted);
  const found = id === undefined && seed === undefined ? (cells.find(({ tally }) => tally.violations.length > 0) ?? cells[0]) : wanted[0];
  if (found === undefined) {
    const what = id === undefined ? `no cell with the seed ${seed!}` : `no cell ${quoted(id)}${seed === undefined ? '' : ` with the seed ${seed}`}`;
    throw new UserError(`the campaign has ${what}: it has ${cells.slice(0, 5).map(({ cell }) => cell.id).join(', ')}${cells.length > 5 ? ` and ${cells.length - 5} more` : ''}`);
  }
  const order = number ?? found.tally.violations[0]?.order ?? 1;
  if (order > grid.orders) throw new UserError(`${found.cell.id} has orders 1 to ${grid.orders}, not ${order}`);
  const { protocol, m, members, strategy } = found.cell;
  const army = await Army.muster(members, { host: 'sim' });
  await army.setProtocol(protocol, m);
  for (const traitor of traitorsOf(found.cell, found.seed, order)) await army.corrupt(traitor, strategy);
  await army.elect(COMMANDER);
  await army.reseed(found.seed, order);
  return { cell: found.cell, number: order, army, outcome: await army.order(ORDER, { anyway: true }) };
}
