import { closeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';
import { Worker, isMainThread } from 'node:worker_threads';
import { patience } from './patience.ts';

/** Looks at the clock and at the memory of the program while work is done that may take too much of either. */
export interface Watch {
  /** From where on work is ended. */
  readonly gigabytes: number;
  /** To be called as the first thing of the work. */
  begin(milliseconds: number): void;
  /** To be called as the last thing of the work: if it is just being interrupted, this does not come back. */
  settle(): void;
  /**
   * From now on, if the program comes to nothing else for some time, its end is said and it ends with status 1. That is the last resort:
   * the thread that looks has it done in the middle of whatever runs, as a debugger would.
   */
  endIfStuck(say: () => void): void;
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

/**
 * Milliseconds of computing after which a program is stuck in which nothing that waits is called any more. Who waits for a terminal that
 * holds still does not compute.
 */
export const stuckAfter = (): number => Math.round(1.2 * patience());

/** By what the thread that looks finds what ends the program. */
const END = 'generals: the end of a program that is stuck';

/** The thread that looks. It interrupts the work as Ctrl-C does: no other signal ends a script of V8, and the program goes on after it. */
const LOOKING = `
const { readFileSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const { shared, max, stuckAfter } = workerData;
const left = new Int32Array(shared);
// Milliseconds that the thread which works has computed, or, where that cannot be known, all threads.
function computed() {
  try {
    const fields = readFileSync('/proc/self/task/' + process.pid + '/stat', 'latin1');
    const [user, system] = fields.slice(fields.lastIndexOf(')') + 2).split(' ').slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}
let asked = 0;
let since = 0;
setInterval(() => {
  // Whoever answers goes on, and so does who begins or ends a piece of work.
  if (Atomics.load(left, 2) === 0 || Atomics.load(left, 0) !== ${NOTHING} || Atomics.exchange(left, 1, 0) === 1) asked = 0;
  else if ((asked += 1) === 1) since = computed();
  else if (asked % 10 === 0 && computed() - since > stuckAfter) {
    asked = 0;
    const session = new (require('node:inspector').Session)();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: "globalThis[Symbol.for('${END}')]()" });
  }
  if (asked % 10 === 1) parentPort.postMessage('goes on?');
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
  // The looks that are left, whether the program goes on, and whether that matters.
  const left = new Int32Array(new SharedArrayBuffer(12));
  const workerData = { shared: left.buffer, max: most, stuckAfter: stuckAfter() };
  const thread = new Worker(LOOKING, { eval: true, execArgv: [], workerData });
  thread.on('message', () => Atomics.store(left, 1, 1));
  thread.unref();
  return {
    endIfStuck(say) {
      (globalThis as Record<symbol, unknown>)[Symbol.for(END)] = () => {
        say();
        try {
          // What it left behind may be just that.
          runInThisContext("process.emit('exit', 1)", { timeout: 500 });
        } catch {
          // It ends all the same.
        }
        // Node says something of a debugger there.
        closeSync(2);
        (process as NodeJS.Process & { reallyExit(code: number): never }).reallyExit(1);
      };
      Atomics.store(left, 2, 1);
    },
    gigabytes: Math.round(most / 2 ** 27) / 8,
    begin: (milliseconds) => void Atomics.store(left, 0, 1 + Math.ceil(milliseconds / EVERY)),
    settle: () => {
      for (;;) {
        const looks = Atomics.load(left, 0);
        // Else the signal is on its way.
        if (looks >= NOTHING && Atomics.compareExchange(left, 0, looks, NOTHING) === looks) return void Atomics.store(left, 1, 1);
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
