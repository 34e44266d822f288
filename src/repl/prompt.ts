import { createPrompt, useEffect, useKeypress, useState } from '@inquirer/core';
import { Readable } from 'node:stream';
import { complete, listed, type Completion } from './completion.ts';
import { endSearch, recall, searchFor, searchOlder, type Draft } from './draft.ts';
import { isInterrupt, type Key } from './feeder.ts';

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
  /** What may follow what was typed; shown dim behind it. */
  readonly hint: (line: string) => string;
  /** Writes behind the line, where the cursor is, and leaves it there. */
  readonly whisper: (text: string) => void;
}

/** Asks for one line. Its input must be a `Keyboard`, and its keys must have gone through `lineKey`. */
export const editLine = createPrompt<Entry, LineConfig>((config, done) => {
  const { draft } = config;
  const [{ below, isOver }, show] = useState({ below: '', isOver: false });
  const open = { below: '', isOver: false };
  const over = { below: '', isOver: true };

  useEffect((reader) => {
    if (draft.line === '') return;
    load(reader as LineReader, draft);
    show(open);
  }, []);

  // inquirer takes the end of what it draws for the line, so the hint is written when it has drawn.
  useEffect((reader) => {
    if (isOver || draft.search !== undefined || draft.cursor < draft.line.length) return;
    const hint = cutTo(config.hint(draft.line), config.columns - 1 - (reader as LineReader).getCursorPos().cols);
    if (hint !== '') config.whisper(hint);
  }, [{}]);

  // readline has had the key before, and has changed its line if it was one of its own.
  useKeypress((key, reader) => {
    const { name } = key;
    const { line, cursor } = reader as LineReader;
    if (draft.search !== undefined && isOfSearch(name)) {
      if (name === 'search-type') searchFor(draft, config.history, draft.search.query + ((key as typeof key & Partial<SearchKey>).typed ?? ''));
      else if (name === 'search-erase') searchFor(draft, config.history, draft.search.query.replace(/.$/su, ''));
      else if (name === 'search-older') searchOlder(draft, config.history);
      else endSearch(draft, name === 'search-keep');
      load(reader as LineReader, draft);
      return show(open);
    }
    draft.search = undefined;
    switch (name) {
      case 'submit':
        done({ type: 'line', line });
        return show(over);
      case 'leave':
        done({ type: 'leave', line });
        return show(over);
      case 'interrupt':
        done({ type: 'interrupt', line });
        Object.assign(draft, { line: `${line}^C`, cursor: line.length + 2 });
        load(reader as LineReader, draft);
        return show(over);
      case 'search':
        searchOlder(draft, config.history);
        return show(open);
      case 'older':
      case 'newer':
        recall(draft, config.history, name);
        load(reader as LineReader, draft);
        return show(open);
      case 'complete': {
        const left = complete(draft, config.complete(line, cursor));
        load(reader as LineReader, draft);
        return show({ below: left.length === 0 ? '' : config.dim(listed(left, config.columns)), isOver: false });
      }
      default:
        Object.assign(draft, { line, cursor, recall: undefined });
        return show(open);
    }
  });

  if (draft.search === undefined || isOver) return [config.prompt + draft.line, below];
  const { query, isFailed } = draft.search;
  return [`(${isFailed ? 'failed ' : ''}search)\`${query}': ${draft.line}`, below];
});

/** As many whole words as there is room for. */
function cutTo(text: string, room: number): string {
  if (text.length <= room) return text;
  const end = text.lastIndexOf(' ', room - 2);
  return end <= 0 ? '' : `${text.slice(0, end)} …`;
}

/** A key that goes into the query of a search. */
interface SearchKey {
  readonly typed: string;
}

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
export function lineKey(key: Key, draft: Draft): Key & Partial<SearchKey> {
  const name = (draft.search === undefined ? undefined : searchName(key)) ?? ownName(key, draft);
  if (name === undefined) return key;
  return { ...key, text: undefined, sequence: undefined, ctrl: false, meta: false, name, ...(name === 'search-type' ? { typed: key.text ?? '' } : {}) };
}

/** Whether a key concerns the search that goes on. Keys that came together have no name, whatever inquirer says. */
const isOfSearch = (name: string | undefined): boolean => name?.startsWith('search-') === true;

/** What a key does to a search; undefined if it ends it, the line staying, and then does what it always does. */
function searchName({ name, ctrl, meta, text }: Key): string | undefined {
  if (ctrl && name === 'r') return 'search-older';
  if (ctrl && name === 'g') return 'search-drop';
  if (name === 'escape') return 'search-keep';
  if (name === 'backspace' || (ctrl && name === 'h')) return 'search-erase';
  return ctrl || meta || text === undefined || text === '' ? undefined : 'search-type';
}

function ownName(key: Key, draft: Draft): string | undefined {
  if (isInterrupt(key)) return 'interrupt';
  if (key.meta) return undefined;
  if (key.ctrl && key.name === 'd') return draft.line === '' ? 'leave' : 'delete';
  if (key.ctrl && key.name === 'p') return 'older';
  if (key.ctrl && key.name === 'n') return 'newer';
  if (key.ctrl && key.name === 'r') return 'search';
  if (key.ctrl) return undefined;
  switch (key.name) {
    case 'return': return 'submit';
    case 'enter': return 'submit';
    case 'tab': return 'complete';
    case 'up': return 'older';
    case 'down': return 'newer';
    default: return undefined;
  }
}
