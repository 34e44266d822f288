import { wrapped } from '../core/wrapped.ts';
import type { Cell, Chart, Entry, Mark, Row, Share } from './chart.ts';

/** Pixels: between rows; around marks; the least between lifelines; a letter of a label, on average. */
const ROW = 26;
const MARK = 9;
const COLUMN = 52;
const LETTER = 6.6;
const EDGE = 12;

/** Below this the legend and the verdict would be columns of single words. */
const WIDTH_MIN = 400;

/**
 * Charts of one kind as one picture, below each other: time runs down, a lifeline for each member, a row for what one said to the others.
 * Shape, letter and colour all tell marks apart, and what was tampered with from the rest; the colours follow the reader's, light or dark.
 */
export function svgOf(charts: readonly Chart[]): string {
  const pictures = charts.map(pictureOf);
  const width = pictures.reduce((most, one) => Math.max(most, one.width), 0);
  let y = 0;
  const parts = pictures.map(({ height, parts: inside }) => {
    const part = `<g transform="translate(0 ${y})">\n${inside(width).join('\n')}\n</g>\n`;
    y += height(width);
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" style="max-width:100%;height:auto" font-family="sans-serif" font-size="12">
<style>${styleOf(charts)}</style>
<rect class="ground" width="100%" height="100%"/>
${parts.join('')}</svg>
`;
}

function styleOf([chart]: readonly Chart[]): string {
  const { light, dark } = chart?.style ?? { light: '', dark: '' };
  return `
.ground{fill:#fff}text{fill:#1b2733}.faint{fill:#66727f}.line{stroke:#9aa7b3}.life{stroke:#cfd6dd}.from{fill:#1b2733}
.name{stroke:#fff;stroke-width:5;paint-order:stroke}${light}
.on{fill:#fff}.off{fill:#1b2733}.lie{stroke:#c4232b;stroke-width:3}.traitor,.lied{fill:#c4232b}
@media (prefers-color-scheme:dark){
.ground{fill:#14181d}text{fill:#dfe6ec}.faint{fill:#93a0ac}.line{stroke:#66727f}.life{stroke:#333c45}.name{stroke:#14181d}.from{fill:#dfe6ec}
${dark}
.on{fill:#0c1116}.off{fill:#dfe6ec}.lie{stroke:#ff6b6b}.traitor,.lied{fill:#ff7b7b}
}
`;
}

interface Picture {
  readonly width: number;
  readonly height: (width: number) => number;
  readonly parts: (width: number) => string[];
}

function pictureOf(chart: Chart): Picture {
  const { lanes, parts, title } = chart;
  const rows = parts.flatMap((part) => part.rows);
  const left = EDGE + rows.reduce((most, row) => Math.max(most, widthOf(labelOf(row))), 52) + 30;
  const column = rows.reduce((most, { cells }) => [...cells.values()].reduce((wide, cell) => Math.max(wide, roomOf(cell)), most), COLUMN);
  const own = Math.max(left + (lanes.length - 1) * column + Math.max(column / 2, 30) + EDGE, title.length * 8 + 2 * EDGE);
  const x = (lane: number): number => left + lane * column;

  const drawn: string[] = [];
  let y = 48;
  const top = y + 12;
  const head = (what: string): void => {
    const names = lanes.map(
      ({ name, tip, isTraitor }, lane) => `<text x="${x(lane)}" y="${y}" text-anchor="middle" font-weight="bold" class="name${isTraitor ? ' traitor' : ''}">${name}${isTraitor ? ' F' : ''}<title>${escaped(tip)}</title></text>`,
    );
    drawn.push(`<text x="${EDGE}" y="${y}" font-weight="bold">${escaped(what)}</text>`, ...names);
    y += ROW - 2;
  };
  for (const part of parts) {
    head(part.head);
    part.rows.forEach((row, index) => {
      drawn.push(...rowOf(row, part.rows[index - 1]?.owner === row.owner, y, x));
      y += ROW;
    });
    y += 12;
  }
  if (parts.length === 0 && chart.end === undefined) head('');
  if (chart.end !== undefined) {
    head(chart.end.head);
    for (const lane of lanes.keys()) {
      const mark = chart.end.marks.get(lane);
      drawn.push(mark === undefined ? `<text x="${x(lane)}" y="${y + 4}" text-anchor="middle" class="faint">–</text>` : markOf(mark, x(lane), y));
    }
  }
  const bottom = y;
  y += ROW + 8;
  const lifelines = lanes.map(({ isTraitor }, lane) => `<line class="life" x1="${x(lane)}" y1="${top}" x2="${x(lane)}" y2="${bottom}"${isTraitor ? ' stroke-dasharray="3 4"' : ''}/>`);

  const sentences = [...chart.legend.below.map((text) => ({ text, isBad: false })), ...chart.sentences];
  const below = (width: number): { readonly parts: string[]; readonly end: number } => {
    const pieces: string[] = [];
    let [at, line] = [EDGE, y];
    for (const { sign, text, room = 24 } of chart.legend.entries) {
      const needed = room + text.length * LETTER + 16;
      if (at > EDGE && at + needed > width - EDGE) [at, line] = [EDGE, line + ROW - 2];
      pieces.push(signOf(sign, at + MARK, line), `<text x="${at + room}" y="${line + 4}">${escaped(text)}</text>`);
      at += needed;
    }
    line += chart.legend.entries.length > 0 ? ROW + 4 : 0;
    for (const { text, isBad } of sentences) {
      for (const part of wrapped(text, Math.floor((width - 2 * EDGE) / LETTER), 0)) {
        pieces.push(`<text x="${EDGE}" y="${line}"${isBad ? ' class="lied"' : ''}>${escaped(part)}</text>`);
        line += 18;
      }
    }
    return { parts: pieces, end: line };
  };
  return {
    width: Math.ceil(Math.max(WIDTH_MIN, own)),
    height: (width) => below(width).end + 10,
    parts: (width) => [`<text x="${EDGE}" y="22" font-size="14" font-weight="bold">${escaped(title)}</text>`, ...lifelines, ...drawn, ...below(width).parts],
  };
}

/** An arrow is wider than most letters. */
const widthOf = (label: string): number => label.length * LETTER + (label.split('→').length - 1) * 5;

const labelOf = ({ owner, label }: Row): string => `${owner} ${label}`.trimEnd();

/** The least between lifelines where one has that on it. */
function roomOf({ text, drawn }: Cell): number {
  if (drawn.type === 'marks') return (drawn.marks.length + 1) * 2 * MARK;
  return drawn.share === undefined ? text.length * LETTER + 12 : 0;
}

/** A row: the line from who speaks to all who heard, then at each lifeline what was heard. */
function rowOf({ owner, label, lane, sign, cells }: Row, isGoingOn: boolean, y: number, x: (lane: number) => number): string[] {
  const places = [lane, ...cells.keys()].map(x);
  return [
    `<text x="${isGoingOn ? EDGE + 6 + LETTER * (owner.length + 1) : EDGE + 6}" y="${y + 4}" font-size="11" class="faint">${escaped(isGoingOn ? label : `${owner} ${label}`.trimEnd())}</text>`,
    `<line class="line" x1="${Math.min(...places)}" y1="${y}" x2="${Math.max(...places)}" y2="${y}"/>`,
    signOf({ type: sign }, x(lane), y),
    ...[...cells].map(([to, cell]) => cellOf(cell, x(to), y)),
  ];
}

function cellOf({ text, tone, drawn }: Cell, x: number, y: number): string {
  if (drawn.type === 'marks') return drawn.marks.map((mark, index) => markOf(mark, x + (index - (drawn.marks.length - 1) / 2) * 2 * MARK, y)).join('');
  return drawn.share === undefined ? textOf(text, tone === 'lie', x, y, drawn.tip) : countsOf(text, tone === 'lie', drawn.share, x, y, drawn.tip);
}

function signOf(sign: Entry['sign'], x: number, y: number): string {
  switch (sign.type) {
    case 'message':
      return `<circle class="from" cx="${x}" cy="${y}" r="4"/>`;
    case 'event':
      return `<rect class="from" x="${x - 4}" y="${y - 4}" width="8" height="8"/>`;
    case 'mark':
      return markOf(sign.mark, x, y);
    case 'written':
      return `<text x="${x}" y="${y + 4}" text-anchor="middle" font-weight="bold" class="${sign.look}">${sign.text}</text>`;
    default:
      return sign satisfies never;
  }
}

/** A message at a lifeline: a disk or a square, each with its letter; a ring and a sign where something is wrong with it. */
function markOf({ look, shape, letter, isFilled, flag, tip }: Mark, x: number, y: number): string {
  const classes = `class="${look}${flag === '' ? '' : ' lie'}"`;
  const drawn = shape === 'disk' ? `<circle ${classes} cx="${x}" cy="${y}" r="${MARK}"/>` : `<rect ${classes} x="${x - MARK + 1}" y="${y - MARK + 1}" width="${2 * MARK - 2}" height="${2 * MARK - 2}"/>`;
  const written = `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11" class="${isFilled ? 'on' : 'off'}">${letter}</text>`;
  const lie = flag === '' ? '' : `<text x="${x + MARK + 2}" y="${y - 3}" font-weight="bold" class="lied">${flag}</text>`;
  return `<g>${drawn}${written}${lie}<title>${escaped(tip)}</title></g>`;
}

/** The counts of many messages, where a row is folded, over a bar of the same shares. */
function countsOf(text: string, isLie: boolean, { counts: [part, rest], looks }: Share, x: number, y: number, tip: string): string {
  const filled = (BAR * part) / Math.max(1, part + rest);
  return (
    `<g><rect class="ground" x="${x - BAR / 2 - 2}" y="${y - 11}" width="${BAR + 4}" height="22"/>` +
    `<text x="${x}" y="${y}" text-anchor="middle" font-size="11"${isLie ? ' class="lied"' : ''}>${text}</text>` +
    `<rect class="${looks[1]}" x="${x - BAR / 2}" y="${y + 4}" width="${BAR}" height="5"/><rect class="${looks[0]}" x="${x - BAR / 2}" y="${y + 4}" width="${filled.toFixed(1)}" height="5"/>` +
    `<title>${escaped(tip)}</title></g>`
  );
}

const BAR = 36;

/** A few letters at a lifeline. */
function textOf(text: string, isLie: boolean, x: number, y: number, tip: string): string {
  const width = Math.ceil(text.length * LETTER) + 4;
  return (
    `<g><rect class="ground" x="${x - width / 2}" y="${y - 8}" width="${width}" height="16"/>` +
    `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11"${isLie ? ' class="lied"' : ''}>${escaped(text)}</text><title>${escaped(tip)}</title></g>`
  );
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
