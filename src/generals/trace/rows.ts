import type { Trace } from '../fact.ts';
import type { NodeId } from '../../core/node.ts';
import { arrowsOf, textOf, type Lie } from './messages.ts';

/** What a message speaks for, in one word: an order, for neither, or of something else; or that there was none. */
export type Word = 'attack' | 'retreat' | 'nothing' | 'other' | 'silence';

/** One message, or the lack of one that was due. */
export interface Said extends Lie {
  readonly word: Word;
  readonly text: string;
}

/** What one general said to the others in a round, as far as it differs in the order only; or, folded, all that it said. */
export interface Row {
  readonly from: NodeId;
  /** What the messages have in common beside the order: `G1→G3`, `value`; nothing where they are an order and no more. */
  readonly label: string;
  readonly cells: ReadonlyMap<NodeId, readonly Said[]>;
}

export interface Round {
  readonly round: number;
  /** Whether there is one row only for each sender, whose cells are to be counted: more than these nobody would read. */
  readonly isFolded: boolean;
  readonly rows: readonly Row[];
}

/** OM(2) among seven says what it says in its third round in 30 rows. */
const ROWS_MAX = 40;

/** A trace in rows, as diagrams show it: by round, sender and what the messages have in common. */
export function roundsOf(trace: Trace): Round[] {
  const rounds = new Map<number, Map<string, { from: NodeId; label: string; cells: Map<NodeId, Said[]> }>>();
  const add = (round: number, from: NodeId, to: NodeId, shown: string, said: Said): void => {
    const rows = rounds.get(round) ?? new Map<string, { from: NodeId; label: string; cells: Map<NodeId, Said[]> }>();
    rounds.set(round, rows);
    const label = labelOf(shown);
    const row = rows.get(`${from} ${label}`) ?? { from, label, cells: new Map<NodeId, Said[]>() };
    rows.set(`${from} ${label}`, row);
    row.cells.set(to, [...(row.cells.get(to) ?? []), said]);
  };
  for (const { round, from, to, text, honest, isForged } of arrowsOf(trace)) add(round, from, to, text, { word: wordOf(text), text, honest, isForged });
  for (const fact of trace.facts) {
    if (fact.type !== 'tampered' || fact.said.length > 0) continue;
    const honest = textOf(fact.honest);
    add(fact.round, fact.from, fact.to, honest, { word: 'silence', text: 'nothing', honest, isForged: false });
  }
  return [...rounds].toSorted(([a], [b]) => a - b).map(([round, rows]) => {
    const sorted = [...rows.values()].toSorted((a, b) => a.from - b.from || BY_NUMBER.compare(a.label, b.label));
    // Where everybody says one thing only, nothing is gained by counting.
    const isFolded = sorted.length > ROWS_MAX && sorted.length > new Set(sorted.map(({ from }) => from)).size;
    return { round, isFolded, rows: isFolded ? folded(sorted) : sorted };
  });
}

/** So that G10 comes behind G9. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true });

function folded(rows: readonly Row[]): Row[] {
  const senders = new Map<NodeId, Map<NodeId, readonly Said[]>>();
  for (const { from, cells } of rows) {
    const all = senders.get(from) ?? new Map<NodeId, readonly Said[]>();
    senders.set(from, all);
    for (const [to, said] of cells) all.set(to, [...(all.get(to) ?? []), ...said]);
  }
  return [...senders].map(([from, cells]) => ({ from, label: '', cells }));
}

const ORDER = /\b(attack|retreat|nothing)\b/;

const wordOf = (text: string): Word => (ORDER.exec(text)?.[0] as Word | undefined) ?? 'other';

const labelOf = (text: string): string => text.replace(ORDER, '…').replace(/^… ?(?!:)/, '').replace(/^(\w+) …$/, '$1');

/** The letter of a word; in diagrams it stands on the lifeline of who heard it. */
export const LETTERS: Readonly<Record<Word, string>> = { attack: 'A', retreat: 'R', nothing: 'N', other: '+', silence: '–' };

/** What letters mean. */
export const MEANINGS: Readonly<Record<Word, string>> = { attack: 'attack', retreat: 'retreat', nothing: 'for neither order', other: 'a message without an order', silence: 'kept silent' };

export const WORDS = Object.keys(LETTERS) as readonly Word[];

/** What there is in a cell: the letter of each message; folded, how many are for attack and how many for retreat. What was tampered with has a `!`, or a `‡` where it is forged. */
export function cellText(said: readonly Said[], isFolded: boolean): string {
  if (!isFolded) return said.map((one) => `${LETTERS[one.word]}${flagOf(one)}`).join('');
  return `${countOf(said, 'attack')}/${countOf(said, 'retreat')}${said.some((one) => one.isForged) ? FORGED : said.some(isLie) ? LIE : ''}`;
}

export const countOf = (said: readonly Said[], word: Word): number => said.filter((one) => one.word === word).length;

/** What a diagram has beside what was tampered with. */
export const LIE = '!';
export const FORGED = '‡';
export const flagOf = (said: Lie): string => (said.isForged ? FORGED : said.honest === undefined ? '' : LIE);

export const isLie = ({ honest }: Said): boolean => honest !== undefined;

/** What a folded cell means, by an example. */
export const FOLDED = { example: '5/2', meaning: 'five for attack, two for retreat' };

/** The words that a trace has somewhere, for a legend that explains no more than there is. */
export const wordsIn = (rounds: readonly Round[]): Word[] => WORDS.filter((word) => saidIn(rounds).some((said) => said.word === word));

/** Which of the two there are. */
export const flagsIn = (rounds: readonly Round[]): string[] => [LIE, FORGED].filter((flag) => saidIn(rounds).some((said) => flagOf(said) === flag));

const saidIn = (rounds: readonly Round[]): Said[] => rounds.flatMap(({ rows }) => rows.flatMap(({ cells }) => [...cells.values()].flat()));
