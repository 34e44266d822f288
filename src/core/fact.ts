import type { NodeId } from './node.ts';
import type { Order } from './order.ts';
import type { Offence } from './protocol.ts';

/** Something that happened in a run. The facts of a run tell it whole: who said what to whom, what was tampered with, who decided what. */
export type Fact =
  | { readonly type: 'ordered'; readonly commander: NodeId; readonly order: Order }
  | { readonly type: 'heard'; readonly round: number; readonly from: NodeId; readonly to: NodeId; readonly message: unknown }
  | Tampered
  | { readonly type: 'accused'; readonly by: NodeId; readonly kind: Offence; readonly suspect: NodeId; readonly evidence: string }
  | { readonly type: 'decided'; readonly by: NodeId; readonly decision: Order }
  | { readonly type: 'voted'; readonly by: NodeId; readonly ballot: Order | null }
  | { readonly type: 'lost'; readonly general: NodeId; readonly reason: string };

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
}
