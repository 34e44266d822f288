import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { Worker, isMainThread, type ResourceLimits } from 'node:worker_threads';
import { UserError } from '../core/user-error.ts';
import { CHANGES } from './shared-things.ts';
import { openWatch, stuckAfter, type Watch } from './watch.ts';

/** A module that somebody brought, with all that it exports. */
export const importAt = async (url: string): Promise<Readonly<Record<string, unknown>>> => (await import(url)) as Readonly<Record<string, unknown>>;

/** Tries to load a module, and says what it changed of what all share. */
const TRYING = `
const { parentPort, workerData } = require('node:worker_threads');
${CHANGES}
const end = process.reallyExit.bind(process);
const tell = parentPort.postMessage.bind(parentPort);
import(workerData).then(() => {
  const what = changed();
  if (what !== undefined) tell(what);
  end(0);
});`;

/**
 * What keeps a module from being loaded, in words: that it comes to no end, takes all memory, or changes what all code shares. That is
 * tried in a thread, as nothing ends what loads in this one.
 * @param milliseconds after which it is given up @param megabytes what it may take
 */
export async function troubleOf(url: string, milliseconds: number, megabytes = 512): Promise<string | undefined> {
  const resourceLimits = memoryOf(megabytes);
  const thread = new Worker(TRYING, { eval: true, execArgv: [], workerData: url, stdout: true, stderr: true, resourceLimits });
  let trouble: string | undefined;
  const patience = setTimeout(() => {
    trouble = `did not come to an end within ${milliseconds / 1000} s when it was loaded`;
    void thread.terminate();
  }, milliseconds);
  thread.on('message', (what: string) => (trouble ??= `changed ${what} when it was loaded, which all code here shares`));
  thread.on('error', (error) => {
    // What it throws is thrown again where it is loaded in earnest.
    if (isOutOfMemory(error)) trouble = `took more than ${megabytes} MB of memory when it was loaded`;
  });
  await new Promise((resolve) => thread.once('exit', resolve));
  clearTimeout(patience);
  return trouble;
}

/** What a thread may take of the memory, in MB: it ends where it wants more, and the others go on. */
export const memoryOf = (megabytes: number): ResourceLimits => ({ maxOldGenerationSizeMb: megabytes });

/** Whether a thread ended as it wanted more memory than it may have. */
export const isOutOfMemory = (error: unknown): boolean => (error as { readonly code?: unknown } | null | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** Where modules of ours are, of which no line is told. */
const OURS = [new URL('../', import.meta.url).href, new URL('../../../src/', import.meta.url).href];

/** In which file and line of what was brought an error came up, as `mine.ts:12`. */
export function placeIn(error: unknown, url: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const map = `${fileURLToPath(url)}.map`;
  if (!stack.includes(url) || !existsSync(map)) return undefined;
  const sources = new SourceMap(JSON.parse(readFileSync(map, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]);
  for (const [, line, column] of stack.slice(stack.indexOf(url) - 1).matchAll(/:(\d+):(\d+)\)?$/gm)) {
    const entry = sources.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) continue;
    const source = new URL(entry.originalSource, url).href;
    if (!OURS.some((place) => source.startsWith(place))) return `${basename(fileURLToPath(source))}:${entry.originalLine + 1}`;
  }
  return undefined;
}

/** By what a script finds the work that it is to do. */
const WORK = 'generals: work that may take too long';

/** V8 ends a script that takes too long, whatever it does, and no other work. */
const doWork = new Script(`globalThis[Symbol.for('${WORK}')]()`);

let isInside = false;

/** Whether such work is being done. */
export const isWithin = (): boolean => isInside;

/** What becomes of work that is ended: what to throw then. */
export interface Ends {
  /** Whose work it is. */
  left(): string;
  /** It took too long. */
  late(): Error;
  /** It took more memory than the program may have. @param gigabytes how much that is */
  greedy(gigabytes: number): Error;
}

let watch: Watch | undefined;
let isWatched = false;

/** Of the work that was done last. */
let last: Ends | undefined;

/**
 * Has the program end, in one line and with status 1, where code that was brought ends it or keeps it from everything else: what calls
 * itself again and again by promises is no work that could be ended. For a program, and not for a library in somebody else's.
 */
export function endWithOwn(say: (line: string) => void): void {
  if (!isMainThread || ending !== undefined) return;
  ending = say;
  process.once('exit', () => {
    if (!isInside) return;
    say(`${owner()} ended the program`);
    process.exitCode = 1;
  });
  begin()?.endIfStuck(() => {
    say(`${owner()} left something behind that never ends: the program was waited for ${stuckAfter() / 1000} s`);
  });
}

let ending: ((line: string) => void) | undefined;

const owner = (): string => last?.left() ?? 'the code that was brought';

function begin(): Watch | undefined {
  if (!isWatched) {
    isWatched = true;
    watch = openWatch();
  }
  return watch;
}

/**
 * Does work, which is ended after that many milliseconds, and where it takes too much memory. What is done inside of such work has
 * its time. Ctrl-C ends it at once.
 * @throws what `ends` gives, then
 */
export function within<T>(milliseconds: number, work: () => T, ends: Ends): T {
  if (isInside) return work();
  begin();
  last = ends;
  const place = globalThis as Record<symbol, unknown>;
  isInside = true;
  place[Symbol.for(WORK)] = () => {
    // Here, where it can be interrupted, and nowhere else.
    watch?.begin(milliseconds);
    try {
      return work();
    } finally {
      watch?.settle();
    }
  };
  try {
    // Who looks costs half of what a timeout of V8 does, which begins a thread and a loop of its own.
    return doWork.runInThisContext(watch === undefined ? { timeout: milliseconds } : { breakOnSigint: true }) as T;
  } catch (error) {
    const code = (error as { readonly code?: unknown } | null | undefined)?.code;
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw ends.late();
    if (code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    const why = watch?.ended();
    if (why !== undefined) throw why === 'late' ? ends.late() : ends.greedy(watch!.gigabytes);
    // It was Ctrl-C, which is heard by who hears it otherwise.
    process.kill(process.pid, 'SIGINT');
    throw new UserError('it was interrupted');
  } finally {
    isInside = false;
    delete place[Symbol.for(WORK)];
  }
}
