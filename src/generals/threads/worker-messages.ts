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
 * What is to be done and what came of it cross as JSON text: it costs no more than a structured clone of the same objects
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
  readonly isObserved?: boolean;
}

export const encodeSpec = (own: Own): EncodedSpec => JSON.stringify(own) as EncodedSpec;

export const decodeSpec = (encoded: EncodedSpec): Own => JSON.parse(encoded) as Own;

export const encodeReport = (number: number, report: Report): EncodedReport => JSON.stringify({ number, report }) as EncodedReport;

export function decodeReport(encoded: EncodedReport): { readonly number: number; readonly report: Report } {
  const { number, report } = JSON.parse(encoded) as { number: number; report: Report };
  // JSON leaves out what is undefined.
  return { number, report: { ...report, decision: report.decision, ballot: report.ballot, strategy: report.strategy } };
}
