import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { Worker } from 'node:worker_threads';

/** A module that somebody brought, with all that it exports. */
export const importAt = async (url: string): Promise<Readonly<Record<string, unknown>>> => (await import(url)) as Readonly<Record<string, unknown>>;

/**
 * Whether a module comes to an end when it is loaded: that is tried in a thread, as nothing ends what loads in this one.
 * @param milliseconds after which it is given up
 */
export async function loads(url: string, milliseconds: number): Promise<boolean> {
  const thread = new Worker("import(require('node:worker_threads').workerData).then(() => process.exit())", { eval: true, workerData: url, stdout: true, stderr: true });
  let isLate = false;
  const patience = setTimeout(() => {
    isLate = true;
    void thread.terminate();
  }, milliseconds);
  // What it throws is thrown again where it is loaded in earnest.
  thread.on('error', () => undefined);
  await new Promise((resolve) => thread.once('exit', resolve));
  clearTimeout(patience);
  return !isLate;
}

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

let isWithin = false;

/** Does work, which is ended after that many milliseconds. What is done inside of such work has its time. @throws what `late` gives, then */
export function within<T>(milliseconds: number, work: () => T, late: () => Error): T {
  if (isWithin) return work();
  const place = globalThis as Record<symbol, unknown>;
  isWithin = true;
  place[Symbol.for(WORK)] = work;
  try {
    return doWork.runInThisContext({ timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as { readonly code?: unknown } | null | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw late();
    throw error;
  } finally {
    isWithin = false;
    delete place[Symbol.for(WORK)];
  }
}
