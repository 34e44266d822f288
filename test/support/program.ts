import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { cared } from './cared.ts';
import { MAIN, cleanEnvironment } from './run.ts';

/** A fact that a program told, as one of its JSON lines. */
export type Told = Readonly<Record<string, unknown>> & { readonly type: string };

/** The program, running until somebody ends it. */
export interface Program {
  readonly child: ChildProcess;
  /** All lines so far. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  /** The first line, past or to come, of which that is true. Rejects if the program ends before. */
  line(isIt: (line: string) => boolean): Promise<string>;
  /** The first fact, past or to come, of that type; of which that is true, if asked. */
  fact(type: string, isIt?: (fact: Told) => boolean): Promise<Told>;
  /** Sends a signal, and waits for the end. @returns the exit status, or the signal's name */
  end(signal: NodeJS.Signals): Promise<number | string>;
  readonly ended: Promise<number | string>;
}

/** Each with the lines that it told. */
const running = new Map<ChildProcess, readonly string[]>();
// Where the tests themselves are ended, nobody else would end what they left stopped, or what serves for ever.
process.once('exit', endAll);

/** Starts `generals …`, or another script of ours. @param within the beginning of a command line that runs the rest of it elsewhere @param input whether the test has something to say to it */
export function start(args: readonly string[], script = MAIN, cwd?: string, within: readonly string[] = [], input: 'ignore' | 'pipe' = 'ignore'): Program {
  const [command, ...words] = [...within, process.execPath, script, ...args];
  const child = cared(spawn(command!, words, { cwd, env: cleanEnvironment(), stdio: [input, 'pipe', 'pipe'] })) as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  const lines: string[] = [];
  running.set(child, lines);
  const waiting = new Set<() => void>();
  let errors = '';
  let isOver = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      isOver = true;
      resolve(code ?? signal ?? 'nothing');
      for (const look of waiting) look();
    });
  });
  const line = (isIt: (line: string) => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(isIt);
        if (found === undefined && !isOver) return;
        waiting.delete(look);
        if (found === undefined) reject(new Error(`the program ended without that line: ${lines.join('\n')}\n${errors}`));
        else resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    child,
    lines,
    errors: () => errors,
    line,
    fact: async (type, isIt = () => true) => {
      const is = (text: string): boolean => {
        const fact = JSON.parse(text) as Told;
        return fact.type === type && isIt(fact);
      };
      return JSON.parse(await line(is)) as Told;
    },
    end(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** What programs that still run told last, for who looks why a test failed. */
export const lastLines = (): string => Array.from(running, ([{ spawnargs }, lines]) => [`${spawnargs.slice(2).join(' ')}:`, ...lines.slice(-LAST)].join('\n  ')).join('\n');
const LAST = 25;

/** Ends what a test that failed left running. */
export function endAll(): void {
  for (const child of running.keys()) child.kill('SIGKILL');
  running.clear();
}
