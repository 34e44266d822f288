import type { MessagePort } from 'node:worker_threads';
import type { Accusation, News, Report } from '../host.ts';
import type { Behaviour, NodeSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** What the main thread tells a general's thread. */
export type ToWorker =
  /** Who it is, and a port to each of some peers. */
  | { readonly type: 'link'; readonly self: NodeId; readonly peers: readonly (readonly [NodeId, MessagePort])[] }
  | EncodedSpec;

/** What a general's thread tells the main thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** It is still at that order: said now and then, as a long order is no hang. */
  | { readonly type: 'pulse'; readonly number: number }
  | { readonly type: 'accuse'; readonly number: number; readonly accusation: Omit<Accusation, 'by'> }
  /** Where the order is observed. */
  | { readonly type: 'news'; readonly number: number; readonly news: News }
  | EncodedReport;

/**
 * What is to be done and what came of it cross as text: it costs no more than a structured clone of the same objects
 * (measured), and one text serves all who do nothing of their own.
 */
type EncodedSpec = string & { readonly __brand: 'EncodedSpec' };
type EncodedReport = string & { readonly __brand: 'EncodedReport' };

/** What one general is to do in an order. */
interface Own {
  readonly spec: NodeSpec;
  /** Told to the commander alone. */
  readonly order?: Order | undefined;
  readonly behaviour?: Behaviour | undefined;
  /** Whether it tells what it hears as it goes. */
  readonly isObserved?: boolean | undefined;
}

/** The two numbers that each order has its own, and JSON of all else, which is nearly always that of the order before. */
export function encodeSpec({ spec: { number, draw, ...rest }, ...own }: Own): EncodedSpec {
  return `${number} ${draw} ${JSON.stringify({ ...own, rest })}` as EncodedSpec;
}

/** @returns a function that reads one after the other */
export function specDecoder(): (encoded: EncodedSpec) => Own {
  let text = '';
  let last: Omit<Own, 'spec'> & { readonly rest: Omit<NodeSpec, 'number' | 'draw'> };
  return (encoded) => {
    const first = encoded.indexOf(' ');
    const second = encoded.indexOf(' ', first + 1);
    const read = encoded.slice(second + 1);
    if (read !== text) {
      text = read;
      last = JSON.parse(read) as typeof last;
    }
    const { protocol, m, members, commander, seed, deadline } = last.rest;
    const spec = { number: Number(encoded.slice(0, first)), draw: Number(encoded.slice(first + 1, second)), protocol, m, members, commander, seed, deadline };
    return { spec, order: last.order, behaviour: last.behaviour, isObserved: last.isObserved };
  };
}

/** A report as a list, as nothing in it has to be named again. What was heard takes the most of it: of each, its sender and then what that said. */
type Row = readonly [number: number, id: NodeId, decision: Order | null, ballot: Order | null, strategy: string | null, sent: number, tampered: Report['tampered'], heard: unknown[][][]];

export function encodeReport(number: number, { id, decision, ballot, strategy, sent, tampered, heard }: Report): EncodedReport {
  const said = heard.map((inbox) => inbox.map(({ from, messages }) => [from, ...messages]));
  return JSON.stringify([number, id, decision, ballot, strategy, sent, tampered, said]) as EncodedReport;
}

export function decodeReport(encoded: EncodedReport): { readonly number: number; readonly report: Report } {
  const [number, id, decision, ballot, strategy, sent, tampered, said] = JSON.parse(encoded) as Row;
  const heard = said.map((inbox) => inbox.map((messages) => ({ from: messages.shift() as NodeId, messages })));
  return { number, report: { id, decision: decision ?? undefined, ballot: ballot ?? undefined, strategy: strategy ?? undefined, heard, tampered, sent } };
}
