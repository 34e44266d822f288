import { counted } from '../core/figures.ts';
import { byName, isUp, type NetworkView, type Seen } from './view.ts';

/** How a cell is to stand out. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'faint' | 'bold';

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Piece[];

export interface TableOptions {
  readonly columns: number;
  /** The most lines that it may take. */
  readonly rows: number;
  readonly now: number;
  readonly quorum: number;
  readonly detector: string;
}

/** The live table: a head, and a row for each peer, those first of whom there is something to see. */
export function tableOf(view: NetworkView, options: TableOptions): Line[] {
  const peers = view.peers.map((peer) => ({ peer, ...view.stateOf(peer), shown: '' }));
  const rows = peers.map((row) => ({ ...row, shown: shownState(row.peer, row.state) }));
  const room = Math.max(1, options.rows - 3);
  const sorted = rows.toSorted((a, b) => interest(b.shown) - interest(a.shown) || byName(a.peer.name, b.peer.name));
  const fits = sorted.length <= room;
  const top = fits ? rows.toSorted((a, b) => byName(a.peer.name, b.peer.name)) : sorted.slice(0, room - 1);
  const hidden = sorted.slice(top.length);
  const hub = Math.max(4, ...rows.map(({ peer }) => peer.links.size));
  const lines: Line[] = [...headOf(view, rows.map(({ shown }) => shown), options), HEAD];
  for (const { peer, shown, life, incarnation, suspectedBy } of top) {
    lines.push([
      { text: peer.name.padEnd(6), tone: 'bold' },
      { text: `${MARKS[shown] ?? '·'} ${shown}`.padEnd(14), tone: toneOf(shown) },
      { text: ago(options.now - peer.since).padStart(7), tone: 'faint' },
      { text: `${life === 0 ? '–' : `${life}.${incarnation}`}`.padStart(8), tone: 'plain' },
      { text: `${isUp(peer) ? peer.links.size : '–'}${peer.links.size === hub && isUp(peer) ? ' hub' : ''}`.padStart(8), tone: 'plain' },
      { text: `${isUp(peer) ? `${peer.heard}/${view.messages}` : '–'}`.padStart(10), tone: 'plain' },
      { text: suspectedBy.length === 0 ? '' : `  suspected by ${suspectedBy.toSorted(byName).join(', ')}`, tone: 'warn' },
    ]);
  }
  if (hidden.length > 0) lines.push([{ text: `… and ${tally(hidden.map(({ shown }) => shown))}`, tone: 'faint' }]);
  return lines.slice(0, options.rows).map((line) => cut(line, options.columns));
}

const HEAD: Line = [{ text: `${'peer'.padEnd(6)}${'state'.padEnd(14)}${'for'.padStart(7)}${'life'.padStart(8)}${'links'.padStart(8)}${'seen'.padStart(10)}`, tone: 'faint' }];

function headOf(view: NetworkView, states: readonly string[], { quorum, detector }: TableOptions): Line[] {
  const views = view.views().length;
  const seeds = view.seeds;
  const up = seeds.filter(({ status }) => status === 'up').length;
  const last = view.last();
  return [
    [
      { text: `${tally(states)}`, tone: 'bold' },
      { text: `   seeds ${up}/${seeds.length}, quorum ${quorum}`, tone: up >= quorum ? 'plain' : 'bad' },
      { text: `   views: ${views}`, tone: views > 1 ? 'bad' : 'good' },
      { text: `   detector ${detector}`, tone: 'faint' },
    ],
    last === undefined
      ? [{ text: 'no message yet', tone: 'faint' }]
      : [{ text: `last message: reached ${last.reached}/${last.of} in ${counted(last.hops, 'hop')}, ${Math.round(last.ms)} ms`, tone: last.reached < last.of ? 'warn' : 'plain' }],
  ];
}

/** What is shown of a node: how it is, and what others make of it where that is not the same. */
function shownState(peer: Seen, state: string): string {
  if (peer.status === 'killed' || peer.status === 'lost') return state === 'dead' ? 'dead' : 'killed';
  if (peer.status === 'left' || peer.status === 'leaving') return peer.status;
  if (peer.status === 'stopped') return state === 'dead' ? 'removed' : 'stopped';
  if (state === 'dead') return 'removed';
  if (state === 'suspect') return 'suspect';
  return peer.isReady ? 'alive' : 'joining';
}

/** Shape and colour both say what a state is. */
const MARKS: Readonly<Record<string, string>> = { alive: '●', joining: '○', suspect: '?', stopped: '‖', killed: '✗', dead: '✗', removed: '!', leaving: '→', left: '→' };

const TONES: Readonly<Record<string, Tone>> = { alive: 'good', joining: 'warn', suspect: 'warn', stopped: 'warn', killed: 'bad', dead: 'bad', removed: 'bad', leaving: 'faint', left: 'faint' };

const toneOf = (state: string): Tone => TONES[state] ?? 'plain';

const ORDER = ['left', 'alive', 'dead', 'leaving', 'joining', 'stopped', 'killed', 'suspect', 'removed'];

const interest = (state: string): number => ORDER.indexOf(state);

function tally(states: readonly string[]): string {
  const counts = ['alive', 'joining', 'suspect', 'stopped', 'killed', 'removed', 'dead', 'leaving', 'left'].flatMap((state) => {
    const count = states.filter((one) => one === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counts.join(', ') || 'no peer';
}

/** `7 s`, `3 min`, `2 h`. */
function ago(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
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
