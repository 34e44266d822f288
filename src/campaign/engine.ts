import { figure } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { DRAWS_MAX, missionOf } from './draw.ts';
import type { Cell, Grid } from './grid.ts';

/** What runs a cell's orders: the simulator, order by order; or a kernel, a hundred at a time. */
export type Engine = 'simulator' | 'kernel';
export type EngineChoice = 'auto' | Engine;

export const ENGINES = { simulator: 'simulator', kernel: 'kernel' } as const;
export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', 'simulator', 'kernel'];

/** Below so many orders, making a kernel takes longer than the simulator does. */
const KERNEL_FROM = 50_000;

/** An engine, and why it is not a kernel where one was wanted. */
export interface Chosen {
  readonly engine: Engine;
  readonly lack: string | undefined;
}

/**
 * The engine of a cell. It depends on the cell and the choice alone, so that a campaign that is resumed goes on as it began.
 * @throws UserError if a kernel is asked for and there is none, or the simulator for more orders than it can number
 */
export async function engineOf(cell: Cell, { orders, until }: Grid, choice: EngineChoice): Promise<Chosen> {
  const isWanted = choice === 'kernel' || (choice === 'auto' && (orders >= KERNEL_FROM || until !== undefined));
  const lack = isWanted ? (await import('./sliced.ts')).kernelLack(cell) : undefined;
  if (isWanted && lack === undefined) return { engine: 'kernel', lack };
  if (choice === 'kernel') throw new UserError(`there is no kernel for ${cell.id}, as ${lack!}: --engine auto takes the simulator there`);
  if (orders > DRAWS_MAX) throw new UserError(`${cell.id} has no kernel, and the simulator numbers ${figure(DRAWS_MAX)} orders a cell: choose fewer`);
  return { engine: 'simulator', lack };
}

/** The messages of one order without traitors: what its effort goes with. */
export function messagesOf(cell: Cell): number {
  const { members, commander } = missionOf(cell, 0, 1);
  return protocolNamed(cell.protocol)!.messages({ members, commander, m: cell.m });
}

/** A simulated batch takes so many milliseconds at the most, so that a Ctrl-C is heard soon; and handing it to a thread costs little. */
const SIMULATED_MS = 20;
const SIMULATED_MAX = 5000;
const SLICED_MESSAGES = 2 ** 31;

/** The most orders of a batch where after each one it is seen whether that was enough. */
const UNTIL_MAX = { simulator: 1000, kernel: 2 ** 16 } as const;

/** A cell by kernels has no more batches than this: each has two streams, and orders with numbers of their own (`sliced.ts`). */
export const BATCHES_MAX = 2 ** 23;

/** The orders of one batch, by the effort that they take; not by time, so that every machine makes the same batches. */
export function batchOf(cell: Cell, engine: Engine, { orders, until }: Pick<Grid, 'orders' | 'until'>): number {
  const most = until === undefined ? Number.POSITIVE_INFINITY : UNTIL_MAX[engine];
  if (engine === 'simulator') return Math.max(1, Math.min(most, SIMULATED_MAX, Math.floor(SIMULATED_MS / effortOf(cell, engine))));
  // Powers of two, which hold whole steps of any kernel.
  const batch = 2 ** Math.max(14, Math.min(26, Math.floor(Math.log2(SLICED_MESSAGES / (messagesOf(cell) + cell.members)))));
  const least = 2 ** Math.ceil(Math.log2(orders / BATCHES_MAX));
  return Math.max(least, Math.min(most, batch));
}

/** Milliseconds that one order takes, roughly, as it was measured with coin traitors. */
export function effortOf(cell: Cell, engine: Engine): number {
  const messages = messagesOf(cell);
  if (engine === 'kernel') return messages / MESSAGES_SLICED_A_MS;
  const { few, many } = protocolNamed(cell.protocol)!.effort ?? MICROSECONDS_ELSE;
  const isFew = cell.members <= MEMBERS_REMEMBERED;
  const share = isFew && cell.faults === 0 ? MICROSECONDS_REMEMBERED : isFew ? few : many;
  return (messages * share + cell.members * MICROSECONDS_A_GENERAL) / 1000;
}

const MESSAGES_SLICED_A_MS = 2e8;
/** Among more, a round brings more messages to a general than are remembered (`generals/sim/batches.ts`). */
const MEMBERS_REMEMBERED = 7;
/** Where a protocol does not say: of a run without traitors. */
const MICROSECONDS_ELSE = { few: 0.3, many: 0.3 };
const MICROSECONDS_REMEMBERED = 0.1;
const MICROSECONDS_A_GENERAL = 0.1;
