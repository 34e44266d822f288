import { effortOf } from './engine.ts';
import { ordersUntil, type Cell, type Grid } from './grid.ts';
import type { Progress } from './schedule.ts';

/** The orders that a cell takes at the most: if its interval is to be narrow, hardly more than a rate of one half would need. */
export const ordersAtMost = ({ orders, until }: Grid, cell: Cell): number => (until === undefined ? orders : Math.min(orders, Math.max(5000, ordersUntil(until, cell))));

/** Milliseconds that is left to do, roughly: within a factor of three on a machine of today. */
export const estimate = (cells: readonly Progress[], grid: Grid, threads: number): number =>
  cells.reduce((sum, { cell, engine, tally, isDone }) => sum + (isDone ? 0 : Math.max(0, ordersAtMost(grid, cell) - tally.orders) * effortOf(cell, engine)), 0) / threads;
