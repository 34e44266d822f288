import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { requestOf } from '../../src/cli/subcommands.ts';
import { mistakeOf, statusOf } from '../../src/cli/run.ts';
import { Army, type ArmyOptions } from '../../src/index.ts';
import { sessionOf } from '../../src/repl/session.ts';
import { themeOf } from '../../src/repl/theme.ts';
import { runScript } from '../../src/repl/script.ts';

/** A path inside the project, however deep the test lies in the build. */
export const projectPath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * What a script prints, echoed as a transcript; what goes to standard error is marked by `! `.
 * @param options of the army, which has `count` generals
 */
export async function transcriptOf(script: string, options: ArmyOptions = {}, count = 4, json = false): Promise<string> {
  const army = await Army.muster(count, options);
  let text = '';
  try {
    await runScript(sessionOf(army, undefined, (members, more) => Army.muster(members, { ...(options.host === undefined ? {} : { host: options.host }), ...more })), Readable.from([Buffer.from(script)]), {
      source: 'line ',
      echo: true,
      failFast: false,
      json,
      looks: themeOf(false),
      out: (line) => (text += line),
      err: (line) => (text += `! ${line}`),
      signal: new AbortController().signal,
    });
  } finally {
    await army.disband();
  }
  return text;
}

export interface Exit {
  /** The exit status, or the name of the signal. */
  readonly code: number | NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The program under the name by which a shell finds it in these tests, so that what it suggests can be typed as it stands. */
export const MAIN = projectPath('dist/test/bin/generals');

mkdirSync(dirname(MAIN), { recursive: true });
linkOnce(projectPath('dist/bin/generals.js'), MAIN);
process.env['PATH'] = `${dirname(MAIN)}${delimiter}${process.env['PATH'] ?? ''}`;

/** Another process that runs tests may be doing the same. */
function linkOnce(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Runs the program as a user would, without a terminal. */
export function generals(args: readonly string[], input: string | Buffer = '', env: NodeJS.ProcessEnv = {}): Promise<Exit> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...cleanEnvironment(), ...env } });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  // A program that ends before it has read all closes the pipe; how it ended is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, out, err }));
  });
}

/**
 * What the program comes to and prints, as from a pipe with that input, but without a process of its own, which takes a fifth of a
 * second. Only for what ends by itself; no two at once.
 */
export async function here(words: readonly string[], input: string | Buffer = '', more: NodeJS.ProcessEnv = {}): Promise<Exit> {
  const { argv, env, stdout, stderr } = process;
  let [out, err] = ['', ''];
  process.argv = [argv[0]!, MAIN, ...words];
  process.env = { ...cleanEnvironment(), ...more };
  stdout.write = (text: string | Uint8Array) => ((out += String(text)), true);
  stderr.write = (text: string | Uint8Array) => ((err += String(text)), true);
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  Object.defineProperty(process, 'stdin', { value: Readable.from(piped(Buffer.from(input))), configurable: true });
  // Where the tests are run at a terminal, these would tell of it.
  const marks = [stdout, stderr].flatMap((stream) => ['isTTY', 'columns'].map((name) => ({ stream, name, own: Object.getOwnPropertyDescriptor(stream, name) })));
  for (const { stream, name } of marks) Object.defineProperty(stream, name, { value: undefined, configurable: true });
  try {
    return { code: await statusOf(words), out, err };
  } finally {
    process.argv = argv;
    process.env = env;
    Object.defineProperty(process, 'stdin', stdin);
    for (const stream of [stdout, stderr]) Reflect.deleteProperty(stream, 'write');
    for (const { stream, name, own } of marks) if (own === undefined) Reflect.deleteProperty(stream, name);
      else Object.defineProperty(stream, name, own);
  }
}

/** What a pipe gives at a time. */
function* piped(input: Buffer): Generator<Buffer> {
  for (let from = 0; from < input.length; from += 2 ** 16) yield input.subarray(from, from + 2 ** 16);
}

/**
 * What the program says to a line that it refuses, and prints before, but without a process of its own: that takes a quarter of a
 * second, and there are hundreds of such lines. That a process says the same, and ends with 2, is shown of each subcommand.
 */
export async function refusal(words: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const { argv } = process;
  let out = '';
  process.argv = [argv[0]!, MAIN, ...words];
  process.stdout.write = (text: string | Uint8Array) => ((out += String(text)), true);
  try {
    const request = await requestOf(words);
    if (request.type === 'run') await request.run();
  } catch (error) {
    const mistake = mistakeOf(words, error);
    if (mistake === undefined) throw error;
    return { out, err: `generals: ${mistake}\n` };
  } finally {
    process.argv = argv;
    Reflect.deleteProperty(process.stdout, 'write');
  }
  throw new Error(`generals ${words.join(' ')} is not refused`);
}

/** This process's environment, less what would change colours. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}

/** What a campaign says, in a pipe, when it has counted orders. */
export const COUNTING = /^campaign: [\d,]+ of [\d,]+ cells, [1-9]/;
