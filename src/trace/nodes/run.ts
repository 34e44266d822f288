import type { NodeId } from '../../core/node.ts';
import type { Sentence } from '../chart.ts';

/** A run of nodes on the virtual network in words, whatever they run. */
export interface Run {
  readonly head: Head;
  /** What happened, as it came. */
  readonly facts: readonly Fact[];
  /** What came of it. */
  readonly judgement: Sentence;
}

/** What the first fact of a run says. */
export interface HeadFact {
  readonly protocol: string;
  readonly seed: number;
  readonly members: readonly NodeId[];
  readonly clients: readonly NodeId[];
  readonly traitors: readonly { readonly id: NodeId; readonly kind: string }[];
  /** What was drawn for it, in one sentence. */
  readonly about: string;
  /** What nodes are called that have names of their own, by their numbers. */
  readonly names?: Readonly<Record<number, string>> | undefined;
}

export interface Head extends HeadFact {
  /** What a member is called, such as `replica`; in pictures it goes by the first letter. */
  readonly noun: string;
  /** Whether it is told which messages arrived, and when. */
  readonly hasArrivals: boolean;
  /** What a picture has to say of the trace itself. */
  readonly remarks: readonly string[];
}

export type Fact = Sent | Heard | Event;

/** A message that was sent, in words: whole, messages may be as large as the file. Its type is the first of them. */
export interface Sent {
  readonly at: number;
  readonly type: 'sent';
  readonly id: number;
  readonly from: NodeId;
  readonly to: readonly NodeId[];
  readonly words: string;
}

/** It arrives at one of those to whom it was sent. */
export interface Heard {
  readonly at: number;
  readonly type: 'heard';
  readonly id: number;
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Something that a node did or met. */
export interface Event {
  readonly at: number;
  readonly type: 'event';
  /** Of those that have one name, a picture of much only says how many a node has. */
  readonly name: string;
  readonly node: NodeId;
  /** In a picture, in a few words; and there once for several, before `3 times`. */
  readonly words: string;
  readonly repeated: string;
  /** In a sentence, behind the time; undefined if nobody is told. */
  readonly line: string | undefined;
  /** Whether only who is told all messages is told that, too. */
  readonly isDetail: boolean;
  /** How it came about, in lines, where the trace tells. */
  readonly why?: readonly string[] | undefined;
}

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

/** When each message arrived, by its number and whom it reached. */
export function arrivalsOf({ facts }: Run): (id: number, to: NodeId) => readonly number[] {
  const arrivals = new Map<number, Map<NodeId, number[]>>();
  for (const fact of facts) {
    if (fact.type !== 'heard') continue;
    const own = arrivals.get(fact.id) ?? new Map<NodeId, number[]>();
    arrivals.set(fact.id, own);
    own.set(fact.to, [...(own.get(fact.to) ?? []), fact.at]);
  }
  return (id, to) => arrivals.get(id)?.get(to) ?? [];
}

export const sentIn = ({ facts }: Run): Sent[] => facts.filter((fact) => fact.type === 'sent');
