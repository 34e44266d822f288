import { effortOf } from './engine.ts';
import { ordersUntil, type Cell, type Grid } from './grid.ts';
import type { Progress } from './schedule.ts';

/** The orders that a cell takes at the most: if its interval is to be narrow, hardly more than a rate of one half would need. */
export const ordersAtMost = ({ orders, until }: Grid, cell: Cell): number => (until === undefined ? orders : Math.min(orders, Math.max(5000, ordersUntil(until, cell))));

/** What tells how far a cell has come. */
export interface Countable extends Pick<Progress, 'cell' | 'engine' | 'isDone'> {
  readonly tally: { readonly orders: number };
  /** The orders that it takes at the most, where these are not all. */
  readonly most?: number;
}

/** Milliseconds that is left to do, roughly: within a factor of three on a machine of today. */
export const estimate = (cells: readonly Countable[], grid: Grid, threads: number): number =>
  cells.reduce((sum, { cell, engine, tally, isDone, most = ordersAtMost(grid, cell) }) => sum + (isDone ? 0 : Math.max(0, most - tally.orders) * effortOf(cell, engine)), 0) / threads;
