import { CodeFault, type Fault } from '../core/code-fault.ts';
import { seenIn, type Doings } from '../generals/brought/doing.ts';
import { takeAll, type Brought } from '../generals/brought/take.ts';
import { ENGINES, type Engine } from './engine.ts';
import { exactBy, type Told } from './exact.ts';
import type { Cell } from './grid.ts';
import { slicedOf, type Sliced } from './sliced.ts';
import { EMPTY, VIOLATIONS_KEPT, added, type Tally, type Violation } from './tally.ts';
import { simulated, type Span } from './trials.ts';
import { worstOf, type Worst } from './worst.ts';

/** A piece of work for one thread: plain data, whose answer depends on nothing else. `size` is how many orders a batch of the cell has; a span is whole batches. */
export type Task =
  | { readonly type: 'trials'; readonly cell: Cell; readonly seed: number; readonly engine: Engine; readonly size: number; readonly span: Span }
  | { readonly type: 'violations'; readonly cell: Cell; readonly seed: number; readonly orders: number }
  | { readonly type: 'worst'; readonly cell: Cell }
  | { readonly type: 'exact'; readonly cell: Cell };

export type Answer = { readonly tally: Tally } | { readonly violations: readonly Violation[] } | { readonly worst: Worst } | { readonly exact: Told } | { readonly of: string; readonly fault: Fault };

/** What a thread is told as it begins, if anything was brought. */
export interface Beginning {
  readonly brought: readonly Brought[];
  readonly doings: Doings;
}

/** Does tasks, in a thread that may need code that was brought: who waits for it sees what that does. */
export function performing(beginning: Beginning | undefined): (task: Task) => Answer | Promise<Answer> {
  if (beginning === undefined) return perform;
  const turn = seenIn(beginning.doings);
  const taken = takeAll(beginning.brought);
  return async (task) => {
    await taken;
    turn();
    try {
      return perform(task);
    } catch (error) {
      if (error instanceof CodeFault) return { of: error.of, fault: error.fault };
      throw error;
    } finally {
      turn();
    }
  };
}

export function perform(task: Task): Answer {
  switch (task.type) {
    case 'trials':
      return { tally: task.engine === ENGINES.kernel ? sliced(task) : simulated(task.cell, task.seed, task.span) };
    case 'violations':
      return { violations: violationsOf(task.cell, task.seed, task.orders) };
    case 'worst':
      return { worst: worstOf(task.cell) };
    case 'exact':
      return { exact: exactBy(task.cell) };
    default:
      return task satisfies never;
  }
}

/** A kernel's orders hang on which batch they are in. */
function sliced({ cell, seed, size, span: { from, count } }: Extract<Task, { type: 'trials' }>): Tally {
  const kernel = kernels(cell);
  let tally = EMPTY;
  for (let done = 0; done < count; done += size) {
    const span = { from: from + done, count: Math.min(size, count - done) };
    tally = added(tally, kernel.run(seed, Math.floor((span.from - 1) / size), span));
  }
  return tally;
}

/** Kernels are made once for each cell and thread; of the cells, only the last few are remembered. */
const known = new Map<string, Sliced>();
const KNOWN_MAX = 32;

function kernels(cell: Cell): Sliced {
  const found = known.get(cell.id);
  if (found !== undefined) return found;
  const made = slicedOf(cell);
  if (made === undefined) throw new Error(`there is no kernel for ${cell.id}`);
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value!);
  known.set(cell.id, made);
  return made;
}

/** How many orders are simulated in search of violations that kernels have counted. */
const SEARCHED_MAX = 50_000;
/** So many messages at the most. */
const EFFORT_MAX = 5_000_000;

/**
 * The first few orders of a cell that break a property, as the simulator runs them: what kernels count has no number by which
 * one could repeat it. @param orders that the cell has
 */
function violationsOf(cell: Cell, seed: number, orders: number): Violation[] {
  const last = Math.min(orders, SEARCHED_MAX);
  const found: Violation[] = [];
  let messages = 0;
  for (let from = 1; from <= last && messages < EFFORT_MAX; from += CHUNK) {
    const tally = simulated(cell, seed, { from, count: Math.min(CHUNK, last - from + 1) });
    messages += tally.messages;
    found.push(...tally.violations);
    if (found.length >= VIOLATIONS_KEPT) break;
  }
  return found.slice(0, VIOLATIONS_KEPT);
}

const CHUNK = 500;
