import type { Fact, Judged, Ordered, Trace } from '../fact.ts';
import { parseOrder } from '../order.ts';
import { UserError, quoted, quotedValue } from '../../core/user-error.ts';
import { textOf } from './messages.ts';

/**
 * The format of trace files: one fact a line, as a JSON object with a `type`, and `v`, the version of the format, on the
 * first line of each order. Version 1 is described by the types of `generals/fact.ts`.
 */
export const TRACE_VERSION = 1;

/** The facts of an order as lines of a trace file, each ended by a line feed. */
export const linesOfFacts = (facts: readonly Fact[]): string =>
  facts.map((fact) => `${JSON.stringify(fact.type === 'ordered' ? { v: TRACE_VERSION, ...fact } : fact)}\n`).join('');

/**
 * The orders that a trace file tells.
 * @throws UserError in one line, if it is truncated, of another version, or no trace file at all
 */
export function parseTrace(text: string): Trace[] {
  const traces: Trace[] = [];
  let ordered: Ordered | undefined;
  let facts: Fact[] = [];
  let members: ReadonlySet<number> = new Set();
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const fact = parseFact(line, index + 1);
    if (fact.type === 'ordered') {
      if (ordered !== undefined) throw new UserError(`line ${index + 1}: order ${ordered.number} has no end, so the trace is damaged before this line`);
      ordered = fact;
      facts = [];
      members = new Set(fact.members);
    } else if (ordered === undefined) {
      throw new UserError(`line ${index + 1}: a trace begins with what was ordered, not with ${quoted(fact.type)}`);
    } else if (!namedIn(fact).every((id) => members.has(id))) {
      throw new UserError(`line ${index + 1}: a general that is not among those of order ${ordered.number}: ${quoted(line)}`);
    } else if (fact.type === 'judged') {
      traces.push({ ordered, facts, judged: fact });
      ordered = undefined;
    } else facts.push(fact);
  });
  if (ordered !== undefined) throw new UserError(`line ${lines.length}: the trace is truncated, order ${(ordered as Ordered).number} has no end`);
  if (traces.length === 0) throw new UserError('the trace is empty');
  return traces;
}

function parseFact(line: string, number: number): Fact {
  let fact: unknown;
  try {
    fact = JSON.parse(line);
  } catch {
    throw new UserError(`line ${number}: not JSON, so the file is no trace or is truncated here`);
  }
  const { type, v } = (typeof fact === 'object' && fact !== null ? fact : {}) as Record<string, unknown>;
  if (type === 'ordered' && v !== TRACE_VERSION) throw new UserError(`line ${number}: a trace of version ${quotedValue(v)}, and this program reads version ${TRACE_VERSION}`);
  const isSound = typeof type === 'string' && Object.hasOwn(SOUND, type) && SOUND[type as Fact['type']](fact as Record<string, unknown>);
  if (!isSound) throw new UserError(`line ${number}: not a fact of a trace: ${quoted(line)}`);
  return fact as Fact;
}

/** More rounds than any protocol takes: a picture of as many as a damaged file may name would never end. */
const ROUND_MAX = 10_000;

/** What stands in one line of a terminal or a picture, and moves nothing there. */
const CLEAN = /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]*$/u;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isId = (value: unknown): boolean => isCount(value) && value !== 0;
const isRound = (value: unknown): boolean => isId(value) && (value as number) <= ROUND_MAX;
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string' && CLEAN.test(value);
const isMessage = (value: unknown): boolean => value !== undefined && isText(textOf(value));
const isOrder = (value: unknown): boolean => parseOrder(value) !== undefined;

/** The generals that a fact speaks of. */
const namedIn = (fact: Fact): number[] =>
  Object.entries(fact).flatMap(([field, value]) => (['from', 'to', 'by', 'suspect', 'general'].includes(field) ? [value as number] : []));

/** For each kind of fact, whether an object has what readers of a trace rely on. */
const SOUND: Readonly<Record<Fact['type'], (fact: Record<string, unknown>) => boolean>> = {
  ordered: ({ number, commander, order, protocol, m, seed, members, traitors }: Partial<Record<keyof Ordered, unknown>>) =>
    isId(number) && isOrder(order) && isText(protocol) && isCount(m) && isCount(seed) &&
    isList(members) && members.every(isId) && new Set(members).size === members.length && members.includes(commander) &&
    isList(traitors) && traitors.every((traitor) => isTraitor(traitor, members)),
  heard: (fact) => isSent(fact) && isMessage(fact['message']),
  tampered: (fact) =>
    isSent(fact) && isMessage(fact['honest']) && [fact['said'], fact['late']].every((messages) => isList(messages) && messages.every(isMessage)),
  accused: ({ by, kind, suspect, evidence }) => isId(by) && isId(suspect) && isText(kind) && isText(evidence),
  decided: ({ by, decision }) => isId(by) && isOrder(decision),
  voted: ({ by, ballot }) => isId(by) && isOrder(ballot),
  lost: ({ general, reason }) => isId(general) && isText(reason),
  judged: ({ verdict, order, votes, messages, findings }: Partial<Record<keyof Judged, unknown>>) =>
    VERDICTS.some((one) => one === verdict) && (order === null || isOrder(order)) && isCount(votes) && isCount(messages) &&
    typeof findings === 'object' && Object.entries(findings ?? {}).every(([property, finding]) => isText(property) && isFinding(finding)),
};

const isSent = ({ round, from, to }: Record<string, unknown>): boolean => isRound(round) && isId(from) && isId(to) && from !== to;

function isTraitor(traitor: unknown, members: readonly unknown[]): boolean {
  const { id, strategy } = (traitor ?? {}) as Record<string, unknown>;
  return members.includes(id) && isText(strategy);
}

const VERDICTS: readonly Judged['verdict'][] = ['execute', 'split', 'undecidable'];

function isFinding(finding: unknown): boolean {
  const { type, witness, reason } = (finding ?? {}) as Record<string, unknown>;
  return type === 'holds' || (type === 'violated' && isText(witness)) || (type === 'unknown' && isText(reason));
}
