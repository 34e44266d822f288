/** How far something that takes long has come. */
export interface Progress {
  /** From 0 to 1; undefined where nobody knows how much there is. */
  readonly share: number | undefined;
  /** What was done so far, in words: the last tells most. */
  readonly parts: readonly string[];
}

const CELLS = { max: 24, min: 8 };

/** A bar: `██████░░░░ 25% 2,500 of 10,000 orders`. Where there is less room it is shorter, then gone; then what tells least goes too. */
export function barText({ share, parts }: Progress, columns = Infinity): string {
  const tail = `${share === undefined ? '' : `${Math.floor(share * 100)}% `}${parts.join(', ')}`;
  const cells = Math.min(CELLS.max, columns - tail.length - 1);
  if (share !== undefined && cells >= CELLS.min) {
    const full = Math.floor(share * cells);
    return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${tail}`;
  }
  return tail.length <= columns || parts.length < 2 ? tail : barText({ share, parts: parts.slice(1) }, columns);
}
