import { expect } from 'chai';
import { binomial } from '../../src/campaign/binomial.ts';
import { ofBatch } from '../../src/campaign/draw.ts';
import { BATCHES_MAX, batchOf } from '../../src/campaign/engine.ts';
import { cellOf, gridOf, type Grid } from '../../src/campaign/grid.ts';
import { wilson } from '../../src/campaign/interval.ts';
import { begun, nextBatch, take, type Progress } from '../../src/campaign/schedule.ts';
import { EMPTY, type Tally } from '../../src/campaign/tally.ts';

const CELL = cellOf('exchange', 1, 4, 1, 'coin');

describe('campaign: when a cell ends', () => {
  it('with --until, intervals cover the truth about 95 times in 100 all the same, and rates lean by little', () => {
    const trials = 4000;
    for (const [p, until] of [[0.5, 0.02], [0.3, 0.02], [0.1, 0.01], [0.03, 0.01], [0.03, 0.02]] as const) {
      const grid = gridFor({ until, orders: 1e9 });
      let [covered, sum] = [0, 0];
      for (let trial = 0; trial < trials; trial += 1) {
        const { tally } = run(begun(CELL, 'simulator', trial, 1000, grid), grid, p, trial);
        const { rate, low, high } = wilson(tally.agreementViolated, tally.orders);
        expect(high - low).to.be.at.most(until);
        if (low <= p && p <= high) covered += 1;
        sum += rate - p;
      }
      expect(covered / trials, `p = ${p}, until ${until}`).to.be.within(0.94, 0.97);
      expect(Math.abs(sum / trials) / until, `p = ${p}, until ${until}`).to.be.below(0.06);
    }
  });

  it('it does so after the same orders, whether or not it was resumed in between, and in whatever order batches come back', () => {
    const grid = gridFor({ until: 0.03, orders: 1e9 });
    for (let trial = 0; trial < 50; trial += 1) {
      const whole = run(begun(CELL, 'simulator', trial, 700, grid), grid, 0.4, trial);
      const half = run(begun(CELL, 'simulator', trial, 700, grid), grid, 0.4, trial, 2);
      expect(half.isDone).to.equal(false);
      const resumed = run(begun(CELL, 'simulator', trial, 700, grid, half.tally), grid, 0.4, trial);
      expect(resumed.tally).to.deep.equal(whole.tally);
      expect(run(begun(CELL, 'simulator', trial, 700, grid), grid, 0.4, trial, Infinity, true).tally).to.deep.equal(whole.tally);
    }
  });

  it('kernels never have more batches than there are numbers for', () => {
    for (const members of [2, 7, 64, 200]) {
      for (const until of [undefined, 0.001]) {
        for (const orders of [1, 1e6, 1e9, 1e12]) expect(orders / batchOf(cellOf('exchange', 1, members, 1, 'coin'), 'kernel', { orders, until })).to.be.at.most(BATCHES_MAX);
      }
    }
  });
});

const gridFor = ({ until, orders }: Pick<Grid, 'until' | 'orders'>): Grid => ({ ...gridOf({}, 1), until, orders });

/** Runs a cell in which each order breaks agreement with probability p. @param batches at the most */
function run(progress: Progress, grid: Grid, p: number, seed: number, batches = Infinity, isBackwards = false): Progress {
  let taken = 0;
  while (!progress.isDone && taken < batches) {
    const issued: NonNullable<ReturnType<typeof nextBatch>>[] = [];
    for (let next = nextBatch(progress); next !== undefined; next = taken + issued.length < batches ? nextBatch(progress) : undefined) issued.push(next);
    if (isBackwards) issued.reverse();
    for (const span of issued) take(progress, span, tallyOf(seed, Math.floor((span.from - 1) / progress.batch), span.count, p), grid);
    taken += issued.length;
  }
  return progress;
}

function tallyOf(seed: number, batch: number, count: number, p: number): Tally {
  let index = 0;
  return { ...EMPTY, orders: count, commanderLoyal: count, agreementViolated: binomial(count, p, () => (ofBatch(seed, batch, index++) + 0.5) / 2 ** 32) };
}
