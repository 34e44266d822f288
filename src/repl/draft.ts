/** A line while it is typed. It outlives its prompt, which closes and opens again whenever something is printed above it. */
export interface Draft {
  line: string;
  cursor: number;
  /** Undefined unless Up or Down was the last key. */
  recall: Recall | undefined;
  /** Undefined unless the history is searched by Ctrl-R. */
  search: Search | undefined;
}

/** A search of the history, from the newest line back. */
export interface Search {
  readonly query: string;
  /** The line shown, 0 being the newest of the history; -1 if none was found yet. */
  readonly index: number;
  /** Whether no line from there on holds the query. */
  readonly isFailed: boolean;
  /** The line and the cursor that the search started from. */
  readonly line: string;
  readonly cursor: number;
}

/** Where in the history Up and Down are. */
interface Recall {
  /** The line shown, 0 being the newest of the history. */
  readonly index: number;
  /** The line and the cursor that they started from. */
  readonly line: string;
  readonly cursor: number;
}

export const emptyDraft = (): Draft => ({ line: '', cursor: 0, recall: undefined, search: undefined });

/**
 * Shows the next older or newer of the lines that begin with what stood before the cursor; past the newest, what was typed.
 * @param lines the newest first
 */
export function recall(draft: Draft, lines: readonly string[], towards: 'older' | 'newer'): void {
  const from = draft.recall ?? { index: -1, line: draft.line, cursor: draft.cursor };
  const prefix = from.line.slice(0, from.cursor);
  const by = towards === 'older' ? 1 : -1;
  let index = from.index + by;
  while (index >= 0 && index < lines.length && !isNew(lines[index]!)) index += by;
  const line = lines[index];
  if (line !== undefined) Object.assign(draft, { line, cursor: line.length, recall: { ...from, index } });
  else if (index < 0) Object.assign(draft, { line: from.line, cursor: from.cursor, recall: undefined });

  function isNew(candidate: string): boolean {
    return candidate.startsWith(prefix) && candidate !== draft.line;
  }
}

/** Begins to search the history, or goes on to the next older line that holds the query. @param lines the newest first */
export function searchOlder(draft: Draft, lines: readonly string[]): void {
  const { search } = draft;
  if (search === undefined) draft.search = { query: '', index: -1, isFailed: false, line: draft.line, cursor: draft.cursor };
  else if (search.query !== '') find(draft, lines, search.query, search.index + 1);
  draft.recall = undefined;
}

/** Makes the query longer or shorter. */
export function searchFor(draft: Draft, lines: readonly string[], query: string): void {
  if (draft.search === undefined) return;
  if (query === '') draft.search = { ...draft.search, query, index: -1, isFailed: false };
  else find(draft, lines, query, query.startsWith(draft.search.query) ? Math.max(0, draft.search.index) : 0);
}

/** Ends a search. @param isKept whether the line that was found stays; else the one that it started from comes back */
export function endSearch(draft: Draft, isKept: boolean): void {
  const { search } = draft;
  draft.search = undefined;
  if (search !== undefined && !isKept) Object.assign(draft, { line: search.line, cursor: search.cursor });
}

function find(draft: Draft, lines: readonly string[], query: string, from: number): void {
  const search = draft.search!;
  // The same line again is nothing new.
  const index = lines.findIndex((line, place) => place >= from && line.includes(query) && (place === search.index || line !== draft.line));
  if (index === -1) draft.search = { ...search, query, isFailed: true };
  else {
    const line = lines[index]!;
    Object.assign(draft, { line, cursor: line.indexOf(query), search: { ...search, query, index, isFailed: false } });
  }
}
