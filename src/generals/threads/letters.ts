import type { MessagePort } from 'node:worker_threads';
import type { Accusation, Report } from '../host.ts';
import type { CrashMode, NodeSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** What the main thread tells a general's thread. */
export type ToWorker =
  /** Who it is, and a port to each of some peers. */
  | { readonly type: 'link'; readonly self: NodeId; readonly peers: readonly (readonly [NodeId, MessagePort])[] }
  | { readonly type: 'corrupt'; readonly strategy: string | undefined }
  | { readonly type: 'sabotage'; readonly crashMode: CrashMode }
  | { readonly type: 'doom'; readonly round: number }
  /** What it says in the next order, as a traitor. */
  | { readonly type: 'dictate'; readonly words: readonly string[] }
  | EncodedSpec;

/** What a general's thread tells the main thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** It is still at that order: said now and then, as a long order is no hang. */
  | { readonly type: 'pulse'; readonly number: number }
  | { readonly type: 'accuse'; readonly number: number; readonly accusation: Omit<Accusation, 'by'> }
  | EncodedReport;

/**
 * Missions and reports cross as JSON text: it costs no more than a structured clone of the same objects (measured), and
 * one text serves all lieutenants.
 */
type EncodedSpec = string & { readonly __brand: 'SealedMission' };
type EncodedReport = string & { readonly __brand: 'SealedReport' };

/** @param order told to the commander alone */
export const encodeSpec = (spec: NodeSpec, order: Order | undefined): EncodedSpec => JSON.stringify({ spec, order }) as EncodedSpec;

export const decodeSpec = (sealed: EncodedSpec): { readonly spec: NodeSpec; readonly order: Order | undefined } =>
  JSON.parse(sealed) as { spec: NodeSpec; order: Order | undefined };

export const encodeReport = (number: number, report: Report): EncodedReport => JSON.stringify({ number, report }) as EncodedReport;

export function decodeReport(sealed: EncodedReport): { readonly number: number; readonly report: Report } {
  const { number, report } = JSON.parse(sealed) as { number: number; report: Report };
  // JSON leaves out what is undefined.
  return { number, report: { ...report, decision: report.decision, ballot: report.ballot, strategy: report.strategy } };
}
