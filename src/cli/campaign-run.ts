import type { Countable } from '../campaign/estimate.ts';
import type { Grid } from '../campaign/grid.ts';
import { meterOf, type Meter } from '../campaign/meter.ts';
import type { Pool } from '../campaign/pool.ts';
import { UserError } from '../core/user-error.ts';
import { isPlain } from '../repl/theme.ts';
import { onSignal } from './signals.ts';

/** A campaign, or a part of one. */
export interface Running {
  readonly cells: readonly Countable[];
  readonly grid: Grid;
  /** @throws UserError if it cannot be saved */
  readonly save: () => void;
  /** @param counted told whenever something more is known */
  readonly run: (pool: Pool, signal: AbortSignal, counted: () => void) => Promise<void>;
}

/** Milliseconds between two checkpoints, the first of which comes with the first batch; more where a large grid takes long to write. */
const CHECKPOINT = 500;
/** So many times as long as a checkpoint took, there is none. */
const REST = 20;

/** Why a campaign ended: nothing of it if it came to its end. */
export interface End {
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined;
  /** Why what was counted could not be saved. */
  readonly unsaved: UserError | undefined;
  /** Why nobody can go on with it for now. */
  readonly trouble: UserError | undefined;
}

/**
 * Runs the campaign to its end, or until a signal, or until it cannot be saved any more: then going on would be in vain.
 * @param open who does its work, and what else is to be said of them
 */
export async function ran({ cells, grid, save: write, run }: Running, open: (stop: AbortSignal, say: (line: string) => void) => Promise<Pool>, isQuiet: boolean): Promise<End> {
  const stop = new AbortController();
  let signal: End['signal'];
  let unsaved: UserError | undefined;
  let trouble: UserError | undefined;
  let rest = 0;
  const heed = (name: NodeJS.Signals): void => {
    signal ??= name === 'SIGTERM' ? name : 'SIGINT';
    stop.abort();
  };
  const save = (): void => {
    unsaved = refusalOf(write);
    if (unsaved !== undefined) stop.abort();
  };
  await onSignal(['SIGINT', 'SIGTERM'], heed, async () => {
    const say = (line: string): void => void process.stderr.write(`${meter?.isDrawn === true ? '\r\u001b[K' : ''}${line}\n`);
    let meter: Meter | undefined;
    const pool = await open(stop.signal, say);
    meter = isQuiet ? undefined : meterOf(cells, grid, () => pool.threads, process.stderr, process.stderr.isTTY && !isPlain(process.env));
    try {
      // What is to be done is saved before anything is: the worst of many cells is sought for a while before the first order.
      save();
      meter?.update();
      trouble = await refusalBy(run(pool, stop.signal, () => {
        const start = performance.now();
        if (start >= rest) {
          save();
          rest = performance.now() + Math.max(CHECKPOINT, REST * (performance.now() - start));
        }
        meter?.update();
      }));
    } finally {
      meter?.stop();
      await pool.close();
    }
  });
  return { signal, unsaved, trouble };
}

async function refusalBy(work: Promise<void>): Promise<UserError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** What a piece of work refuses to do; undefined if it is done. */
export function refusalOf(work: () => void): UserError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

