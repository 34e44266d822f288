import type { Draft } from './draft.ts';

/** What could stand in a line in place of `line.slice(from, cursor)`. */
export interface Completion {
  readonly from: number;
  readonly candidates: readonly string[];
}

/**
 * Puts into the line what all candidates have in common, a single one with a space behind it.
 * @returns the candidates that are left to choose from; none if the choice was made
 */
export function complete(draft: Draft, { from, candidates }: Completion): readonly string[] {
  const common = commonPrefix(candidates);
  // A candidate need not begin with what was typed, as where case is ignored; but nothing typed is taken away.
  if (common.length >= draft.cursor - from) replace(draft, from, common);
  if (candidates.length !== 1) return candidates;
  if (draft.line[draft.cursor] === ' ') draft.cursor += 1;
  else replace(draft, draft.cursor, ' ');
  return [];
}

/** The candidates in as many rows as can be shown without getting in the way, and how many there are beyond. */
export function listed(candidates: readonly string[], columns: number): string {
  const room = columns * (LIST_ROWS - 1);
  let text = '';
  for (const [index, candidate] of candidates.entries()) {
    const longer = index === 0 ? candidate : `${text}  ${candidate}`;
    if (longer.length > room) return `${text}  … and ${candidates.length - index} more`;
    text = longer;
  }
  return text;
}

const LIST_ROWS = 4;

function commonPrefix(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

function replace(draft: Draft, from: number, text: string): void {
  draft.line = draft.line.slice(0, from) + text + draft.line.slice(draft.cursor);
  draft.cursor = from + text.length;
}
