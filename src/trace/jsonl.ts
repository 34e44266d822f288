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
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const fact = parseFact(line, index + 1);
    if (fact.type === 'ordered') {
      if (ordered !== undefined) throw new Refusal(`line ${index + 1}: order ${ordered.number} has no end, so the trace is damaged before this line`);
      ordered = fact;
      facts = [];
    } else if (ordered === undefined) {
      throw new Refusal(`line ${index + 1}: a trace begins with what was ordered, not with ${quoted(fact.type)}`);
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
const isRound = isId;
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';

/** For each kind of fact, whether an object has what readers of a trace rely on. */
const SOUND: Readonly<Record<Fact['type'], (fact: Record<string, unknown>) => boolean>> = {
  ordered: (fact: Partial<Record<keyof Ordered, unknown>>) =>
    isId(fact.number) && isId(fact.commander) && parseOrder(fact.order) !== undefined && isText(fact.protocol) && isList(fact.members) && fact.members.every(isId) &&
    isList(fact.traitors) && fact.traitors.every((traitor) => isId((traitor as { id?: unknown } | null)?.id)),
  heard: (fact: Partial<Record<keyof HeardFact, unknown>>) => isRound(fact.round) && isId(fact.from) && isId(fact.to) && fact.message !== undefined,
  tampered: (fact: Partial<Record<keyof Tampered, unknown>>) => isRound(fact.round) && isId(fact.from) && isId(fact.to) && isList(fact.said) && isList(fact.late),
  accused: ({ by, suspect, evidence }) => isId(by) && isId(suspect) && isText(evidence),
  decided: ({ by, decision }) => isId(by) && parseOrder(decision) !== undefined,
  voted: ({ by, ballot }) => isId(by) && parseOrder(ballot) !== undefined,
  lost: ({ general, reason }) => isId(general) && isText(reason),
  judged: (fact: Partial<Record<keyof Judged, unknown>>) => isText(fact.verdict) && Number.isSafeInteger(fact.messages),
};
