import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CodeFault } from '../core/code-fault.ts';
import { doingsOf, greedyThreads, lookingAt } from '../generals/brought/doing.ts';
import { broughtHere } from '../generals/brought/take.ts';
import { isOutOfMemory, memoryOf } from '../runtime/brought-code.ts';
import { patience } from '../runtime/patience.ts';
import { mostMemory } from '../runtime/watch.ts';
import type { Progress } from './schedule.ts';
import type { Answer, Beginning, Task } from './task.ts';

/** What a thread with code of somebody's own may take of the memory, in MB. */
const MEMORY_MAX = 1024;

/** Milliseconds between two looks at threads with such code. A look is no clock: a program that stands still looks at nothing. */
const EVERY = 100;

/** A task is many orders: it is waited for as long as so many pieces of work are. */
const WORKS = 6;

/** After so many times as long such a thread is given up, with a task before this one: it is done with it, and calls itself again by promises. */
const TASKS = 2.5;

/** Tasks that wait for each thread. */
const AHEAD = 2;

const ENTRY = fileURLToPath(new URL('../../workers/trials.cjs', import.meta.url));

/** Who does tasks: threads, here or elsewhere. */
export interface Pool {
  readonly threads: number;
  /** Whether one more may be given to it, besides so many that are under way: enough that nobody is ever idle. */
  hasRoom(underWay: number): boolean;
  /** How many batches of a cell make a task; one, if it does not say. */
  batchesOf?(progress: Pick<Progress, 'cell' | 'engine' | 'batch'>): number;
  run(task: Task): Promise<Answer>;
  /** Ends the threads, also in the middle of a task. */
  close(): Promise<void>;
}

/** @param threads as many as there are cores, if not given */
export async function openPool(threads: number = availableParallelism()): Promise<Pool> {
  const { Piscina } = await import('piscina');
  const brought = broughtHere();
  const isOurs = brought.length === 0;
  const doings = doingsOf(threads);
  const piscina = new Piscina<Task, Answer>({
    filename: ENTRY,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    ...(isOurs ? {} : { workerData: { brought, doings } satisfies Beginning, resourceLimits: memoryOf(MEMORY_MAX) }),
  });
  const close = (): Promise<void> => {
    // An answer may be on its way from a thread that is ended: nobody waits for it, which Piscina takes for an error.
    piscina.on('error', () => undefined);
    return piscina.destroy();
  };
  /** Why the threads were ended. */
  let fault: CodeFault | undefined;
  // The limit of a thread counts no bytes outside of its heap.
  const most = Math.min(mostMemory(), (threads + 1) * MEMORY_MAX * 2 ** 20);
  const taskMax = isOurs ? Infinity : WORKS * patience();
  const late = lookingAt(doings, taskMax / EVERY, taskMax);
  const looking = isOurs ? undefined : setInterval(() => {
    if (fault !== undefined) return;
    fault = process.memoryUsage.rss() < most ? late() : greedyThreads(most);
    if (fault !== undefined) void close();
  }, EVERY).unref();
  return {
    threads,
    hasRoom: (underWay) => underWay < threads * AHEAD,
    async run(task) {
      let answer: Answer;
      const giving = isOurs ? undefined : setTimeout(() => {
        fault ??= new CodeFault('the code that was brought', { did: 'left something behind in a thread that never ends', why: `it was waited for ${(TASKS * taskMax) / 1000} s` });
        void close();
      }, TASKS * taskMax);
      try {
        answer = await piscina.run(task);
      } catch (error) {
        throw fault ?? (isOutOfMemory(error) ? greedyThreads(MEMORY_MAX * 2 ** 20) : error);
      } finally {
        clearTimeout(giving);
      }
      if ('fault' in answer) throw new CodeFault(answer.of, answer.fault);
      return answer;
    },
    close: () => {
      clearInterval(looking);
      return close();
    },
  };
}
