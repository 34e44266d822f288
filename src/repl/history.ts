import { appendFileSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolder } from '../runtime/disk.ts';
import { printable } from './printable.ts';

/** The lines that were entered, those of earlier sessions too. */
export interface History {
  /** The newest first, each once, at most 1000. */
  readonly lines: readonly string[];
  /** Remembers a line, in the file too unless it is too long to be worth it. Blank lines are not remembered. */
  add(line: string): void;
}

/** The most lines that are remembered. */
export const HISTORY_LIMIT = 1000;

/** The longest line that is kept in the file; a longer one was pasted, and is remembered in this session only. */
const LINE_LIMIT = 4096;

/** Where the history lives: `$XDG_STATE_HOME/generals/history`, or `~/.local/state/generals/history`. */
export function historyPath(env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'] ?? '';
  // The XDG specification has relative paths ignored.
  return isAbsolute(state) ? join(state, 'generals', 'history') : join(env['HOME'] || homedir(), '.local', 'state', 'generals', 'history');
}

/**
 * Opens the history kept in a file, which only its owner may read. Sessions at the same time append to it, and see each
 * other's lines when they start. Whatever goes wrong with the file, the history works, if only in memory.
 */
export function openHistory(path: string | undefined): History {
  const file = path === undefined ? undefined : new HistoryFile(path);
  const lines: string[] = [];
  for (const line of file?.read() ?? []) remember(lines, line);
  return {
    lines,
    add(line) {
      if (line.trim() === '' || line === lines[0]) return;
      remember(lines, line);
      if (line.length <= LINE_LIMIT) file?.append(line);
    },
  };
}

function remember(lines: string[], line: string): void {
  const at = lines.indexOf(line);
  if (at !== -1) lines.splice(at, 1);
  lines.unshift(line);
  lines.length = Math.min(lines.length, HISTORY_LIMIT);
}

/** One line a line, the oldest first. After an error it is left alone: a prompt is no place to complain of its history. */
class HistoryFile {
  readonly #path: string;
  #usable = true;

  constructor(path: string) {
    this.#path = path;
  }

  read(): string[] {
    return this.#attempt(() => {
      const status = statSync(this.#path, { throwIfNoEntry: false });
      if (status === undefined) return [];
      // A device or a pipe would never end.
      if (!status.isFile()) throw new Error('not a file');
      const all = readFileSync(this.#path, 'utf8').split('\n').filter((line) => line !== '');
      const kept = all.slice(-HISTORY_LIMIT);
      if (kept.length < all.length) this.#shorten(kept, status.size);
      // Nobody but us writes here; but a control character would reach the terminal as a command.
      return kept.filter((line) => printable(line) !== undefined);
    }) ?? [];
  }

  append(line: string): void {
    this.#attempt(() => {
      const folder = dirname(this.#path);
      if (!existsSync(folder)) makeFolder(folder, 0o700);
      appendFileSync(this.#path, `${line}\n`, { mode: 0o600 });
    });
  }

  /** Replaces the file in one step; not at all if another session appended in the meantime, the next start will do. */
  #shorten(lines: readonly string[], size: number): void {
    const target = realpathSync(this.#path);
    const draft = `${target}.${process.pid}`;
    writeFileSync(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    if (statSync(target).size === size) renameSync(draft, target);
    else rmSync(draft);
  }

  #attempt<T>(action: () => T): T | undefined {
    if (!this.#usable) return undefined;
    try {
      return action();
    } catch {
      // No permission, no space, a directory in its place …: from here on the history is in memory only.
      this.#usable = false;
      return undefined;
    }
  }
}
