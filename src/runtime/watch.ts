import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker, isMainThread } from 'node:worker_threads';

/** Looks at the clock and at the memory of the program while work is done that may take too much of either. */
export interface Watch {
  /** From where on work is ended. */
  readonly gigabytes: number;
  /** To be called as the first thing of the work. */
  begin(milliseconds: number): void;
  /** To be called as the last thing of the work: if it is just being interrupted, this does not come back. */
  settle(): void;
  /** Why it interrupted the work, if it did. What that held is given back then. */
  ended(): 'late' | 'greedy' | undefined;
}

/** V8 ends the whole program at the limit of its heap: work is ended before. */
const SHARE = 0.7;

/** Milliseconds between two looks. */
const EVERY = 50;

/** What the thread that looks and the one that works have in common: how many looks the work has left, or why it is ended. */
const NOTHING = 0;
const LATE = -1;
const GREEDY = -2;

/** The thread that looks. It interrupts the work as Ctrl-C does: no other signal ends a script of V8, and the program goes on after it. */
const LOOKING = `
const { shared, max } = require('node:worker_threads').workerData;
const left = new Int32Array(shared);
setInterval(() => {
  const looks = Atomics.load(left, 0);
  if (looks <= ${NOTHING}) return;
  const why = looks === 1 ? ${LATE} : process.memoryUsage.rss() > max ? ${GREEDY} : looks - 1;
  // Not if the work has settled meanwhile.
  if (Atomics.compareExchange(left, 0, looks, why) === looks && why < ${NOTHING}) process.kill(process.pid, 'SIGINT');
}, ${EVERY});`;

/** Bytes that a program may have as long as others on the machine shall have some. */
export const mostMemory = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity) * SHARE;

/** Undefined where nobody can look: in a thread, which has limits of its own, and on Windows, where that signal ends the program. */
export function openWatch(): Watch | undefined {
  if (!isMainThread || process.platform === 'win32') return undefined;
  const most = Math.min(getHeapStatistics().heap_size_limit * SHARE, mostMemory());
  const left = new Int32Array(new SharedArrayBuffer(4));
  new Worker(LOOKING, { eval: true, workerData: { shared: left.buffer, max: most } }).unref();
  return {
    gigabytes: Math.round(most / 2 ** 27) / 8,
    begin: (milliseconds) => void Atomics.store(left, 0, 1 + Math.ceil(milliseconds / EVERY)),
    settle: () => {
      for (;;) {
        const looks = Atomics.load(left, 0);
        // Else the signal is on its way.
        if (looks >= NOTHING && Atomics.compareExchange(left, 0, looks, NOTHING) === looks) return;
      }
    },
    ended: () => {
      const why = Atomics.exchange(left, 0, NOTHING);
      if (why >= NOTHING) return undefined;
      collect();
      return why === LATE ? 'late' : 'greedy';
    },
  };
}

/** Gives back what nobody holds, so that the next piece of work is not ended for what the last one took. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-expose-gc');
}
