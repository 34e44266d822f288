import type { Engine } from './engine.ts';
import type { Told } from './exact.ts';
import type { Cell, Grid } from './grid.ts';
import { wilson } from './interval.ts';
import { EMPTY, added, type Tally, type Violation } from './tally.ts';
import type { Span } from './trials.ts';
import { asksNothing } from './trivial.ts';
import type { Worst } from './worst.ts';

/** How far a cell has come. */
export interface Progress {
  readonly cell: Cell;
  readonly engine: Engine;
  readonly seed: number;
  /** Orders of one batch. */
  readonly batch: number;
  /** Of its orders from number 1 on, without a gap. */
  tally: Tally;
  /** The orders from number 1 on that were handed out. */
  issued: number;
  /** The orders after which it is seen whether the cell is done. */
  stop: number;
  /** By its first order, what came back before something that was handed out earlier. */
  readonly early: Map<number, Tally>;
  isDone: boolean;
  worst: Worst | undefined;
  /** Exact values, where there are any, and what kept from them: see `exact.ts`. */
  exact: Told | undefined;
  /** Why no kernel counts it, where one was wanted. */
  readonly lack: string | undefined;
  /** Found by a search beside the count, for cells that kernels count. */
  found: readonly Violation[] | undefined;
}

export function begun(cell: Cell, engine: Engine, seed: number, batch: number, grid: Grid, tally: Tally = EMPTY): Progress {
  const progress: Progress = {
    cell, engine, seed, batch, tally, issued: tally.orders, stop: 0, early: new Map(), isDone: false, worst: undefined, exact: undefined, lack: undefined, found: undefined,
  };
  // The stops are the same whether or not the campaign was interrupted between two of them.
  for (progress.stop = stopAfter(0, batch, grid); progress.stop < tally.orders; ) progress.stop = stopAfter(progress.stop, batch, grid);
  review(progress, grid);
  return progress;
}

/** The next batch to hand out, or as many as that; undefined while there is none. */
export function nextBatch(progress: Progress, batches = 1): Span | undefined {
  const { issued, stop, batch, isDone } = progress;
  if (isDone || issued >= stop) return undefined;
  const count = Math.min(batch * batches, stop - issued);
  progress.issued += count;
  return { from: issued + 1, count };
}

/** Takes a batch's tally. Tallies are added up in the order of the batches, in whichever order they come. */
export function take(progress: Progress, { from }: Span, tally: Tally, grid: Grid): void {
  progress.early.set(from, tally);
  for (let next = progress.early.get(progress.tally.orders + 1); next !== undefined; next = progress.early.get(progress.tally.orders + 1)) {
    progress.early.delete(progress.tally.orders + 1);
    progress.tally = added(progress.tally, next);
  }
  review(progress, grid);
}

/**
 * Whether the cell is done, where all orders up to its stop are counted; else where it stops next. That depends on the counts
 * at the stops alone, so however many threads there are, a cell ends after the same orders.
 */
function review(progress: Progress, grid: Grid): void {
  const { tally, batch } = progress;
  if (tally.orders < progress.stop) return;
  if (tally.orders >= grid.orders || (tally.orders > 0 && isNarrow(progress, grid.until))) progress.isDone = true;
  else progress.stop = stopAfter(tally.orders, batch, grid);
}

/** Whether the intervals of what a cell is asked for are that narrow: validity only where it can be broken. */
export const isNarrow = ({ cell, tally: { orders, commanderLoyal, agreementViolated, validityViolated } }: Pick<Progress, 'cell' | 'tally'>, until: number | undefined): boolean =>
  until !== undefined && width(agreementViolated, orders) <= until && (asksNothing(cell) || width(validityViolated, commanderLoyal) <= until);

function width(count: number, orders: number): number {
  const { low, high } = wilson(count, orders);
  return high - low;
}

/**
 * The first stop, in orders.
 *
 * Intervals are made for a number of orders that was fixed beforehand, and here it depends on what was counted. Stopping at a
 * width, they still cover the truth as often as they say in the limit of narrow ones (Y. S. Chow and H. Robbins, "On the
 * asymptotic theory of fixed-width sequential confidence intervals for the mean", Ann. Math. Statist. 36, 1965), and as far
 * as a test tells, at the widths that people ask for. What remains is that rates lean to the nearer end of the scale, where a
 * cell stops sooner, by at most some hundredths of the width. So there are few stops, and the first comes late.
 */
const FIRST_STOP = 1000;
/** Each stop is so many times the one before, so that hardly more is sampled than was needed. */
const GROWTH = 1.2;

/** All stops, up to the first after so many orders. */
export function stopsOf(batch: number, grid: Grid, last: number): number[] {
  const stops = [stopAfter(0, batch, grid)];
  for (let stop = stops[0]!; stop < last; stops.push(stop)) stop = stopAfter(stop, batch, grid);
  return stops;
}

function stopAfter(orders: number, batch: number, grid: Grid): number {
  if (grid.until === undefined) return grid.orders;
  // Whole batches, so that a batch has one span whichever stop comes before it.
  const stop = Math.max(FIRST_STOP, Math.ceil(orders * GROWTH));
  return Math.min(grid.orders, Math.ceil(stop / batch) * batch);
}
