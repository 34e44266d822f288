import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, BuildOptions, BuildResult } from 'esbuild';
import { UserError, quotedPath } from '../core/user-error.ts';
import { otherKind } from './own-file.ts';

/** What 'generals' is in such a file: a library needs no folder to be found from, then. */
const LIBRARY = fileURLToPath(new URL('../authoring.js', import.meta.url));

/** What stands in the place of timers, and of the process. */
const NO_TIMERS = fileURLToPath(new URL('no-timers.js', import.meta.url));
const NO_PROCESS = fileURLToPath(new URL('no-process.js', import.meta.url));

const STAND_INS = { timers: NO_TIMERS, 'node:timers': NO_TIMERS, 'timers/promises': NO_TIMERS, 'node:timers/promises': NO_TIMERS, process: NO_PROCESS, 'node:process': NO_PROCESS };

/**
 * Nothing ends what a promise calls later: a loop of those would hold up the whole program. So there are none, and none is made by an
 * async function, which esbuild makes of a generator and of a promise.
 */
const NO_PROMISES = [
  'const Promise = ((refuse) => new Proxy(function () {}, {',
  "construct: refuse, apply: refuse, get: (none, key) => (key === Symbol.hasInstance || key === 'prototype' ? none[key] : refuse())",
  "}))(() => { throw new Error('there is no Promise here: a step is done when it comes back'); });",
].join(' ');
const SYNCHRONOUS = { 'async-await': false, 'async-generator': false, 'for-await': false, 'top-level-await': false };

/** To import a module of CommonJS has it read letter by letter first, for what it exports: that takes as long as all else here. */
const required = createRequire(import.meta.url);

let folder: string | undefined;
let count = 0;

/** Whether code of somebody's own was compiled, and so may have been loaded. */
export const hasCompiled = (): boolean => count > 0;

/**
 * A module of a file of somebody's own and of all that it imports, with a map to its lines.
 * @returns its address @throws UserError in one line, with the line that is wrong
 */
export async function compiled(file: string): Promise<string> {
  const outfile = join(temporary(), `${basename(file, extname(file))}-${(count += 1)}.mjs`);
  await bundled(file, { outfile, platform: 'node', format: 'esm', target: 'node20', sourcemap: true, sourcesContent: false });
  return pathToFileURL(outfile).href;
}

/** The same as a script for a browser, which gives all that the module exports to a variable. @throws UserError in one line */
export const scriptOf = async (file: string, variable: string): Promise<string> =>
  (await bundled(file, { write: false, platform: 'browser', format: 'iife', target: 'es2022', globalName: variable, minify: true })).outputFiles![0]!.text;

async function bundled(file: string, options: BuildOptions): Promise<BuildResult> {
  if (!existsSync(file)) throw new UserError(`${quotedPath(file)} cannot be read: there is no such file`);
  const kind = otherKind(statSync(file));
  if (kind !== undefined) throw new UserError(`${quotedPath(file)} cannot be read: it is ${kind}`);
  const { build, stop } = required('esbuild') as typeof import('esbuild');
  try {
    return await build({
      ...options,
      entryPoints: [resolve(file)],
      bundle: true,
      logLevel: 'silent',
      alias: { generals: LIBRARY, ...STAND_INS },
      supported: SYNCHRONOUS,
      banner: { js: NO_PROMISES },
      inject: options.platform === 'node' ? [NO_TIMERS, NO_PROCESS] : [NO_TIMERS],
    });
  } catch (error) {
    const [first, ...others] = (error as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw error;
    const { location, text } = first;
    const place = location === null ? file : `${location.file}:${location.line}:${location.column + 1}`;
    throw new UserError(`${place}: ${text.replace(/\n[^]*/, '')}${others.length === 0 ? '' : `, and ${others.length} more`}`);
  } finally {
    await stop();
  }
}

/** One name of a file, however it is named. */
export const placeOf = (file: string): string => resolve(file);

/** A file by its path, from the folder of the process, or by its address, such as `new URL('mine.ts', import.meta.url)`. */
export type FileName = string | { readonly href: string };

export const pathOf = (file: FileName): string => (typeof file === 'string' ? file : fileURLToPath(file.href));

/** Where modules are written, until the program ends. */
function temporary(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'generals-own-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}
