import xterm from '@xterm/headless';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface PtyOptions {
  /** Added to this process's environment; undefined takes away. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cols?: number;
  readonly rows?: number;
}

/** A program at a terminal of its own, of which one sees what a person would. */
export interface Pty {
  type(text: string): void;
  /** The rows of the screen, without the spaces at their ends and the empty rows below the last. */
  screen(): string[];
  /** The rows, those that were scrolled away too, that go on in the next because they were longer than the screen is wide. */
  overlong(): string[];
  /** All that the program has written, escape sequences and all. */
  raw(): string;
  /** Where the cursor is, both from 0. */
  cursor(): { readonly x: number; readonly y: number };
  /** Whether the first occurrence of the text on the screen is dim. */
  isDim(text: string): boolean;
  /**
   * Waits for a fact: looks at the screen now, and again upon each output. Rejects, showing the screen, after 15 seconds or
   * when the program ends without it.
   * @param fact a text or a pattern that the screen (rows joined by line feeds) shows, or a predicate on its rows
   */
  until(fact: string | RegExp | ((screen: string[]) => boolean), what?: string): Promise<void>;
  /** Resizes the terminal as a window would: the program gets SIGWINCH. */
  resize(cols: number, rows: number): Promise<void>;
  /** The program's exit status, once all its output is on the screen. */
  readonly exit: Promise<number>;
  /** Closes the terminal, as one closes a window; what becomes of the program is to be asked otherwise. */
  hangUp(): void;
  /** Ends the program, if it has not ended before. */
  close(): Promise<void>;
}

const PATIENCE = 30_000;

/** Why there are no pseudo-terminals here; undefined if there are. */
export const ptyUnavailable: string | undefined = reasonAgainst();

function reasonAgainst(): string | undefined {
  const { stdout, error } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return `no terminal: script cannot be run (${error.message})`;
  return stdout.includes('util-linux') ? undefined : 'no terminal: script is not the one of util-linux';
}

/**
 * Runs a command at a pseudo-terminal. Node.js cannot open one; `script` of util-linux, which every Linux has, can, and a
 * headless xterm makes a screen of what comes out of it.
 */
export function openPty(command: readonly string[], { env = {}, cols = 80, rows = 24 }: PtyOptions = {}): Pty {
  const screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  const begin = `printf '%s %s' "$(tty)" $$ >&3; exec 3>&-; stty cols ${cols} rows ${rows}; exec ${command.map(quoted).join(' ')}`;
  const child = spawn('script', ['-qfec', begin, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // What is typed at a program that has just ended goes nowhere, as in life.
  child.stdin.on('error', () => undefined);
  const origin = once((child.stdio[3] as Readable).setEncoding('utf8'), 'data').then(([text]) => {
    const [device = '', pid] = String(text).split(' ');
    return { device, pid: Number(pid) };
  });

  const waiting = new Set<{ readonly check: () => boolean; readonly fail: (why: string) => void }>();
  const look = (): void => {
    for (const waiter of waiting) if (waiter.check()) waiting.delete(waiter);
  };
  const written: Buffer[] = [];
  const show = (chunk: Buffer): void => {
    written.push(chunk);
    screen.write(chunk, look);
  };
  child.stdout.on('data', show);
  child.stderr.on('data', show);
  // The terminal's own answers, such as where its cursor is.
  screen.onData((answer) => child.stdin.write(answer));

  const exit = once(child, 'close').then(async ([code]) => {
    await new Promise<void>((resolve) => screen.write('', resolve));
    look();
    for (const { fail } of waiting) fail(`the program ended with ${code}`);
    return Number(code);
  });

  return {
    exit,
    type: (text) => void child.stdin.write(text),
    screen: () => rowsOf(screen),
    overlong: () => overlongIn(screen),
    raw: () => Buffer.concat(written).toString(),
    cursor: () => ({ x: screen.buffer.active.cursorX, y: screen.buffer.active.cursorY }),
    isDim(text) {
      const y = rowsOf(screen).findIndex((row) => row.includes(text));
      const line = screen.buffer.active.getLine(screen.buffer.active.baseY + y);
      return Boolean(line?.getCell(line.translateToString().indexOf(text))?.isDim());
    },
    until(fact, what = typeof fact === 'function' ? 'the fact' : `${fact}`) {
      return new Promise((resolve, reject) => {
        const check = (): boolean => {
          if (!holds(fact, rowsOf(screen))) return false;
          clearTimeout(timer);
          resolve();
          return true;
        };
        const fail = (why: string): void => {
          clearTimeout(timer);
          waiting.delete(waiter);
          reject(new Error(`${why} before the screen showed ${what}:\n${framed(rowsOf(screen), screen.cols)}`));
        };
        const timer = setTimeout(() => fail(`${PATIENCE} ms passed`), PATIENCE);
        const waiter = { check, fail };
        if (check()) return;
        if (child.exitCode === null && child.signalCode === null) waiting.add(waiter);
        else void exit.then((code) => check() || fail(`the program ended with ${code}`));
      });
    },
    async resize(columns, lines) {
      screen.resize(columns, lines);
      const { device } = await origin;
      await once(spawn('stty', ['-F', device, 'cols', `${columns}`, 'rows', `${lines}`]), 'close');
    },
    hangUp: () => void child.kill('SIGKILL'),
    async close() {
      const { pid } = await origin;
      if (child.exitCode === null) end(pid);
      await exit;
    },
  };
}

/** Ends the program itself: told to end, script would give it two seconds of grace. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has just ended by itself, and script is about to follow.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function holds(fact: string | RegExp | ((screen: string[]) => boolean), rows: string[]): boolean {
  if (typeof fact === 'function') return fact(rows);
  return typeof fact === 'string' ? rows.join('\n').includes(fact) : fact.test(rows.join('\n'));
}

function rowsOf(screen: xterm.Terminal): string[] {
  const { active } = screen.buffer;
  const rows = Array.from({ length: screen.rows }, (_, y) => active.getLine(active.baseY + y)?.translateToString(true).trimEnd() ?? '');
  return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
}

function overlongIn(screen: xterm.Terminal): string[] {
  const { active } = screen.buffer;
  const isWrapped = (y: number): boolean => active.getLine(y)?.isWrapped === true;
  return Array.from({ length: active.length }, (_, y) => y)
    .filter((y) => !isWrapped(y) && isWrapped(y + 1))
    .map((y) => active.getLine(y)!.translateToString() + active.getLine(y + 1)!.translateToString(true));
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const framed = (rows: readonly string[], cols: number): string =>
  [`┌${'─'.repeat(cols)}┐`, ...rows.map((row) => `│${row.padEnd(cols)}│`), `└${'─'.repeat(cols)}┘`].join('\n');
