import { nameOf } from '../../core/node.ts';
import { wrapped } from '../../core/wrapped.ts';
import type { Trace } from '../fact.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { decisionsOf } from './messages.ts';
import { FOLDED, LETTERS, MEANINGS, cellText, hasLies, isLie, roundsOf, wordsIn, type Round, type Row } from './rows.ts';
import { verdictLines } from './verdict.ts';

/** What a piece of a diagram is, for who paints it. */
export type Style = 'attack' | 'retreat' | 'lie' | 'faint';

export interface DiagramOptions {
  /** How many columns there are; 80 if not given. */
  readonly width?: number;
  /** The only round to draw, without what came of it; all if not given. */
  readonly round?: number;
  readonly paint?: (text: string, style: Style) => string;
}

/** A diagram for a terminal: time runs down, a lifeline for each general, a row for what one said to the others, legend and verdict below. */
export function diagramOf(trace: Trace, { width = 80, round: only, paint = (text) => text }: DiagramOptions = {}): string {
  const { members, traitors } = trace.ordered;
  const rounds = roundsOf(trace).filter(({ round }) => only === undefined || round === only);
  const decisions = decisionsOf(trace);
  const names = members.map((id) => `${nameOf(id)}${traitors.some((traitor) => traitor.id === id) ? ' F' : ''}`);
  const labels = rounds.flatMap(({ rows }) => rows.map((row) => labelled(row)));
  const room = Math.max(10, ...labels.map(({ length }) => length + 2));
  const texts = rounds.flatMap(({ rows, isFolded }) => rows.flatMap(({ cells }) => [...cells.values()].map((said) => cellText(said, isFolded))));
  const column = Math.max(5, ...[...names, ...texts].map(({ length }) => length + 2));
  const fitting = Math.max(1, Math.floor((width - room + 2) / column));
  const lines = [headline(trace), ''];
  for (let block = 0; block < members.length; block += fitting) {
    const shown = members.slice(block, block + fitting);
    const head = shown.map((_, index) => names[block + index]!.padEnd(column)).join('');
    for (const one of rounds) lines.push(`round ${one.round}`.padEnd(room) + head, ...one.rows.map((row, index) => drawn(row, one, one.rows[index - 1])), '');
    if (only === undefined) {
      if (rounds.length === 0) lines.push(' '.repeat(room) + head);
      const decided = shown.map((id) => {
        const decision = decisions.get(id);
        return decision === undefined ? '–'.padEnd(column) : paint(LETTERS[decision], decision) + ' '.repeat(column - 1);
      });
      lines.push('decided'.padEnd(room) + decided.join(''), '');
    }

    function drawn(row: Row, { isFolded }: Round, before: Row | undefined): string {
      const label = before?.from === row.from ? ' '.repeat(nameOf(row.from).length + 3) + row.label : labelled(row);
      const [start, end] = spanOf(row);
      const pieces = shown.map((id) => {
        const place = members.indexOf(id);
        const line = (from: number): string => (place >= start && place < end ? '─' : ' ').repeat(Math.max(0, column - from));
        const said = row.cells.get(id);
        if (id === row.from) return `●${paint(line(1), 'faint')}`;
        if (said === undefined) return paint(`${place > start && place < end ? '┼' : '│'}${line(1)}`, 'faint');
        const text = cellText(said, isFolded);
        const [first] = said;
        const style = said.some(isLie) ? 'lie' : first?.word === 'attack' || first?.word === 'retreat' ? first.word : undefined;
        return `${style === undefined || (isFolded && style !== 'lie') ? text : paint(text, style)}${paint(line(text.length), 'faint')}`;
      });
      return label.padEnd(room) + pieces.join('');
    }
  }
  if (only === undefined) lines.push(...[...legendOf(trace, rounds), ...verdictLines(trace)].flatMap((line) => wrapped(line, width)));
  return lines.map((line) => `${line.trimEnd()}\n`).join('').replace(/\n+$/, '\n');

  /** From where to where a row's line runs: from sender to receivers, by their places among the members. */
  function spanOf({ from, cells }: Row): readonly [number, number] {
    const places = [from, ...cells.keys()].map((id) => members.indexOf(id));
    return [Math.min(...places), Math.max(...places)];
  }
}

const labelled = ({ from, label }: Row): string => `  ${nameOf(from)} ${label}`.trimEnd();

/** What the signs of a diagram mean, as far as they are there. */
function legendOf(trace: Trace, rounds: readonly Round[]): string[] {
  const said = wordsIn(rounds).map((word) => `${LETTERS[word]} ${MEANINGS[word]}`);
  const shape = protocolNamed(trace.ordered.protocol)?.legend;
  const lines = [
    ...(said.length === 0 ? [] : [`● says to the others: ${said.join(', ')}`]),
    ...(hasLies(rounds) ? ['! tampered with: an honest general would have said something else'] : []),
    ...(trace.ordered.traitors.length > 0 ? ['F a traitor'] : []),
    ...(rounds.some(({ isFolded }) => isFolded) ? [`${FOLDED.example} for example: ${FOLDED.meaning}`] : []),
    ...(shape === undefined || said.length === 0 ? [] : [shape]),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

export const headline = ({ ordered: { number, commander, order, protocol, m } }: Trace): string =>
  `order ${number}: ${nameOf(commander)} orders ${order} (${protocol}, m=${m})`;
