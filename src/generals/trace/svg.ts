import { counted, figure } from '../../core/figures.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { wrapped } from '../../core/wrapped.ts';
import type { Trace } from '../fact.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { headline } from './diagram.ts';
import { decisionsOf } from './messages.ts';
import { FOLDED, LETTERS, MEANINGS, cellText, countOf, hasLies, isLie, roundsOf, wordsIn, type Round, type Row, type Said, type Word } from './rows.ts';
import { verdictLines } from './verdict.ts';

/** Pixels: between rows; around marks; the least between lifelines; a letter of a label, on average. */
const ROW = 26;
const MARK = 9;
const COLUMN = 52;
const LETTER = 6.6;
const EDGE = 12;

/** Below this the legend and the verdict would be columns of single words. */
const WIDTH_MIN = 400;

/**
 * The orders of a trace as one picture, below each other: time runs down, a lifeline for each general, a row for what one said to the others.
 * Shape, letter and colour all tell attack from retreat, and what was tampered with from the rest; the colours follow the reader's, light or dark.
 */
export function svgOf(traces: readonly Trace[]): string {
  const pictures = traces.map(pictureOf);
  const width = Math.max(...pictures.map((one) => one.width));
  let y = 0;
  const parts = pictures.map(({ height, parts: inside }) => {
    const part = `<g transform="translate(0 ${y})">\n${inside(width).join('\n')}\n</g>\n`;
    y += height(width);
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" style="max-width:100%;height:auto" font-family="sans-serif" font-size="12">
<style>${STYLE}</style>
<rect class="ground" width="100%" height="100%"/>
${parts.join('')}</svg>
`;
}

const STYLE = `
.ground{fill:#fff}text{fill:#1b2733}.faint{fill:#66727f}.line{stroke:#9aa7b3}.life{stroke:#cfd6dd}.from{fill:#1b2733}
.name{stroke:#fff;stroke-width:5;paint-order:stroke}.attack{fill:#1f5fa8;stroke:#1f5fa8}.retreat,.nothing,.other,.silence{fill:#fff;stroke:#1b2733}.silence{stroke-dasharray:2 2}
.on{fill:#fff}.off{fill:#1b2733}.lie{stroke:#c4232b;stroke-width:3}.traitor,.lied{fill:#c4232b}
@media (prefers-color-scheme:dark){
.ground{fill:#14181d}text{fill:#dfe6ec}.faint{fill:#93a0ac}.line{stroke:#66727f}.life{stroke:#333c45}.name{stroke:#14181d}.from{fill:#dfe6ec}
.attack{fill:#5aa2ee;stroke:#5aa2ee}.retreat,.nothing,.other,.silence{fill:#14181d;stroke:#dfe6ec}
.on{fill:#0c1116}.off{fill:#dfe6ec}.lie{stroke:#ff6b6b}.traitor,.lied{fill:#ff7b7b}
}
`;

interface Picture {
  readonly width: number;
  readonly height: (width: number) => number;
  readonly parts: (width: number) => string[];
}

function pictureOf(trace: Trace): Picture {
  const { members, traitors, commander, protocol } = trace.ordered;
  const rounds = roundsOf(trace);
  const decisions = decisionsOf(trace);
  const labels = rounds.flatMap(({ rows }) => rows.map(labelOf));
  const crowds = rounds.flatMap(({ rows, isFolded }) => (isFolded ? [] : rows.flatMap(({ cells }) => [...cells.values()].map(({ length }) => length))));
  const left = EDGE + Math.max(52, ...labels.map(({ length }) => length * LETTER)) + 30;
  const column = Math.max(COLUMN, ...crowds.map((count) => (count + 1) * 2 * MARK));
  const own = Math.max(left + (members.length - 1) * column + Math.max(column / 2, 30) + EDGE, headline(trace).length * 8 + 2 * EDGE);
  const x = (id: NodeId): number => left + members.indexOf(id) * column;
  const isTraitor = (id: NodeId): boolean => traitors.some((traitor) => traitor.id === id);

  const drawn: string[] = [];
  let y = 48;
  const top = y + 12;
  const head = (what: string): void => {
    const names = members.map((id) => {
      const role = id === commander ? ' (primary)' : '';
      return `<text x="${x(id)}" y="${y}" text-anchor="middle" font-weight="bold" class="name${isTraitor(id) ? ' traitor' : ''}">${nameOf(id)}${isTraitor(id) ? ' F' : ''}<title>${nameOf(id)}${role}</title></text>`;
    });
    drawn.push(`<text x="${EDGE}" y="${y}" font-weight="bold">${what}</text>`, ...names);
    y += ROW - 2;
  };
  for (const round of rounds) {
    head(`round ${round.round}`);
    round.rows.forEach((row, index) => {
      const label = round.rows[index - 1]?.from === row.from ? row.label : labelOf(row);
      drawn.push(...rowOf(row, label, round, y, x));
      y += ROW;
    });
    y += 12;
  }
  head('decided');
  for (const id of members) {
    const decision = decisions.get(id);
    drawn.push(decision === undefined ? `<text x="${x(id)}" y="${y + 4}" text-anchor="middle" class="faint">–</text>` : markOf({ word: decision, text: decision, honest: undefined }, x(id), y, `${nameOf(id)} decided ${decision}`));
  }
  const bottom = y;
  y += ROW + 8;
  const lifelines = members.map((id) => `<line class="life" x1="${x(id)}" y1="${top}" x2="${x(id)}" y2="${bottom}"${isTraitor(id) ? ' stroke-dasharray="3 4"' : ''}/>`);

  const legend = legendOf(rounds, traitors.length > 0);
  const shape = protocolNamed(protocol)?.legend;
  const sentences = [...(shape === undefined ? [] : [shape]), ...verdictLines(trace)];
  const below = (width: number): { readonly parts: string[]; readonly end: number } => {
    const parts: string[] = [];
    let [at, line] = [EDGE, y];
    for (const { sign, text, room = 24 } of legend) {
      const needed = room + text.length * LETTER + 16;
      if (at > EDGE && at + needed > width - EDGE) [at, line] = [EDGE, line + ROW - 2];
      parts.push(sign(at + MARK, line), `<text x="${at + room}" y="${line + 4}">${escaped(text)}</text>`);
      at += needed;
    }
    line += legend.length > 0 ? ROW + 4 : 0;
    for (const sentence of sentences) {
      for (const part of wrapped(sentence, Math.floor((width - 2 * EDGE) / LETTER))) {
        parts.push(`<text x="${EDGE}" y="${line}"${/^\w+ violated:/.test(sentence) ? ' class="lied"' : ''}>${escaped(part)}</text>`);
        line += 18;
      }
    }
    return { parts, end: line };
  };
  return {
    width: Math.ceil(Math.max(WIDTH_MIN, own)),
    height: (width) => below(width).end + 10,
    parts: (width) => [`<text x="${EDGE}" y="22" font-size="14" font-weight="bold">${escaped(headline(trace))}</text>`, ...lifelines, ...drawn, ...below(width).parts],
  };
}

const labelOf = ({ from, label }: Row): string => `${nameOf(from)} ${label}`.trimEnd();

/** A row: the line from the sender to all who heard, then at each lifeline what was heard. */
function rowOf(row: Row, label: string, { isFolded }: Round, y: number, x: (id: NodeId) => number): string[] {
  const places = [row.from, ...row.cells.keys()].map(x);
  return [
    `<text x="${label === row.label ? EDGE + 6 + LETTER * (nameOf(row.from).length + 1) : EDGE + 6}" y="${y + 4}" font-size="11" class="faint">${escaped(label)}</text>`,
    `<line class="line" x1="${Math.min(...places)}" y1="${y}" x2="${Math.max(...places)}" y2="${y}"/>`,
    `<circle class="from" cx="${x(row.from)}" cy="${y}" r="4"/>`,
    ...[...row.cells].map(([to, said]) => {
      const pair = `${nameOf(row.from)} to ${nameOf(to)}`;
      const tip = (one: Said): string => `${pair}: ${one.text}${one.honest === undefined ? '' : ` (honest: ${one.honest})`}`;
      if (isFolded) return countsOf(said, x(to), y, `${pair}: ${counted(said.length, 'message')}, ${figure(said.filter(isLie).length)} tampered with`);
      return said.map((one, index) => markOf(one, x(to) + (index - (said.length - 1) / 2) * 2 * MARK, y, tip(one))).join('');
    }),
  ];
}

/** A message at a lifeline: a disk for attack, a square for retreat, each with its letter; a ring and an exclamation mark where it was tampered with. */
function markOf({ word, honest }: Pick<Said, 'word' | 'text' | 'honest'>, x: number, y: number, tip: string): string {
  const look = `class="${word}${honest === undefined ? '' : ' lie'}"`;
  const shape = word === 'attack' || word === 'silence' ? `<circle ${look} cx="${x}" cy="${y}" r="${MARK}"/>` : `<rect ${look} x="${x - MARK + 1}" y="${y - MARK + 1}" width="${2 * MARK - 2}" height="${2 * MARK - 2}"/>`;
  const letter = `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11" class="${word === 'attack' ? 'on' : 'off'}">${LETTERS[word]}</text>`;
  const lie = honest === undefined ? '' : `<text x="${x + MARK + 2}" y="${y - 3}" font-weight="bold" class="lied">!</text>`;
  return `<g>${shape}${letter}${lie}<title>${escaped(tip)}</title></g>`;
}

/** The counts of many messages, where a row is folded, over a bar of the same shares. */
function countsOf(said: readonly Said[], x: number, y: number, tip: string): string {
  const text = cellText(said, true);
  const shares = [countOf(said, 'attack'), countOf(said, 'retreat')] as const;
  const attack = (BAR * shares[0]) / Math.max(1, shares[0] + shares[1]);
  return (
    `<g><rect class="ground" x="${x - BAR / 2 - 2}" y="${y - 11}" width="${BAR + 4}" height="22"/>` +
    `<text x="${x}" y="${y}" text-anchor="middle" font-size="11"${said.some(isLie) ? ' class="lied"' : ''}>${text}</text>` +
    `<rect class="retreat" x="${x - BAR / 2}" y="${y + 4}" width="${BAR}" height="5"/><rect class="attack" x="${x - BAR / 2}" y="${y + 4}" width="${attack.toFixed(1)}" height="5"/>` +
    `<title>${escaped(tip)}</title></g>`
  );
}

const BAR = 36;

interface Entry {
  readonly text: string;
  /** From the left of its sign to its text. */
  readonly room?: number;
  readonly sign: (x: number, y: number) => string;
}

function legendOf(rounds: readonly Round[], hasTraitors: boolean): Entry[] {
  const mark = (word: Word, honest?: string) => (x: number, y: number): string => markOf({ word, text: word, honest }, x, y, MEANINGS[word]);
  const written = (text: string, look: string) => (x: number, y: number): string => `<text x="${x}" y="${y + 4}" text-anchor="middle" font-weight="bold" class="${look}">${text}</text>`;
  return [
    ...(rounds.length === 0 ? [] : [{ text: 'says to the others', sign: (x: number, y: number) => `<circle class="from" cx="${x}" cy="${y}" r="4"/>` }]),
    ...wordsIn(rounds).map((word) => ({ text: MEANINGS[word], ...(word === 'silence' ? { sign: mark(word, ''), room: 32 } : { sign: mark(word) }) })),
    ...(hasLies(rounds) ? [{ text: 'tampered with', sign: written('!', 'lied') }] : []),
    ...(hasTraitors ? [{ text: 'traitor', sign: written('F', 'traitor') }] : []),
    ...(rounds.some(({ isFolded }) => isFolded) ? [{ text: FOLDED.meaning, room: 32, sign: written(FOLDED.example, 'faint') }] : []),
  ];
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
