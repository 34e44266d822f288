import type { Fact, Judged, Ordered, Trace } from '../fact.ts';
import { parseOrder } from '../order.ts';
import { readRuns, type RunReader, type TraceKind } from '../../trace/read.ts';
import { factIn, isCount, isList, isSetOf, isText, type Fields } from '../../trace/sound.ts';
import { textOf } from './messages.ts';

/** The version of orders' facts in trace files; it is described by the types of `generals/fact.ts`. */
export const TRACE_VERSION = 1;

/** The facts of an order as lines of a trace file, each ended by a line feed. */
export const linesOfFacts = (facts: readonly Fact[]): string =>
  facts.map((fact) => `${JSON.stringify(fact.type === 'ordered' ? { v: TRACE_VERSION, ...fact } : fact)}\n`).join('');

/** Orders in trace files. */
export const ORDERS: TraceKind<Trace> = {
  head: 'ordered',
  runs: 'orders',
  versions: [TRACE_VERSION],
  isSound: (fact) => isKnown(fact['type']) && SOUND[fact['type']](fact),
  nameOf: ({ number }) => `order ${String(number)}`,
  begin: (head) => readerOf(factIn<Ordered>(head)),
};

/**
 * The orders that a trace file tells.
 * @throws UserError in one line, if it is truncated, of another version, or no trace file of orders at all
 */
export const parseTrace = (text: string): Trace[] => readRuns(text, [ORDERS]);

function readerOf(ordered: Ordered): RunReader<Trace> {
  const members: ReadonlySet<number> = new Set(ordered.members);
  const facts: Fact[] = [];
  return {
    take(fields) {
      const fact = factIn<Fact>(fields);
      if (!namedIn(fact).every((id) => members.has(id))) return `a general that is not among those of order ${ordered.number}`;
      if (fact.type !== 'judged') facts.push(fact);
      return undefined;
    },
    end: (judged) => ({ ordered, facts, judged: factIn<Judged>(judged) }),
  };
}

const isKnown = (type: unknown): type is Fact['type'] => typeof type === 'string' && Object.hasOwn(SOUND, type);

/** More rounds than any protocol takes: a picture of as many as a damaged file may name would never end. */
const ROUND_MAX = 10_000;

const isId = (value: unknown): boolean => isCount(value) && value !== 0;
const isRound = (value: unknown): boolean => isId(value) && (value as number) <= ROUND_MAX;
const isMessage = (value: unknown): boolean => value !== undefined && isText(textOf(value));
const isOrder = (value: unknown): boolean => parseOrder(value) !== undefined;

/** The generals that a fact speaks of. */
const namedIn = (fact: Fact): number[] =>
  Object.entries(fact).flatMap(([field, value]) => (['from', 'to', 'by', 'suspect', 'general'].includes(field) ? [value as number] : []));

/** For each kind of fact, whether an object has what readers of a trace rely on. */
const SOUND: Readonly<Record<Fact['type'], (fact: Fields) => boolean>> = {
  ordered: ({ number, commander, order, protocol, m, seed, members, traitors }: Partial<Record<keyof Ordered, unknown>>) =>
    isId(number) && isOrder(order) && isText(protocol) && isCount(m) && isCount(seed) &&
    isSetOf(members, isId) && members.includes(commander) &&
    isList(traitors) && traitors.every((traitor) => isTraitor(traitor, members)),
  heard: (fact) => isSent(fact) && isMessage(fact['message']),
  tampered: ({ honest, said, late, forged = [], ...fact }) =>
    isSent(fact) && isMessage(honest) && [said, late, forged].every((messages) => isList(messages) && messages.every(isMessage)),
  accused: ({ by, kind, suspect, evidence }) => isId(by) && isId(suspect) && isText(kind) && isText(evidence),
  decided: ({ by, decision }) => isId(by) && isOrder(decision),
  voted: ({ by, ballot }) => isId(by) && isOrder(ballot),
  lost: ({ general, reason }) => isId(general) && isText(reason),
  judged: ({ verdict, order, votes, messages, findings }: Partial<Record<keyof Judged, unknown>>) =>
    VERDICTS.some((one) => one === verdict) && (order === null || isOrder(order)) && isCount(votes) && isCount(messages) &&
    typeof findings === 'object' && Object.entries(findings ?? {}).every(([property, finding]) => isText(property) && isFinding(finding)),
};

const isSent = ({ round, from, to }: Fields): boolean => isRound(round) && isId(from) && isId(to) && from !== to;

function isTraitor(traitor: unknown, members: readonly unknown[]): boolean {
  const { id, strategy } = (traitor ?? {}) as Fields;
  return members.includes(id) && isText(strategy);
}

const VERDICTS: readonly Judged['verdict'][] = ['execute', 'split', 'undecidable'];

function isFinding(finding: unknown): boolean {
  const { type, witness, reason } = (finding ?? {}) as Fields;
  return type === 'holds' || (type === 'violated' && isText(witness)) || (type === 'unknown' && isText(reason));
}
