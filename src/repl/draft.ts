/** A line while it is typed. It outlives its prompt, which closes and opens again whenever something is printed above it. */
export interface Draft {
  line: string;
  cursor: number;
  /** Undefined unless Up or Down was the last key. */
  recall: Recall | undefined;
}

/** Where in the history Up and Down are. */
interface Recall {
  /** The line shown, 0 being the newest of the history. */
  readonly index: number;
  /** The line and the cursor that they started from. */
  readonly line: string;
  readonly cursor: number;
}

export const emptyDraft = (): Draft => ({ line: '', cursor: 0, recall: undefined });

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
