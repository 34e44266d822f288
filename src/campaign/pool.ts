import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CodeFault } from '../core/code-fault.ts';
import { broughtHere } from '../generals/brought/take.ts';
import type { Answer, Task } from './task.ts';

const ENTRY = fileURLToPath(new URL('../../workers/trials.cjs', import.meta.url));

/** Threads that do tasks. */
export interface Pool {
  readonly threads: number;
  run(task: Task): Promise<Answer>;
  /** Ends the threads, also in the middle of a task. */
  close(): Promise<void>;
}

/** @param threads as many as there are cores, if not given */
export async function openPool(threads: number = availableParallelism()): Promise<Pool> {
  const { Piscina } = await import('piscina');
  const piscina = new Piscina<Task, Answer>({ filename: ENTRY, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1, workerData: broughtHere() });
  return {
    threads,
    async run(task) {
      const answer = await piscina.run(task);
      if ('fault' in answer) throw new CodeFault(answer.of, answer.fault);
      return answer;
    },
    close: () => {
      // An answer may be on its way from a thread that is ended: nobody waits for it, which Piscina takes for an error.
      piscina.on('error', () => undefined);
      return piscina.destroy();
    },
  };
}
