import { expect } from 'chai';
import { cellSeed } from '../../src/campaign/draw.ts';
import { inWords } from '../../src/campaign/duration.ts';
import { batchOf } from '../../src/campaign/engine.ts';
import { estimate } from '../../src/campaign/estimate.ts';
import { cellOf, gridOf, type Cell } from '../../src/campaign/grid.ts';
import { meterOf } from '../../src/campaign/meter.ts';
import { begun, type Progress } from '../../src/campaign/schedule.ts';
import { EMPTY } from '../../src/campaign/tally.ts';

const ORDERS = 1_000_000;
const GRID = gridOf({ orders: { name: 'orders', value: ORDERS } }, 1);
const [CHEAP, DEAR] = [cellOf('exchange', 1, 4, 1, 'coin'), cellOf('king', 3, 10, 3, 'coin')];

describe('a campaign’s meter', () => {
  it('tells at first what was thought to be left, on so many threads', () => {
    for (const threads of [1, 2, 8]) {
      const cells = [progressOf(CHEAP, 0), progressOf(DEAR, 0)];
      expect(firstLine(cells, threads)).to.include(`0 of 2 cells, 0 of 2,000,000 orders, 0 orders/s, ${inWords(estimate(cells, GRID, threads))} left\n`);
    }
  });

  it('goes by the effort of what is left, not by how many orders that are', () => {
    const left = (cells: readonly Progress[]): string => /, ([^,]*) left\n$/.exec(firstLine(cells, 2))![1]!;
    expect(left([progressOf(CHEAP, ORDERS), progressOf(DEAR, 0)])).to.equal(left([progressOf(DEAR, 0)]));
    expect(left([progressOf(CHEAP, 0), progressOf(DEAR, ORDERS)])).to.match(/^\d s$/);
  });
});

const progressOf = (cell: Cell, orders: number): Progress => begun(cell, 'simulator', cellSeed(1, cell), batchOf(cell, 'simulator', GRID), GRID, { ...EMPTY, orders });

function firstLine(cells: readonly Progress[], threads: number): string {
  const lines: string[] = [];
  const output = { isTTY: false, write: (line: string) => lines.push(line) } as unknown as NodeJS.WriteStream;
  meterOf(cells, GRID, () => threads, output, undefined, () => 0).update();
  return lines.join('');
}
