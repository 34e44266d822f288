import { createPrompt, useEffect, useKeypress, useState } from '@inquirer/core';
import { Readable } from 'node:stream';
import { complete, listed, type Completion } from './completion.ts';
import { recall, type Draft } from './draft.ts';
import { HANGUP, isInterrupt, type Key } from './feeder.ts';

/** How a prompt ended: by Enter, by Ctrl-C, or by Ctrl-D on an empty line. */
export interface Entry {
  readonly type: 'line' | 'interrupt' | 'leave';
  readonly line: string;
}

export interface LineConfig {
  readonly prompt: string;
  /** What the line starts with; kept up to date with every key. */
  readonly draft: Draft;
  /** The newest first. */
  readonly history: readonly string[];
  readonly complete: (line: string, cursor: number) => Completion;
  /** How the candidates of a completion look. */
  readonly dim: (text: string) => string;
  readonly columns: number;
}

/** Asks for one line. Its input must be a `Keyboard`, and its keys must have gone through `lineKey`. */
export const editLine = createPrompt<Entry, LineConfig>((config, done) => {
  const { draft } = config;
  const [{ below }, show] = useState({ below: '' });

  useEffect((reader) => {
    if (draft.line === '') return;
    load(reader as LineReader, draft);
    show({ below: '' });
  }, []);

  // readline has had the key before, and has changed its line if it was one of its own.
  useKeypress(({ name }, reader) => {
    const { line, cursor } = reader as LineReader;
    switch (name) {
      case 'submit':
        done({ type: 'line', line });
        return show({ below: '' });
      case 'leave':
        done({ type: 'leave', line });
        return show({ below: '' });
      case 'interrupt':
        done({ type: 'interrupt', line });
        Object.assign(draft, { line: `${line}^C`, cursor: line.length + 2 });
        load(reader as LineReader, draft);
        return show({ below: '' });
      case 'older':
      case 'newer':
        recall(draft, config.history, name);
        load(reader as LineReader, draft);
        return show({ below: '' });
      case 'complete': {
        const left = complete(draft, config.complete(line, cursor));
        load(reader as LineReader, draft);
        return show({ below: left.length === 0 ? '' : config.dim(listed(left, config.columns)) });
      }
      default:
        Object.assign(draft, { line, cursor, recall: undefined });
        return show({ below: '' });
    }
  });

  return [config.prompt + draft.line, below];
});

/** The reader's own line, which inquirer lets a prompt change though its type does not name the cursor. */
type LineReader = Parameters<Parameters<typeof useEffect>[0]>[0] & { cursor: number };

function load(reader: LineReader, { line, cursor }: Draft): void {
  Object.assign(reader, { line, cursor });
}

/** What a prompt reads from: keys that were decoded before. It is no TTY, so inquirer draws at once, and drops nothing. */
export class Keyboard extends Readable {
  press({ text, ...key }: Key): void {
    this.emit('keypress', text, key);
  }

  override _read(): void {
    // There are no bytes behind it.
  }
}

/** The key as `editLine` wants it: those that readline would act on in its own way get names that mean nothing to it. */
export function lineKey(key: Key, draft: Draft): Key {
  const name = ownName(key, draft);
  return name === undefined ? key : { ...key, text: undefined, sequence: undefined, ctrl: false, meta: false, name };
}

function ownName(key: Key, draft: Draft): string | undefined {
  if (isInterrupt(key)) return 'interrupt';
  if (key.meta) return undefined;
  if (key.ctrl && key.name === 'd') return draft.line === '' ? 'leave' : 'delete';
  if (key.ctrl && key.name === 'p') return 'older';
  if (key.ctrl && key.name === 'n') return 'newer';
  if (key.ctrl) return undefined;
  switch (key.name) {
    case HANGUP: return 'leave';
    case 'return': return 'submit';
    case 'enter': return 'submit';
    case 'tab': return 'complete';
    case 'up': return 'older';
    case 'down': return 'newer';
    default: return undefined;
  }
}
