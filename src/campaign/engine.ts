import { symbolicKeyring } from '../core/keyring.ts';
import { Refusal } from '../core/refusal.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { signed } from '../protocols/signed.ts';
import { DRAWS_MAX, missionOf } from './draw.ts';
import type { Cell, Grid } from './grid.ts';

/** What runs a cell's orders: the simulator, order by order; or a kernel, a hundred at a time. */
export type Engine = 'simulator' | 'kernel';
export type EngineChoice = 'auto' | Engine;

export const ENGINES = { simulator: 'simulator', kernel: 'kernel' } as const;
export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', 'simulator', 'kernel'];

/** Below so many orders, making a kernel takes longer than the simulator does. */
const KERNEL_FROM = 50_000;

/**
 * The engine of a cell. It hangs on the cell and the choice alone, so that a campaign that is resumed goes on as it began.
 * @throws Refusal if a kernel is asked for and there is none, or the simulator for more orders than it can number
 */
export async function engineOf(cell: Cell, { orders, until }: Grid, choice: EngineChoice): Promise<Engine> {
  const isWanted = choice === 'kernel' || (choice === 'auto' && (orders >= KERNEL_FROM || until !== undefined));
  if (isWanted && (await import('./sliced.ts')).isSliced(cell)) return 'kernel';
  if (choice === 'kernel') throw new Refusal(`there is no kernel for ${cell.id}: --engine auto takes the simulator there`);
  if (orders > DRAWS_MAX) throw new Refusal(`${cell.id} has no kernel, and the simulator numbers ${DRAWS_MAX} orders a cell: choose fewer`);
  return 'simulator';
}

/** The messages of one order without traitors: what its effort goes with. */
export function messagesOf(cell: Cell): number {
  const { members, commander } = missionOf(cell, 0, 1);
  return protocolNamed(cell.protocol)!.messages({ self: commander, members, commander, faults: cell.m, number: 1, keyring: symbolicKeyring(commander) });
}

/** Messages of a batch: some 20 ms of work, so that handing it to a thread costs little and a Ctrl-C is heard soon. */
const MESSAGES_SIMULATED = 40_000;
const MESSAGES_SLICED = 2 ** 31;

/** The most orders of a kernel's batch where after each batch it is seen whether that was enough. */
const BATCH_UNTIL = 2 ** 16;

/** A cell by kernels has no more batches than this: each has two streams, and orders with numbers of their own (`sliced.ts`). */
export const BATCHES_MAX = 2 ** 23;

/** The orders of one batch, by the effort that they take; not by time, so that every machine makes the same batches. */
export function batchOf(cell: Cell, engine: Engine, { orders, until }: Pick<Grid, 'orders' | 'until'>): number {
  const effort = messagesOf(cell) + cell.members;
  if (engine === 'simulator') return Math.max(1, Math.min(5000, Math.floor(MESSAGES_SIMULATED / effort)));
  // Powers of two, which hold whole steps of any kernel.
  const batch = 2 ** Math.max(14, Math.min(26, Math.floor(Math.log2(MESSAGES_SLICED / effort))));
  const least = 2 ** Math.ceil(Math.log2(orders / BATCHES_MAX));
  return Math.max(least, until === undefined ? batch : Math.min(batch, BATCH_UNTIL));
}

/** Milliseconds that one order takes, roughly; the simulator's share was measured, the kernel's is guessed on the safe side. */
export function effortOf(cell: Cell, engine: Engine): number {
  const messages = messagesOf(cell);
  return engine === 'kernel' ? messages / 2e7 : messages * (cell.protocol === signed.name ? MS_A_SIGNATURE : MS_A_MESSAGE) + cell.members * MS_A_GENERAL;
}

const MS_A_MESSAGE = 0.0003;
/** Chains of signatures are made, and looked at link by link. */
const MS_A_SIGNATURE = 0.002;
const MS_A_GENERAL = 0.0006;
