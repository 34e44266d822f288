import { MARKS, toneOf, type Tone } from './shown-state.ts';
import { isUp, type Fares, type Seen, type Unreachable } from './view.ts';

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A peer, and what is shown of it. */
export interface Row {
  readonly peer: Seen;
  readonly shown: string;
  readonly life: number;
  readonly incarnation: number;
  readonly suspectedBy: readonly string[];
  readonly unreachableFrom: readonly Unreachable[];
}

/** What cells are about, beside their row. */
export interface Scene {
  readonly now: number;
  /** How many messages there are. */
  readonly messages: number;
  /** How many links make a hub. */
  readonly hub: number;
}

interface Column {
  readonly head: string;
  /** It is wider where a cell is. */
  readonly width: number;
  readonly cell: (row: Row, scene: Scene) => Piece;
}

/** From what says the most to what can be missed first. */
export const COLUMNS: readonly Column[] = [
  { head: 'peer', width: 6, cell: ({ peer }) => ({ text: peer.name, tone: 'bold' }) },
  { head: 'state', width: 11, cell: ({ shown }) => ({ text: `${MARKS[shown] ?? '·'} ${shown}`, tone: toneOf(shown) }) },
  { head: 'for', width: 7, cell: ({ peer }, { now }) => ({ text: ago(now - peer.since), tone: 'faint' }) },
  { head: 'life', width: 6, cell: ({ life, incarnation }) => plain(life === 0 ? '–' : `${life}.${incarnation}`) },
  { head: 'links', width: 8, cell: ({ peer }, { hub }) => plain(isUp(peer) ? linksText(peer.links.size, hub) : '–') },
  { head: 'seen', width: 8, cell: ({ peer }, { messages }) => plain(isUp(peer) ? `${peer.heard}/${messages}` : '–') },
  { head: 'heard', width: 7, cell: ({ peer }, { now }) => heardPiece(peer, now) },
  { head: 'health', width: 7, cell: told(({ ill }) => ({ text: ill === 0 ? 'well' : `ill ${ill}`, tone: ill === 0 ? 'faint' : 'warn' })) },
  { head: 'lag', width: 8, cell: told(({ lag }) => ({ text: `${Math.round(lag)} ms`, tone: lag < LATE ? 'faint' : 'warn' })) },
  { head: 'msg/s', width: 7, cell: told(({ messages }) => plain(messages.toFixed(1))) },
  { head: 'kB/s', width: 7, cell: told(({ bytes }) => plain((bytes / 1000).toFixed(1))) },
];

const linksText = (links: number, hub: number): string => `${links}${links === hub ? ' hub' : ''}`;

function heardPiece(peer: Seen, now: number): Piece {
  const silence = now - peer.heardAt;
  return { text: ago(silence), tone: isUp(peer) && silence > QUIET ? 'warn' : 'faint' };
}

/** What a peer told of itself, as long as it goes on telling. */
function told(cell: (fares: Fares) => Piece): Column['cell'] {
  return ({ peer: { fares, status } }) => (fares === undefined || status !== 'up' ? plain('–') : cell(fares));
}

const plain = (text: string): Piece => ({ text, tone: 'plain' });

/** Milliseconds in which a neighbour says something to whoever it is linked with, and by which a timer may be late. */
const QUIET = 15_000;
const LATE = 250;

/** `7 s`, `3 min`, `2 h`. */
function ago(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}
