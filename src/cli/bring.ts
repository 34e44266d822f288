import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure } from 'esbuild';
import { CodeFault } from '../core/code-fault.ts';
import { UserError, quotedPath } from '../core/user-error.ts';
import type { Kind } from '../generals/brought/shape.ts';
import { UsageError } from './arguments.ts';

/** Whether a word is to be a file with code of somebody's own, and no name. */
export const isOwnFile = (word: string): boolean => /[\\/]|\.[cm]?[jt]s$/i.test(word);

/** What 'generals' is in such a file: a library needs no folder to be found from, then. */
const LIBRARY = fileURLToPath(new URL('../authoring.js', import.meta.url));

/** The names of what was brought, by kind and file: to bring it again is to name it again. */
const names = new Map<string, string>();

/** The files that were brought, as they were named, for lines that repeat something. */
const files: { readonly kind: Kind; readonly name: string; readonly file: string }[] = [];

/** Whether code of somebody's own was loaded, which may have left timers behind that nothing else ends. */
export const hasLoaded = (): boolean => count > 0;

/** The words that bring again what was brought, for a command line that repeats something. */
export const broughtWords = (): string[] => files.flatMap(({ kind, file }) => [`--${kind}`, file]);

/** For how many milliseconds a file is loaded. */
const LOADING_MAX = 5_000;

let last: Promise<unknown> = Promise.resolve();

/** Compiles a file with a protocol or a strategy of somebody's own, and takes it. @returns its name @throws UsageError in one line */
export function bring(kind: Kind, file: string): Promise<string> {
  const brought = last.then(() => bringNow(kind, file));
  // One after the other: what compiles is ended when it is done.
  last = brought.catch(() => undefined);
  return brought;
}

async function bringNow(kind: Kind, file: string): Promise<string> {
  const path = resolve(file);
  const key = `${kind} ${path}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  mustBeFile(file);
  const url = await compiled(file);
  const [{ take }, { loads }] = await Promise.all([import('../generals/brought/take.ts'), import('../runtime/brought-code.ts')]);
  if (!(await loads(url, LOADING_MAX))) throw new UsageError(`${quotedPath(file)} did not come to an end within ${LOADING_MAX / 1000} s when it was loaded`);
  try {
    const name = await take({ kind, url });
    names.set(key, name);
    files.push({ kind, name, file });
    return name;
  } catch (error) {
    if (error instanceof UserError || error instanceof CodeFault) throw new UsageError(`${quotedPath(file)} is no ${kind}: ${error.message}`);
    throw error;
  }
}

function mustBeFile(file: string): void {
  if (!existsSync(file)) throw new UsageError(`${quotedPath(file)} cannot be read: there is no such file`);
  if (statSync(file).isDirectory()) throw new UsageError(`${quotedPath(file)} cannot be read: it is a folder`);
}

let folder: string | undefined;
let count = 0;

/** Where modules are written, until the program ends. */
function temporary(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'generals-own-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** A module of it and of all that it imports, with a map to its lines. */
async function compiled(file: string): Promise<string> {
  const { build, stop } = await import('esbuild');
  const outfile = join(temporary(), `${basename(file, extname(file))}-${(count += 1)}.mjs`);
  try {
    await build({ entryPoints: [resolve(file)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', sourcemap: true, sourcesContent: false, alias: { generals: LIBRARY }, logLevel: 'silent' });
  } catch (error) {
    const [first, ...others] = (error as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw error;
    const { location, text } = first;
    const place = location === null ? file : `${location.file}:${location.line}:${location.column + 1}`;
    throw new UsageError(`${place}: ${text.replace(/\n[^]*/, '')}${others.length === 0 ? '' : `, and ${others.length} more`}`);
  } finally {
    await stop();
  }
  return pathToFileURL(outfile).href;
}
