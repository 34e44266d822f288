import type { NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import type { Findings } from '../findings.ts';
import type { Engine } from './request.ts';

/**
 * What a search found, and how much that is worth.
 *
 * A *treason* is a set of traitors, an order, and for each message that a traitor is to send one of its alternatives:
 * to say it, or something that `alternatives.ts` lists instead. Messages from traitor to traitor count as well: a traitor
 * that was lied to may pass the lie on honestly, so that one lie does the work of many.
 */
export type CheckResult = Outcome & {
  /** Why the search through the structure of OM stepped aside: where the code did something else than that. */
  readonly aside?: string;
};

type Outcome =
  /** No treason breaks a property: all of them were covered. */
  | { readonly type: 'holds'; readonly engine: EngineUsed; readonly treasons: bigint; readonly proven?: Proven }
  | {
      readonly type: 'violated';
      readonly engine: Engine;
      readonly violation: Violation;
      /** Whether every treason with fewer lies was covered and keeps all properties; false only where the search was stopped. */
      readonly isSmallest: boolean;
      readonly covered: bigint;
      readonly proven?: Proven;
    }
  /** The search ended before it had found anything or covered all: it was stopped, or takes more memory than there may be. */
  | {
      readonly type: 'unknown';
      readonly reason: 'stopped' | 'too large';
      readonly engine: Engine;
      readonly covered: bigint;
      readonly treasons: bigint | undefined;
      /** Every treason with at most that many lies was covered; undefined where a search does not go by their number, or has not come so far. */
      readonly liesCovered?: number;
      readonly proven?: Proven;
    };

/** What covered the treasons: an engine, or symbolic runs alone where they left nothing to search. */
export type EngineUsed = Engine | 'symbolic';

/** The part of what was covered that needed no search: a symbolic run that folds to a constant is a proof (`symbolic/proof.ts`). */
export interface Proven {
  readonly treasons: bigint;
  /** How many cases were gone through where a run did not fold (`symbolic/cases.ts`). */
  readonly cases: number;
  readonly sets: readonly ProvenSets[];
}

/** Sets of traitors that differ in the names of lieutenants only, and an order. */
export interface ProvenSets {
  readonly commander: 'loyal' | 'traitor';
  /** How many lieutenants are traitors. */
  readonly lieutenants: number;
  readonly order: Order;
}

/** How far a search has come. */
export interface Coverage {
  readonly covered: bigint;
  /** How many treasons there are; undefined where the number of messages depends on what is said, so that only the end of a search tells. */
  readonly treasons: bigint | undefined;
}

/** A treason that breaks a property, with all that is needed to repeat it. */
export interface Violation {
  readonly protocol: string;
  readonly members: readonly NodeId[];
  readonly commander: NodeId;
  readonly m: number;
  readonly order: Order;
  readonly traitors: readonly NodeId[];
  readonly property: keyof Findings;
  readonly witness: string;
  readonly lies: readonly Lie[];
  /**
   * For each traitor, a word for each of its messages, the honest ones too, to whomever, in the order in which they come
   * up: round by round, and within a round as the protocol sends them. A ballot takes no word.
   */
  readonly choices: ReadonlyMap<NodeId, readonly Word[]>;
}

/** What a message says (a king may propose nothing), `silence` if it is not sent, `both` if the honest message is sent and a lie after it. */
export type Word = (typeof WORDS)[number];

export const WORDS = [...ORDERS, 'nothing', 'silence', 'both'] as const;

/** A message that was tampered with. */
export interface Lie {
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Tells apart the messages from one general to another in one round, as in a `Question`. */
  readonly index: number;
  /** Through whom the order had come, the commander first and the sender last; undefined where messages have no path. */
  readonly path: readonly NodeId[] | undefined;
  readonly honest: Word;
  readonly said: Word;
}
