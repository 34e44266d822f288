import { SingleBar } from 'cli-progress';
import { inWords } from './duration.ts';
import { ordersAtMost } from './estimate.ts';
import type { Grid } from './grid.ts';
import type { Progress } from './schedule.ts';

/** Shows how far a campaign has come. */
export interface Meter {
  update(): void;
  stop(): void;
}

/** Milliseconds between two lines in a pipe: fewer at first, then more, since a log that is long nobody reads. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 60_000;

/**
 * A bar where a person may see it, else plain lines: one after the first batch, then at ever longer intervals.
 * @param began in orders, what was counted before
 */
export function meterOf(cells: readonly Progress[], grid: Grid, output: NodeJS.WriteStream): Meter {
  const began = countedIn(cells);
  const start = performance.now();
  const facts = (): { orders: number; total: number; rate: number; left: number; done: number } => {
    const orders = countedIn(cells);
    const total = cells.reduce((sum, { tally, isDone }) => sum + (isDone ? tally.orders : Math.max(ordersAtMost(grid), tally.orders)), 0);
    const rate = ((orders - began) / Math.max(1, performance.now() - start)) * 1000;
    return { orders, total, rate, left: rate === 0 ? Infinity : ((total - orders) / rate) * 1000, done: cells.filter(({ isDone }) => isDone).length };
  };
  return output.isTTY ? barOf(facts, cells.length, output) : linesOf(facts, cells.length, output);
}

type Facts = () => { readonly orders: number; readonly total: number; readonly rate: number; readonly left: number; readonly done: number };

function barOf(facts: Facts, cells: number, stream: NodeJS.WriteStream): Meter {
  const bar = new SingleBar({ stream, format: '{bar} {percentage}% {cells} cells, {speed} orders/s, {time} left', hideCursor: true, clearOnComplete: true });
  bar.start(1, 0, { cells: `0/${cells}`, speed: '–', time: '–' });
  return {
    update() {
      const { orders, total, rate, left, done } = facts();
      bar.setTotal(total);
      bar.update(orders, { cells: `${done}/${cells}`, speed: inFigures(rate), time: timeOf(left) });
    },
    stop: () => bar.stop(),
  };
}

function linesOf(facts: Facts, cells: number, stream: NodeJS.WriteStream): Meter {
  let pause = 0;
  let last = -Infinity;
  return {
    update() {
      if (performance.now() - last < pause) return;
      last = performance.now();
      pause = Math.min(LAST_PAUSE, Math.max(FIRST_PAUSE, pause * 1.3));
      const { orders, total, rate, left, done } = facts();
      stream.write(`campaign: ${done} of ${cells} cells, ${inFigures(orders)} of ${inFigures(total)} orders, ${inFigures(rate)} orders/s, ${timeOf(left)} left\n`);
    },
    stop: () => undefined,
  };
}

const countedIn = (cells: readonly Progress[]): number => cells.reduce((sum, { tally }) => sum + tally.orders, 0);

const inFigures = (value: number): string => Math.round(value).toLocaleString('en');

const timeOf = (left: number): string => (Number.isFinite(left) ? inWords(left) : 'unknown time');
