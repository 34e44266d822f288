import type { Fact, HeardFact, Judged, Ordered, Tampered } from '../core/fact.ts';
import { parseOrder } from '../core/order.ts';
import { Refusal, quoted } from '../core/refusal.ts';

/**
 * The format of trace files: one fact a line, as a JSON object with a `type`, and `v`, the version of the format, on the
 * first line of each order. Version 1 is described by the types of `core/fact.ts`.
 */
export const TRACE_VERSION = 1;

/** The facts of one order. */
export interface Trace {
  readonly ordered: Ordered;
  /** In between, in the order of the file. */
  readonly facts: readonly Fact[];
  readonly judged: Judged;
}

/** The facts of an order as lines of a trace file, each ended by a line feed. */
export const linesOfFacts = (facts: readonly Fact[]): string =>
  facts.map((fact) => `${JSON.stringify(fact.type === 'ordered' ? { v: TRACE_VERSION, ...fact } : fact)}\n`).join('');

/**
 * The orders that a trace file tells.
 * @throws Refusal in one line, if it is truncated, of another version, or no trace file at all
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
      if (ordered !== undefined) throw new Refusal(`line ${index + 1}: order ${ordered.number} has no end, so the trace is damaged before this line`);
      ordered = fact;
      facts = [];
      members = new Set(fact.members);
    } else if (ordered === undefined) {
      throw new Refusal(`line ${index + 1}: a trace begins with what was ordered, not with ${quoted(fact.type)}`);
    } else if (!namedIn(fact).every((id) => members.has(id))) {
      throw new Refusal(`line ${index + 1}: a general that is not among those of order ${ordered.number}: ${quoted(line)}`);
    } else if (fact.type === 'judged') {
      traces.push({ ordered, facts, judged: fact });
      ordered = undefined;
    } else facts.push(fact);
  });
  if (ordered !== undefined) throw new Refusal(`line ${lines.length}: the trace is truncated, order ${(ordered as Ordered).number} has no end`);
  if (traces.length === 0) throw new Refusal('the trace is empty');
  return traces;
}

function parseFact(line: string, number: number): Fact {
  let fact: unknown;
  try {
    fact = JSON.parse(line);
  } catch {
    throw new Refusal(`line ${number}: not JSON, so the file is no trace or is truncated here`);
  }
  const { type, v } = (typeof fact === 'object' && fact !== null ? fact : {}) as Record<string, unknown>;
  if (type === 'ordered' && v !== TRACE_VERSION) throw new Refusal(`line ${number}: a trace of version ${quoted(String(v))}, and this program reads version ${TRACE_VERSION}`);
  const isSound = typeof type === 'string' && Object.hasOwn(SOUND, type) && SOUND[type as Fact['type']](fact as Record<string, unknown>);
  if (!isSound) throw new Refusal(`line ${number}: not a fact of a trace: ${quoted(line)}`);
  return fact as Fact;
}

const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
/** Pictures have a place for every round: far more than any protocol takes would be no picture. */
const isRound = (value: unknown): boolean => isId(value) && (value as number) <= 10_000;
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
/** What is shown at a terminal must not command it. */
const isText = (value: unknown): boolean => typeof value === 'string' && !/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(value);
const isSaid = (value: unknown): boolean => isText(typeof value === 'string' ? value : JSON.stringify(value));
const isFinding = (value: unknown): boolean => typeof value === 'object' && value !== null && isText((value as { type?: unknown }).type);

/** The generals that a fact speaks of. */
const namedIn = (fact: Fact): number[] =>
  Object.entries(fact).flatMap(([field, value]) => (['from', 'to', 'by', 'suspect', 'general'].includes(field) ? [value as number] : []));

/** For each kind of fact, whether an object has what readers of a trace rely on. */
const SOUND: Readonly<Record<Fact['type'], (fact: Record<string, unknown>) => boolean>> = {
  ordered: (fact: Partial<Record<keyof Ordered, unknown>>) =>
    isId(fact.number) && isId(fact.commander) && parseOrder(fact.order) !== undefined && isText(fact.protocol) && isList(fact.members) && fact.members.every(isId) && new Set(fact.members).size === fact.members.length && fact.members.includes(fact.commander) &&
    isList(fact.traitors) && fact.traitors.every((traitor) => isId((traitor as { id?: unknown } | null)?.id) && isText((traitor as { strategy?: unknown }).strategy)),
  heard: (fact: Partial<Record<keyof HeardFact, unknown>>) => isRound(fact.round) && isId(fact.from) && isId(fact.to) && isSaid(fact.message),
  tampered: (fact: Partial<Record<keyof Tampered, unknown>>) => isRound(fact.round) && isId(fact.from) && isId(fact.to) && isSaid(fact.honest) && isList(fact.said) && fact.said.every(isSaid) && isList(fact.late) && fact.late.every(isSaid),
  accused: ({ by, suspect, evidence }) => isId(by) && isId(suspect) && isText(evidence),
  decided: ({ by, decision }) => isId(by) && parseOrder(decision) !== undefined,
  voted: ({ by, ballot }) => isId(by) && parseOrder(ballot) !== undefined,
  lost: ({ general, reason }) => isId(general) && isText(reason),
  judged: (fact: Partial<Record<keyof Judged, unknown>>) => isText(fact.verdict) && Number.isSafeInteger(fact.messages) && (fact.order == null || isText(fact.order)) && Object.values(fact.findings ?? {}).every(isFinding),
};
