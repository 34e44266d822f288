import type { Pool } from './pool.ts';
import { mayBeExact } from './exact.ts';
import { nextBatch, take, type Progress } from './schedule.ts';
import type { Cell, Grid } from './grid.ts';
import type { Answer, Task } from './task.ts';
import type { Span } from './trials.ts';
import type { Worst } from './worst.ts';

/**
 * Has all cells run to their end, or until the signal: then every `progress` holds the orders counted so far.
 * @param counted told whenever a tally has grown
 */
export const runCampaign = (cells: readonly Progress[], grid: Grid, pool: Pool, signal: AbortSignal, counted: () => void): Promise<void> => runWorks(workOf(cells, grid, pool, counted), pool, signal);

/** Has all be done that there is to do, or as much as came back until the signal. */
export async function runWorks(work: () => Work | undefined, pool: Pool, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    for (;;) {
      while (!signal.aborted && pool.hasRoom(running.size)) {
        const next = work();
        if (next === undefined) break;
        const run: Promise<void> = pool.run(next.task).then((answer) => next.done(answer)).finally(() => running.delete(run));
        running.add(run);
      }
      if (signal.aborted || running.size === 0) break;
      await Promise.race([...running, aborted]);
    }
  } finally {
    // What is still under way is thrown away with the pool; nobody is to hear that it was.
    for (const run of running) run.catch(() => undefined);
  }
}

export interface Work {
  readonly task: Task;
  done(answer: Answer): void;
}

/** Cells whose worst is the same: of them one is searched. */
export function alikeAtWorst<Of extends { readonly cell: Cell }>(cells: readonly Of[]): Of[][] {
  const searched = new Map<string, Of[]>();
  for (const one of cells) {
    const { protocol, m, members, faults } = one.cell;
    const key = `${protocol} ${m} ${members} ${faults}`;
    searched.set(key, [...(searched.get(key) ?? []), one]);
  }
  return [...searched.values()];
}

/** What is to be done next, as far as it can be told now; undefined if nothing can be begun before something has ended. */
function workOf(cells: readonly Progress[], grid: Grid, pool: Pool, counted: () => void): () => Work | undefined {
  const searches = alikeAtWorst(cells.filter(({ worst }) => worst === undefined));
  const sums = cells.filter(({ cell, exact }) => exact === undefined && mayBeExact(cell));
  const sought = new Set<Progress>();
  let first = 0;

  return () => {
    const alike = searches.shift();
    if (alike !== undefined) return worstWork(alike);
    const sum = sums.shift();
    if (sum !== undefined) return exactWork(sum);
    while (cells[first]?.isDone === true && isSettled(cells[first]!)) first += 1;
    for (let index = first; index < cells.length; index += 1) {
      const progress = cells[index]!;
      const span = nextBatch(progress, pool.batchesOf?.(progress));
      if (span !== undefined) return trialsWork(progress, span);
      if (progress.isDone && !isSettled(progress) && !sought.has(progress)) {
        sought.add(progress);
        return violationsWork(progress);
      }
    }
    return undefined;
  };

  function worstWork(alike: readonly Progress[]): Work {
    return {
      task: { type: 'worst', cell: alike[0]!.cell },
      done(answer) {
        const worst: Worst = 'worst' in answer ? answer.worst : 'unknown';
        for (const progress of alike) progress.worst = worst;
      },
    };
  }

  function exactWork(progress: Progress): Work {
    return {
      task: { type: 'exact', cell: progress.cell },
      done(answer) {
        progress.exact = 'exact' in answer ? answer.exact : undefined;
      },
    };
  }

  function trialsWork(progress: Progress, span: Span): Work {
    const { cell, seed, engine, batch: size } = progress;
    return {
      task: { type: 'trials', cell, seed, engine, size, span },
      done(answer) {
        if (!('tally' in answer)) throw new Error('a batch came back without a tally');
        const before = progress.tally;
        take(progress, span, answer.tally, grid);
        if (progress.tally !== before) counted();
      },
    };
  }

  function violationsWork(progress: Progress): Work {
    const { cell, seed } = progress;
    return {
      task: { type: 'violations', cell, seed, orders: grid.orders },
      done(answer) {
        if ('violations' in answer) progress.found = answer.violations;
      },
    };
  }
}

/** Whether nothing is to be sought for it any more: kernels count violations without naming any. */
const isSettled = ({ engine, tally, found }: Progress): boolean =>
  engine === 'simulator' || found !== undefined || tally.agreementViolated + tally.validityViolated === 0;
