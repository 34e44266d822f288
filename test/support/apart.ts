import { once } from 'node:events';
import { Worker, parentPort, workerData } from 'node:worker_threads';
import { here, type Exit } from './run.ts';

const THREAD = 'a thread apart';

export interface Apart {
  /** As `here`, in that thread. */
  readonly generals: (words: readonly string[], input?: string) => Promise<Exit>;
  readonly end: () => Promise<unknown>;
}

/**
 * A thread that does what the program is told, one line after the other. What is brought stays as long as what it was brought to, and no
 * other test is to see it: a thread keeps it apart as a process does, of which each takes a quarter of a second for itself.
 */
export function apart(): Apart {
  // Without the tests' own options, of which one has lines told otherwise.
  const thread = new Worker(new URL(import.meta.url), { workerData: THREAD, execArgv: [], stdout: true, stderr: true });
  let last: Promise<unknown> = Promise.resolve();
  return {
    generals(words, input = '') {
      const answered = last.then(async () => {
        thread.postMessage([words, input]);
        const [exit] = (await once(thread, 'message')) as [Exit];
        return exit;
      });
      last = answered.catch(() => undefined);
      return answered;
    },
    end: () => thread.terminate(),
  };
}

if (workerData === THREAD) parentPort?.on('message', ([words, input]: [string[], string]) => void here(words, input).then((exit) => parentPort!.postMessage(exit)));
