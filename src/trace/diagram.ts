import { wrapped } from '../core/wrapped.ts';
import type { Chart, Row, Tone } from './chart.ts';

export interface DiagramOptions {
  /** How many columns there are; 80 if not given. */
  readonly width?: number;
  readonly paint?: (text: string, tone: Tone) => string;
}

/** A chart for a terminal: time runs down, a lifeline for each member, a row for what one said to the others, legend and verdict below. */
export function diagramOf(chart: Chart, { width = 80, paint = (text) => text }: DiagramOptions = {}): string {
  const { lanes, parts, end } = chart;
  const names = lanes.map(({ name, isTraitor }) => `${name}${isTraitor ? ' F' : ''}`);
  const labels = parts.flatMap(({ rows }) => rows.map((row) => labelled(row)));
  const room = Math.max(10, longest(labels, 0), longest(parts.map(({ head }) => head), 0) - 1);
  const texts = parts.flatMap(({ rows }) => rows.flatMap(({ cells }) => [...cells.values()].map(({ text }) => text)));
  const column = longest([...names, ...texts], 5);
  const fitting = Math.max(1, Math.floor((width - room + 2) / column));
  const lines = [chart.title, ''];
  for (let block = 0; block < lanes.length; block += fitting) {
    const shown = lanes.slice(block, block + fitting).map((_, index) => block + index);
    const head = shown.map((lane) => names[lane]!.padEnd(column)).join('');
    for (const part of parts) {
      lines.push(part.head.padEnd(room) + head);
      part.rows.forEach((row, index) => lines.push(drawn(row, part.rows[index - 1])));
      lines.push('');
    }
    if (parts.length === 0) lines.push(' '.repeat(room) + head);
    if (end !== undefined) {
      const cells = shown.map((lane) => {
        const mark = end.marks.get(lane);
        return mark === undefined ? '–'.padEnd(column) : paint(mark.letter, mark.tone) + ' '.repeat(column - 1);
      });
      lines.push(end.head.padEnd(room) + cells.join(''), '');
    }

    function drawn(row: Row, before: Row | undefined): string {
      const label = before?.owner === row.owner ? ' '.repeat(row.owner.length + 3) + row.label : labelled(row);
      const [first, last] = spanOf(row);
      const pieces = shown.map((lane) => {
        const line = (from: number): string => (lane >= first && lane < last ? '─' : ' ').repeat(Math.max(0, column - from));
        if (lane === row.lane) {
          const own = row.cells.get(lane)?.text ?? '';
          return `${row.sign === 'event' ? '◆' : '●'}${own}${paint(line(1 + own.length), 'faint')}`;
        }
        const cell = row.cells.get(lane);
        if (cell === undefined) return paint(`${lane > first && lane < last ? '┼' : '│'}${line(1)}`, 'faint');
        const { text, tone } = cell;
        return `${tone === undefined ? text : paint(text, tone)}${paint(line(text.length), 'faint')}`;
      });
      return label.padEnd(room) + pieces.join('');
    }
  }
  const legend = chart.legend.lines;
  lines.push(...[...legend, ...(legend.length === 0 ? [] : ['']), ...chart.sentences.map(({ text }) => text)].flatMap((line) => wrapped(line, width, 0)));
  return lines.map((line) => `${line.trimEnd()}\n`).join('').replace(/\n+$/, '\n');
}

/** From where to where a row's line runs: from sender to receivers, by their lanes. */
function spanOf({ lane, cells }: Row): readonly [number, number] {
  const places = [lane, ...cells.keys()];
  return [Math.min(...places), Math.max(...places)];
}

const labelled = ({ owner, label }: Row): string => `  ${owner} ${label}`.trimEnd();

const longest = (texts: readonly string[], least: number): number => texts.reduce((most, { length }) => Math.max(most, length + 2), least);
