import type { Address } from './address.ts';
import type { Fault } from './parse.ts';
import type { Message } from './messages.ts';

/** What peers take, say and hand on. Nothing of it outlives them. */
export interface WordsVocabulary {
  readonly input: Input;
  readonly message: Message & Arrived;
  readonly output: Output;
  readonly record: never;
}

/** A datagram as it came, where the host has one: it goes on so, and an answer may not be longer. */
export interface Arrived {
  readonly raw?: string;
}

export type Input =
  | { readonly type: 'consensus'; readonly index: number }
  | { readonly type: 'set'; readonly index: number; readonly word: string }
  | { readonly type: 'query'; readonly peer: Address }
  /** Says on from now on what its strategy makes of so many of a hundred messages; a loyal peer does not listen. */
  | { readonly type: 'lie'; readonly percent: number; readonly strategy: string | undefined }
  | { readonly type: 'truth' };

export type Output =
  | { readonly type: 'joined' | 'gone'; readonly peer: Address; readonly name: string }
  /** It has shown that it hears what is sent where it says that it is. */
  | { readonly type: 'proven'; readonly peer: Address }
  | ({ readonly type: 'decided' } & Decision)
  | { readonly type: 'answered'; readonly peer: Address; readonly database: readonly string[] | undefined }
  | { readonly type: 'dropped'; readonly reason: DropReason; readonly from: Address };

/** Why something that was said is as if it had not been. */
export type DropReason =
  | Fault
  /** From somebody who is not on the list of peers. */
  | 'stranger'
  /** An answer to what was never asked. */
  | 'never-asked'
  /** From another than was asked, or than it says. */
  | 'wrong-sender'
  /** It asks this peer what it said itself. */
  | 'about-itself'
  /** A consensus that fits no group. */
  | 'unfit'
  /** More than is taken at once. */
  | 'flood'
  /** Its time is over. */
  | 'late';

/** How a consensus ended for one peer. */
export interface Decision {
  /** All that tells it from others. */
  readonly key: string;
  /** The id under which it began. */
  readonly root: string;
  readonly index: number;
  readonly commander: Address;
  /** All others. */
  readonly lieutenants: readonly Address[];
  readonly m: number;
  readonly word: string;
  /** Whether all that was awaited came: then all loyal peers of whom that is so hold the same, if no more than m lie. */
  readonly outcome: 'holds' | 'unknown';
  /** Why it is not known; empty if it is. */
  readonly reason: string;
  /** Who did not say what was awaited. */
  readonly silent: readonly Address[];
}
