import type { Trace } from '../fact.ts';
import type { Signer } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { Outcome } from '../outcome.ts';
import { contextOf, type AnyRoundsProtocol } from '../protocol.ts';
import { decisionOn } from './cause.ts';
import { factsOf } from './facts.ts';
import { arrowsOf, textOf, type Lie } from './messages.ts';

/** What one general said in a round, and all to whom it said just that. */
export interface Saying extends Lie {
  readonly round: number;
  readonly from: NodeId;
  readonly to: readonly NodeId[];
  /** Undefined where it kept silent. */
  readonly text: string | undefined;
}

/** One round of an order. */
export interface Step {
  readonly round: number;
  readonly sayings: readonly Saying[];
  /** The lieutenants that were there at the end, by id. */
  readonly lieutenants: readonly Lieutenant[];
}

/** What a general heard in a round, and what that changed. */
export interface Lieutenant {
  readonly id: NodeId;
  /** By sender, in the order in which it was said. */
  readonly heard: readonly (Lie & { readonly from: NodeId; readonly text: string })[];
  /** What it would have decided, had nothing more come: before this round, and after it. */
  readonly before: Order | undefined;
  readonly after: Order | undefined;
}

/** An order's facts as a trace. */
export function traceOf(outcome: Outcome): Trace {
  const facts = factsOf(outcome);
  const ordered = facts.find((fact) => fact.type === 'ordered')!;
  const judged = facts.find((fact) => fact.type === 'judged')!;
  return { ordered, facts: facts.slice(1, -1), judged };
}

/** All that was said in an order, by round and sender; what was said to several at a time is one saying. */
export function sayingsOf(trace: Trace): Saying[] {
  const sayings = new Map<string, Saying & { readonly to: NodeId[] }>();
  const add = (round: number, from: NodeId, to: NodeId, text: string | undefined, { honest, isForged }: Lie): void => {
    const key = JSON.stringify([round, from, text ?? null, honest ?? null, isForged]);
    const known = sayings.get(key);
    if (known === undefined) sayings.set(key, { round, from, to: [to], text, honest, isForged });
    // Who says a thing twice to the same general is drawn once.
    else if (!known.to.includes(to)) known.to.push(to);
  };
  for (const { round, from, to, text, ...lie } of arrowsOf(trace)) add(round, from, to, text, lie);
  for (const fact of trace.facts) {
    if (fact.type === 'tampered' && fact.said.length === 0) add(fact.round, fact.from, fact.to, undefined, { honest: textOf(fact.honest), isForged: false });
  }
  return [...sayings.values()].toSorted((a, b) => a.round - b.round || a.from - b.from);
}

/**
 * An order round by round. What a lieutenant would have decided is what its part of the protocol decides on what it had heard
 * so far, and on nothing more.
 */
export function stepsOf(outcome: Outcome, protocol: AnyRoundsProtocol, signerOf: (id: NodeId) => Signer): Step[] {
  const trace = traceOf(outcome);
  const sayings = sayingsOf(trace);
  const arrows = arrowsOf(trace);
  const members = outcome.roster.map(({ id }) => id);
  const shared = { members, commander: outcome.commander, m: outcome.m, number: outcome.number };
  const lieutenants = outcome.account.reports.filter(({ id }) => id !== outcome.commander);
  const rounds = Math.max(0, ...lieutenants.map(({ heard }) => heard.length), ...sayings.map(({ round }) => round));
  const leanings = lieutenants.map(({ id, heard }) => {
    const context = contextOf(shared, id, signerOf(id));
    return Array.from({ length: rounds + 1 }, (_, round) => decisionOn(protocol, context, heard.slice(0, round)));
  });
  return Array.from({ length: rounds }, (_, index) => ({
    round: index + 1,
    sayings: sayings.filter(({ round }) => round === index + 1),
    lieutenants: lieutenants.map(({ id }, place) => ({
      id,
      heard: arrows.filter(({ round, to }) => round === index + 1 && to === id).map(({ from, text, honest, isForged }) => ({ from, text, honest, isForged })),
      before: leanings[place]![index],
      after: leanings[place]![index + 1],
    })),
  }));
}
