import type { Findings, Verdict } from './findings.ts';
import type { NodeId } from '../core/node.ts';
import type { FaultKind } from '../core/machine.ts';
import type { Order } from './order.ts';

/**
 * Something that happened in a run. The facts of a run tell it whole: what was ordered, who said what to whom, what was
 * tampered with, who decided what, and what the judge made of it.
 */
export type Fact =
  | Ordered
  | HeardFact
  | Tampered
  | { readonly type: 'accused'; readonly by: NodeId; readonly kind: FaultKind; readonly suspect: NodeId; readonly evidence: string }
  | { readonly type: 'decided'; readonly by: NodeId; readonly decision: Order }
  | { readonly type: 'voted'; readonly by: NodeId; readonly ballot: Order }
  | { readonly type: 'lost'; readonly general: NodeId; readonly reason: string }
  | Judged;

/** The first fact of each order. */
export interface Ordered {
  readonly type: 'ordered';
  readonly number: number;
  readonly commander: NodeId;
  readonly order: Order;
  readonly protocol: string;
  /** The traitors that the protocol was run to stand. */
  readonly m: number;
  readonly seed: number;
  readonly members: readonly NodeId[];
  readonly traitors: readonly { readonly id: NodeId; readonly strategy: string }[];
}

/** A message arrived; it was sent in the same round. */
export interface HeardFact {
  readonly type: 'heard';
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: unknown;
}

/** The last fact of each order. */
export interface Judged {
  readonly type: 'judged';
  readonly verdict: Verdict['type'];
  readonly order: Order | null;
  readonly votes: number;
  readonly messages: number;
  /** Null if the order was not run. */
  readonly findings: Findings | null;
}

/** A traitor said something else than the protocol asked for. */
export interface Tampered {
  readonly type: 'tampered';
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly honest: unknown;
  /** What it said instead in this round: nothing, one thing, or several. */
  readonly said: readonly unknown[];
  /** What it kept back to say one round too late. */
  readonly late: readonly unknown[];
  /** Those of both that are under a signature which is not genuine; left out where none is. */
  readonly forged?: readonly unknown[];
}

/** The facts of one order. */
export interface Trace {
  readonly ordered: Ordered;
  /** In between, as they came. */
  readonly facts: readonly Fact[];
  readonly judged: Judged;
}
