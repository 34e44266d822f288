import { counted } from '../core/figures.ts';
import { clockText } from './clocks.ts';
import { COLUMNS, type Piece, type Row, type Scene } from './columns.ts';
import { interest, shownState, tally } from './shown-state.ts';
import { byName, fromText, isUp, type NetworkView } from './view.ts';

export type Line = readonly Piece[];

export interface TableOptions {
  readonly columns: number;
  /** The most lines that it may take. */
  readonly rows: number;
  readonly now: number;
  readonly quorum: number;
  readonly detector: string;
  /** With so many peers each knows a part of them, and all see something else. */
  readonly viewMax: number;
}

/** The live table: a head, and a row for each peer, those first of whom there is something to see. */
export function tableOf(view: NetworkView, options: TableOptions): Line[] {
  const unreachable = view.unreachable();
  const rows = view.peers.map((peer): Row => {
    const { state, ...others } = view.stateOf(peer);
    const unreachableFrom = unreachable.get(peer.address) ?? [];
    return { peer, ...others, unreachableFrom, shown: shownState(peer, state, unreachableFrom.length > 0) };
  });
  const room = Math.max(1, options.rows - 3);
  const sorted = rows.toSorted((a, b) => interest(b.shown) - interest(a.shown) || byName(a.peer.name, b.peer.name));
  const fits = sorted.length <= room;
  const top = fits ? rows.toSorted((a, b) => byName(a.peer.name, b.peer.name)) : sorted.slice(0, room - 1);
  const hidden = sorted.slice(top.length);
  const scene: Scene = { now: options.now, messages: view.messages, hub: Math.max(4, ...rows.map(({ peer }) => peer.links.size)) };
  const lines: Line[] = [...headOf(view, rows.map(({ shown }) => shown), options), ...rowsOf(view, top, scene, options.columns)];
  if (hidden.length > 0) lines.push([{ text: `… and ${tally(hidden.map(({ shown }) => shown))}`, tone: 'faint' }]);
  return lines.slice(0, options.rows).map((line) => cut(line, options.columns));
}

/** The names of the columns, and the rows. What the window has no room for is left out, from the last column on. */
function rowsOf(view: NetworkView, rows: readonly Row[], scene: Scene, columns: number): Line[] {
  let left = columns - SUSPICION;
  let isFull = false;
  const shown = COLUMNS.flatMap(({ head, width: least, cell }, index) => {
    const cells = rows.map((row) => cell(row, scene));
    const width = Math.max(least, ...[head, ...cells.map(({ text }) => text)].map((text) => text.length + 1));
    left -= width;
    isFull ||= left < 0;
    if (isFull && index >= ALWAYS) return [];
    const padded = (text: string): string => (index < NAMES ? text.padEnd(width) : text.padStart(width));
    return [{ head: padded(head), cells: cells.map(({ text, tone }): Piece => ({ text: padded(text), tone })) }];
  });
  const names: Line = [{ text: shown.map(({ head }) => head).join(''), tone: 'faint' }];
  return [names, ...rows.map((row, index) => [...shown.map(({ cells }) => cells[index]!), suspicionOf(row), unreachableOf(row), clockOf(row, view)])];
}

function suspicionOf({ suspectedBy }: Row): Piece {
  return { text: suspectedBy.length === 0 ? '' : `  suspected by ${suspectedBy.toSorted(byName).join(', ')}`, tone: 'warn' };
}

function unreachableOf({ unreachableFrom }: Row): Piece {
  return { text: unreachableFrom.length === 0 ? '' : `  unreachable from ${fromText(unreachableFrom)}`, tone: 'warn' };
}

/** By how much a peer’s clock is off the one that it is off the most, and whose others. */
function clockOf({ peer: { clocks } }: Row, view: NetworkView): Piece {
  const most = Array.from(clocks.values()).reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
  const names = Array.from(clocks.keys(), (address) => view.nameOf(address)).toSorted(byName);
  return { text: most === 0 ? '' : `  clock ${clockText(most)} ${names.join(', ')}`, tone: 'warn' };
}

/** So many columns are to the left, and so many are there however narrow the window is. */
const NAMES = 2;
const ALWAYS = 6;
/** Letters that are left for who suspects a peer. */
const SUSPICION = 20;

function headOf(view: NetworkView, states: readonly string[], { quorum, detector, viewMax }: TableOptions): Line[] {
  const views = view.peers.filter(isUp).length < viewMax ? view.viewCount : undefined;
  const seeds = view.seeds;
  const up = seeds.filter(({ status }) => status === 'up').length;
  return [
    [
      { text: `${tally(states)}`, tone: 'bold' },
      { text: `   seeds ${up}/${seeds.length}, quorum ${quorum}`, tone: up >= quorum ? 'plain' : 'bad' },
      views === undefined ? { text: '   views: in part', tone: 'faint' } : { text: `   views: ${views}`, tone: views > 1 ? 'bad' : 'good' },
      { text: `   detector ${detector}`, tone: 'faint' },
    ],
    [reachOf(view), ...loadOf(view)],
  ];
}

function reachOf(view: NetworkView): Piece {
  const last = view.last();
  if (last === undefined) return { text: 'no message yet', tone: 'faint' };
  const { reached, of, hops, ms } = last;
  const text = `last message: reached ${reached}/${of} in ${counted(hops, 'hop')}, ${Math.round(ms)} ms`;
  return { text, tone: reached < of ? 'warn' : 'plain' };
}

function loadOf(view: NetworkView): Line {
  const load = view.load();
  if (load === undefined) return [];
  return [{ text: `   each node ${load.messages.toFixed(1)} msg/s, ${(load.bytes / 1000).toFixed(1)} kB/s`, tone: 'faint' }];
}

function cut(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap(({ text, tone }) => {
    if (left <= 0) return [];
    const shown = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}…` : text;
    left -= shown.length;
    return [{ text: shown, tone }];
  });
}
