import { widthOf, wrapped } from '../core/wrapped.ts';

/** The least room for the last column of a table: where there is less it stands below the others. */
const ROOM_MIN = 24;

/**
 * Rows as aligned columns, two spaces apart; the last one is wrapped in its place.
 * @param first the bounds of the first column: where a cell of it is longer, the others stand below
 */
export function columns(rows: readonly (readonly string[])[], width = Infinity, { least = 0, most = Infinity }: { readonly least?: number; readonly most?: number } = {}): string[] {
  const widths: number[] = least === 0 ? [] : [least];
  for (const row of rows) row.slice(0, -1).forEach((cell, index) => widthOf(cell) <= (index === 0 ? most : Infinity) && (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))));
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const margin = widths.reduce((sum, one) => sum + one + 2, 0);
  const last = Math.max(0, ...rows.map((row) => (row.length === count ? widthOf(row.at(-1)!) : 0)));
  const isStacked = margin + Math.min(last, ROOM_MIN) > width;
  return rows.flatMap((row) => {
    const isLong = widthOf(row[0] ?? '') > most && row.length > 1;
    const before = row.slice(0, -1).map((cell, index) => padded(cell, (isLong && index === 0 ? 0 : (widths[index] ?? 0)) + 2)).join('');
    const text = row.at(-1) ?? '';
    if (!isStacked && !isLong) return flow(before, text, row.length < count ? widthOf(before) : margin, width);
    const hang = isStacked ? 4 : margin;
    return [...(before === '' ? [] : [before.trimEnd()]), ...flow(' '.repeat(hang), text, hang, width)];
  });
}

/** A text behind another one, wrapped in the room that is left, which begins at `margin`. */
function flow(before: string, text: string, margin: number, width: number): string[] {
  return wrapped(text, width - margin, 0).map((line, index) => `${index === 0 ? before : ' '.repeat(margin)}${line}`.trimEnd());
}

/**
 * A table whose columns are two spaces apart, in parts that fit: beside the first columns stand as many of the others as there is
 * room for, and the rest below, with the first ones again.
 * @param lines of one length, but for spaces at their ends
 * @param kept how many columns stand in every part
 */
export function folded(lines: readonly string[], width: number, kept: number): string[] {
  if (lines.every((line) => widthOf(line) <= width)) return [...lines];
  const columnsOf = cutsIn(lines).map((start, index, starts) => lines.map((line) => line.slice(start, starts[index + 1]).trimEnd().padEnd((starts[index + 1] ?? 0) - start - 2)));
  const [first, others] = [columnsOf.slice(0, kept), columnsOf.slice(kept)];
  const parts: string[][] = [];
  for (let taken = 0; taken < others.length; ) {
    let count = 1;
    while (taken + count < others.length && rowsOf([...first, ...others.slice(taken, taken + count + 1)]).every((row) => widthOf(row) <= width)) count += 1;
    parts.push(rowsOf([...first, ...others.slice(taken, taken + count)]));
    taken += count;
  }
  return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** Where the columns of a table begin: behind two spaces that all its lines have there. */
function cutsIn(lines: readonly string[]): number[] {
  const width = Math.max(...lines.map(({ length }) => length));
  const isBlank = (at: number): boolean => lines.every((line) => (line[at] ?? ' ') === ' ');
  return Array.from({ length: width }, (_, at) => at).filter((at) => at === 0 || (!isBlank(at) && isBlank(at - 1) && isBlank(at - 2)));
}

const rowsOf = (columnsOf: readonly (readonly string[])[]): string[] => columnsOf[0]!.map((_, row) => columnsOf.map((column) => column[row]!).join('  ').trimEnd());

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
