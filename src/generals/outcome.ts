import type { Deed } from './faults/out-of-turn.ts';
import type { Findings, Verdict } from './findings.ts';
import type { RunResult } from './host.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from './order.ts';

export type Role = 'primary' | 'secondary';

/** A general as the roster shows it. */
export interface Member {
  readonly id: NodeId;
  readonly role: Role;
  readonly state: MemberState;
}

/** Loyal, a traitor in some way, or no longer there. */
export type MemberState =
  | { readonly type: 'loyal' }
  | { readonly type: 'faulty'; readonly strategy: string }
  | { readonly type: 'lost'; readonly reason: string };

/** A general after an order: what it says it decided, where it says anything. */
export interface MemberResult extends Member {
  readonly majority: Order | undefined;
}

/** All there is to know of one order. */
export interface Outcome {
  /** 1, 2, 3 …: the order's number in its army. */
  readonly number: number;
  readonly order: Order;
  readonly protocol: string;
  /** m, the traitors that the protocol was run to stand. */
  readonly m: number;
  readonly seed: number;
  /** The order's number among those that draw from this seed: with it, an order can be repeated on its own. */
  readonly draw: number;
  /** What traitors were told to say, word by word. */
  readonly dictations: ReadonlyMap<NodeId, readonly string[]>;
  /** What traitors were told to do out of turn. */
  readonly deeds: ReadonlyMap<NodeId, readonly Deed[]>;
  readonly commander: NodeId;
  readonly roster: readonly MemberResult[];
  readonly verdict: Verdict;
  /** Undefined if the order was not run, there being too few generals. */
  readonly findings: Findings | undefined;
  /** How many messages the generals sent each other, ballots not counted. */
  readonly messages: number;
  /** What each general heard, said and decided. */
  readonly account: RunResult;
  /** What the observer of the order threw, if it did: it was told no more from then on. */
  readonly observerError?: unknown;
}
