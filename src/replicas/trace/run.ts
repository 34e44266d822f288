import type { NodeId } from '../../core/node.ts';
import type { RunFact } from '../sim/facts.ts';

/** A run of replicas as a trace file tells it. */
export interface Run {
  readonly scheduled: Scheduled;
  /** In between, as they came. */
  readonly facts: readonly ToldFact[];
  readonly judged: Judged;
}

/** The first fact of a run. */
export interface Scheduled {
  readonly type: 'scheduled';
  readonly protocol: string;
  readonly seed: number;
  readonly members: readonly NodeId[];
  readonly clients: readonly NodeId[];
  readonly traitors: readonly { readonly id: NodeId; readonly kind: string }[];
  /** What was drawn for it, in one sentence. */
  readonly about: string;
  /** Whether it is told which messages arrived, and when. In version 1 it was not. */
  readonly hasArrivals: boolean;
}

/** The last fact of a run. */
export interface Judged {
  readonly type: 'judged';
  readonly verdict: 'holds' | 'violated';
  /** What went wrong, if anything did. */
  readonly witness?: string;
  readonly events: number;
  readonly view: number;
  readonly places: number;
  readonly time: number;
}

/** A message that was sent, in words: whole, messages may be as large as the file. */
export interface Sent {
  readonly at: number;
  readonly type: 'sent';
  readonly id: number;
  readonly from: NodeId;
  readonly to: readonly NodeId[];
  readonly words: string;
}

/** A fact as readers have it. */
export type ToldFact = Exclude<RunFact, { readonly type: 'sent' }> | Sent;

/** A part of the time, in virtual ms. */
export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What happened, and was sent, in a part of the time; with all arrivals of what was sent then, and of nothing else. */
export function within(run: Run, { from = 0, to = Infinity }: Span): Run {
  const sent = new Set<number>();
  const facts = run.facts.filter((fact) => {
    if (fact.type === 'heard') return sent.has(fact.id);
    const isIn = fact.at >= from && fact.at <= to;
    if (isIn && fact.type === 'sent') sent.add(fact.id);
    return isIn;
  });
  return { ...run, facts };
}
