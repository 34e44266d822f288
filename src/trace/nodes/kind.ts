import type { NodeId } from '../../core/node.ts';
import type { Sentence } from '../chart.ts';
import type { RunReader, TraceKind } from '../read.ts';
import { factIn, isCount, isList, isObject, isSetOf, isText, type Fields } from '../sound.ts';
import { accusedText, isMet, saidOfMet, whoMet, wordsOfMet } from './met.ts';
import type { Event, Fact, Head, HeadFact, Run } from './run.ts';

/** What the traces of one kind of runs of nodes have of their own. */
export interface NodesKind extends Pick<TraceKind<Run>, 'head' | 'runs' | 'versions'> {
  /** Whether the first fact has what its reader relies on. */
  isHead(fact: Fields, version: number): boolean;
  headOf(fact: Fields, version: number): Head;
  /** Whether a trace of that version numbers messages, and tells which arrived. */
  hasArrivals(version: number): boolean;
  /** A message, which has a `type`, in a few words that begin with it. */
  wordsOf(message: Fields): string;
  /** Whether a fact is one of its own, and sound; what it is. */
  isOwn(fact: Fields): boolean;
  eventOf(fact: Fields): Event;
  isJudged(fact: Fields): boolean;
  judgementOf(judged: Fields): Sentence;
}

/** The first fact of a run, as a line of a trace file. @param plan all that was drawn, for programs */
export const lineOfHead = ({ head, versions }: Pick<NodesKind, 'head' | 'versions'>, { protocol, seed, members, clients, traitors, about, names }: HeadFact, plan: object): string =>
  `${JSON.stringify({ v: versions.at(-1), type: head, protocol, seed, members, clients, traitors, about, names, plan })}\n`;

/** Any other fact of a run, as a line of a trace file. */
export const lineOfFact = (fact: object): string => `${JSON.stringify(fact)}\n`;

/** Runs of nodes in trace files: messages, and what is met everywhere, are the same in all kinds. */
export const kindOfNodes = (kind: NodesKind): TraceKind<Run> => ({
  head: kind.head,
  runs: kind.runs,
  versions: kind.versions,
  isSound(fact, version) {
    const { type } = fact;
    if (type === kind.head) return kind.isHead(fact, version);
    if (type === 'judged') return kind.isJudged(fact);
    if (!isCount(fact['at'])) return false;
    if (type === 'sent') return isSent(fact) && (isCount(fact['id']) || !kind.hasArrivals(version));
    if (type === 'heard') return isHeard(fact) && kind.hasArrivals(version);
    if (type === 'accused') return isAccused(fact);
    return isMet(type) ? whoMet(fact) !== undefined : kind.isOwn(fact);
  },
  nameOf: ({ seed }) => `the run of seed ${String(seed)}`,
  begin: (fact) => readerOf(kind, kind.headOf(fact, fact['v'] as number)),
});

function readerOf(kind: NodesKind, head: Head): RunReader<Run> {
  const nodes: ReadonlySet<unknown> = new Set([...head.members, ...head.clients]);
  const facts: Fact[] = [];
  /** To whom each message was sent, by its number. */
  const receivers: (readonly unknown[])[] = [];
  let now = 0;
  return {
    take(fields) {
      if (fields['type'] === 'judged') return undefined;
      if ((fields['at'] as number) < now) return 'time runs backwards';
      now = fields['at'] as number;
      const fact = factOf(fields);
      if (!namedIn(fact, fields).every((id) => nodes.has(id))) return 'a node that is not in this run';
      if (fact.type === 'heard' && receivers[fact.id - 1]?.includes(fact.to) !== true) return 'the arrival of a message that was not sent there before';
      if (fact.type === 'sent') {
        if (fact.id !== receivers.length + 1) return `a message out of its order, which would be number ${receivers.length + 1}`;
        receivers.push(fact.to);
      }
      facts.push(fact);
      return undefined;
    },
    end: (judged) => ({ head, facts, judgement: kind.judgementOf(judged) }),
  };

  function factOf(fields: Fields): Fact {
    const { at, type } = fields as { readonly at: number; readonly type: string };
    if (type === 'heard') {
      const { id, from, to } = factIn<Extract<Fact, { type: 'heard' }>>(fields);
      return { at, type, id, from, to };
    }
    if (type === 'sent') {
      const { id = receivers.length + 1, from, to } = factIn<{ readonly id?: number; readonly from: NodeId; readonly to: readonly NodeId[] }>(fields);
      return { at, type, id, from, to, words: kind.wordsOf(fields['message'] as Fields) };
    }
    if (type === 'accused') {
      const accused = factIn<Parameters<typeof accusedText>[0]>(fields);
      return { at, type: 'event', name: type, node: accused.by, words: `accuses node ${accused.suspect}`, repeated: 'accuses', line: accusedText(accused), isDetail: false };
    }
    if (!isMet(type)) return named(kind.eventOf(fields));
    const [node, words] = [whoMet(fields)!, wordsOfMet(type)];
    return named({ at, type: 'event', name: type, node, words, repeated: words, line: `${head.noun} ${node} ${saidOfMet(type)}`, isDetail: false });
  }

  /** Sentences begin with whom they are about, who may have a name. */
  function named(event: Event): Event {
    const [name, subject] = [head.names?.[event.node], `${head.noun} ${event.node} `];
    return name === undefined || event.line?.startsWith(subject) !== true ? event : { ...event, line: `${name} ${event.line.slice(subject.length)}` };
  }
}

const namedIn = (fact: Fact, { suspect }: Fields): unknown[] => (fact.type === 'event' ? [fact.node, ...(fact.name === 'accused' ? [suspect] : [])] : [fact.from, ...(fact.type === 'sent' ? fact.to : [fact.to])]);

/** What the first fact of a run says today. */
export function headIn(fact: Fields, noun: string): Head {
  const { protocol, seed, members, clients, traitors, about, names } = factIn<HeadFact>(fact);
  return { protocol, seed, members, clients, traitors, about, names, noun, hasArrivals: true, remarks: [] };
}

/** More nodes than any run has: a picture has a lifeline for each. */
export const NODES_MAX = 1024;

const isNodes = (value: unknown): value is unknown[] => isSetOf(value, isCount) && value.length <= NODES_MAX;

/** What the first fact of a run has in all versions. */
export const isBegun = ({ protocol, seed, traitors }: Fields): boolean =>
  isText(protocol) && isCount(seed) && isList(traitors) && traitors.every((one) => isObject(one) && isCount(one['id']) && isText(one['kind']));

/** What it has today. */
export const isHeadFact = (fact: Fields): boolean => {
  const { members, clients, about, traitors, names } = fact;
  return isBegun(fact) && isNodes(members) && members.length > 0 && isNodes(clients) && isSetOf([...members, ...clients], isCount) && isText(about) &&
    (names === undefined || (isObject(names) && Object.values(names).every(isText))) &&
    (traitors as Fields[]).every(({ id }) => members.includes(id));
};

const isSent = ({ from, to, message }: Fields): boolean => isCount(from) && isList(to) && to.length <= NODES_MAX && to.every(isCount) && isObject(message) && isText(message['type']);

const isHeard = ({ id, from, to }: Fields): boolean => isCount(id) && isCount(from) && isCount(to);

const isAccused = ({ by, suspect, evidence }: Fields): boolean => isCount(by) && isCount(suspect) && isText(evidence);
