import { SingleBar, type Params } from 'cli-progress';
import { counted, figure } from '../core/figures.ts';
import { barText } from './bar.ts';
import { inWords } from './duration.ts';
import { effortOf } from './engine.ts';
import { ordersAtMost, type Countable } from './estimate.ts';
import type { Grid } from './grid.ts';

/** Shows how far a campaign has come. */
export interface Meter {
  /** Whether it is a bar, which what else is said there would run into. */
  readonly isDrawn: boolean;
  update(): void;
  stop(): void;
}

/** So many milliseconds of effort must be behind us before it counts more how long they took than how long they should. */
const THOUGHT = 3000;

/** Milliseconds between two lines in a pipe: fewer at first, then more, since a log that is long nobody reads. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 60_000;

/**
 * A bar where a person may see it, else plain lines: one at the beginning, one after the first batch, then at ever longer intervals. The time left
 * goes by the effort that orders are thought to take, which differs from cell to cell by thousands; and more and more by how
 * long such an effort has taken so far.
 * @param isDrawn whether that is a place for a bar
 */
export function meterOf(cells: readonly Countable[], grid: Grid, threads: () => number, output: NodeJS.WriteStream, isDrawn = output.isTTY, now = (): number => performance.now()): Meter {
  const began = cells.map(({ tally }) => tally.orders);
  const efforts = cells.map(({ cell, engine }) => effortOf(cell, engine));
  const start = now();
  const facts: Facts = () => {
    let [orders, counted, total, did, toDo] = [0, 0, 0, 0, 0];
    cells.forEach(({ cell, tally, isDone, most: all = ordersAtMost(grid, cell) }, index) => {
      const most = isDone ? tally.orders : Math.max(all, tally.orders);
      const since = tally.orders - began[index]!;
      orders += tally.orders;
      counted += since;
      total += most;
      did += since * efforts[index]!;
      toDo += (most - tally.orders) * efforts[index]!;
    });
    const elapsed = Math.max(1, now() - start);
    return { orders, total, rate: (counted / elapsed) * 1000, left: (toDo * (elapsed + THOUGHT / threads())) / (did + THOUGHT), done: cells.filter(({ isDone }) => isDone).length };
  };
  return isDrawn ? barOf(facts, cells.length, output) : linesOf(facts, cells.length, output);
}

type Facts = () => { readonly orders: number; readonly total: number; readonly rate: number; readonly left: number; readonly done: number };

function barOf(facts: Facts, cells: number, stream: NodeJS.WriteStream): Meter {
  const format = (_options: unknown, { progress: share }: Params, { parts }: { parts: string[] }): string => barText({ share, parts }, stream.columns - 1);
  const bar = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true });
  bar.start(1, 0, { parts: [`0/${cells} cells`] });
  return {
    isDrawn: true,
    update() {
      const { orders, total, rate, left, done } = facts();
      bar.setTotal(total);
      bar.update(orders, { parts: [`${done}/${cells} cells`, `${figure(rate)} orders/s`, `${inWords(left)} left`] });
    },
    stop: () => bar.stop(),
  };
}

function linesOf(facts: Facts, cells: number, stream: NodeJS.WriteStream): Meter {
  let pause = 0;
  let last = -Infinity;
  let isCounting = false;
  return {
    isDrawn: false,
    update() {
      const { orders, total, rate, left, done } = facts();
      if (performance.now() - last < pause && isCounting === orders > 0) return;
      isCounting = orders > 0;
      last = performance.now();
      pause = Math.min(LAST_PAUSE, Math.max(FIRST_PAUSE, pause * 1.3));
      stream.write(`campaign: ${done} of ${counted(cells, 'cell')}, ${figure(orders)} of ${counted(total, 'order')}, ${figure(rate)} orders/s, ${inWords(left)} left\n`);
    },
    stop: () => undefined,
  };
}
