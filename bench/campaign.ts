import { batchOf } from '../src/campaign/engine.ts';
import { cellSeed } from '../src/campaign/draw.ts';
import { cellOf, gridOf } from '../src/campaign/grid.ts';
import { openPool, type Pool } from '../src/campaign/pool.ts';
import { runCampaign } from '../src/campaign/run.ts';
import { begun } from '../src/campaign/schedule.ts';
import { inTurn, time, type Row } from './measure.ts';

const CELL = cellOf('exchange', 2, 7, 2, 'coin');
const ORDERS = 200_000;

/** A campaign on two threads beside the same on one: the time it takes, threads being up and warm. */
export async function benchCampaign(report: (row: Row) => void): Promise<void> {
  const [two, one] = [await openPool(2), await openPool(1)];
  try {
    await Promise.all([ran(two), ran(one)]);
    // 1.6 times as fast is 1 / 1.6 of the time.
    report(await inTurn(`a campaign of ${ORDERS} simulated orders on two threads, ms (on one)`, 8, () => time(() => ran(two)), () => time(() => ran(one)), 1 / 1.6));
  } finally {
    await Promise.all([two.close(), one.close()]);
  }
}

function ran(pool: Pool): Promise<void> {
  const grid = gridOf({ orders: { name: 'orders', value: ORDERS } }, 1);
  const cells = [begun(CELL, 'simulator', cellSeed(1, CELL), batchOf(CELL, 'simulator', grid), grid)];
  return runCampaign(cells, grid, pool, new AbortController().signal, () => undefined);
}
