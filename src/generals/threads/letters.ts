import type { MessagePort } from 'node:worker_threads';
import type { Accusation, Report } from '../host.ts';
import type { Breakdown, Briefing } from '../mission.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** What the main thread tells a general's thread. */
export type Letter =
  /** Who it is, and a port to each of some peers. */
  | { readonly type: 'link'; readonly self: NodeId; readonly peers: readonly (readonly [NodeId, MessagePort])[] }
  | { readonly type: 'corrupt'; readonly strategy: string | undefined }
  | { readonly type: 'sabotage'; readonly breakdown: Breakdown }
  | { readonly type: 'doom'; readonly round: number }
  /** What it says in the next order, as a traitor. */
  | { readonly type: 'dictate'; readonly words: readonly string[] }
  | SealedMission;

/** What a general's thread tells the main thread. */
export type Answer =
  | { readonly type: 'ready' }
  /** It is still at that order: said now and then, as a long order is no hang. */
  | { readonly type: 'pulse'; readonly number: number }
  | { readonly type: 'accuse'; readonly number: number; readonly accusation: Omit<Accusation, 'by'> }
  | SealedReport;

/**
 * Missions and reports cross as JSON text: it costs no more than a structured clone of the same objects (measured), and
 * one text serves all lieutenants.
 */
type SealedMission = string & { readonly __brand: 'SealedMission' };
type SealedReport = string & { readonly __brand: 'SealedReport' };

/** @param order told to the commander alone */
export const sealMission = (briefing: Briefing, order: Order | undefined): SealedMission => JSON.stringify({ briefing, order }) as SealedMission;

export const openMission = (sealed: SealedMission): { readonly briefing: Briefing; readonly order: Order | undefined } =>
  JSON.parse(sealed) as { briefing: Briefing; order: Order | undefined };

export const sealReport = (number: number, report: Report): SealedReport => JSON.stringify({ number, report }) as SealedReport;

export function openReport(sealed: SealedReport): { readonly number: number; readonly report: Report } {
  const { number, report } = JSON.parse(sealed) as { number: number; report: Report };
  // JSON leaves out what is undefined.
  return { number, report: { ...report, decision: report.decision, ballot: report.ballot, strategy: report.strategy } };
}
