/**
 * What the oracle works on: one order as it was recorded, on plain values. It is made of the lines of a trace, read by `JSON.parse` and
 * nothing of ours; only where signatures or digests matter, which traces leave out, of the messages themselves.
 */
import type { Outcome } from '../../../src/index.ts';
import { factsOf } from '../../../src/generals/trace/facts.ts';
import { linesOfFacts } from '../../../src/generals/trace/jsonl.ts';

export type Word = 'attack' | 'retreat';

export interface Said<Message = unknown> {
  /** In which it was sent. */
  readonly round: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

export interface Accused {
  readonly by: number;
  readonly suspect: number;
}

export interface Recorded {
  readonly number: number;
  readonly protocol: string;
  readonly m: number;
  /** In ascending order. */
  readonly members: readonly number[];
  readonly commander: number;
  readonly order: Word;
  readonly traitors: ReadonlySet<number>;
  /** By round, sender and receiver, and as each said it. */
  readonly heard: readonly Said[];
  /** How many messages were kept back in a round, to be said in the next. */
  readonly late: ReadonlyMap<number, number>;
  readonly accused: readonly Accused[];
  readonly decided: ReadonlyMap<number, Word>;
  readonly voted: ReadonlyMap<number, Word>;
  readonly judged: Judged;
}

export interface Judged {
  readonly verdict: string;
  readonly order: Word | null;
  readonly votes: number;
  readonly messages: number;
  readonly findings: Readonly<Record<string, { readonly type: string; readonly witness?: string }>> | null;
}

/** The only two protocols whose traces do not say all that a general goes by. */
const UNSPOKEN = ['signed', 'pbft'];

export const recordOf = (outcome: Outcome): Recorded => recordIn(linesOfFacts(factsOf(outcome)), UNSPOKEN.includes(outcome.protocol) ? rawOf(outcome) : undefined);

/** @param raw what was heard, where the trace says less of it */
export function recordIn(trace: string, raw?: readonly Said[]): Recorded {
  const facts: readonly Readonly<Record<string, unknown>>[] = trace.trimEnd().split('\n').map((line): Record<string, unknown> => JSON.parse(line));
  const of = <T>(type: string): T[] => facts.filter((fact) => fact['type'] === type) as T[];
  const [head] = of<Omit<Recorded, 'traitors'> & { readonly traitors: readonly { readonly id: number }[] }>('ordered');
  const [judged] = of<Judged>('judged');
  return {
    ...head!,
    traitors: new Set(head!.traitors.map(({ id }) => id)),
    heard: raw ?? of<Said>('heard'),
    late: of<{ round: number; late: readonly unknown[] }>('tampered').reduce((sums, { round, late }) => sums.set(round, (sums.get(round) ?? 0) + late.length), new Map<number, number>()),
    accused: of<Accused>('accused'),
    decided: new Map(of<{ by: number; decision: Word }>('decided').map(({ by, decision }) => [by, decision])),
    voted: new Map(of<{ by: number; ballot: Word }>('voted').map(({ by, ballot }) => [by, ballot])),
    judged: judged!,
  };
}

const rawOf = ({ account }: Outcome): Said[] =>
  account.reports
    .flatMap(({ id, heard }) => heard.flatMap((inbox, index) => inbox.flatMap(({ from, messages }) => messages.map((message) => ({ round: index + 1, from, to: id, message })))))
    .toSorted((a, b) => a.round - b.round || a.from - b.from || a.to - b.to);
