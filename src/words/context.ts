import type { Context } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';

/** What a peer is told of itself. */
export interface WordsContext extends Context {
  readonly address: Address;
  /** What people call it. */
  readonly name: string;
  /** Whom it looks for first. */
  readonly joins: readonly Address[];
  readonly settings: WordsSettings;
  /** Whom the host calls by that number, and back. */
  nodeOf(address: Address): NodeId;
  addressOf(node: NodeId): Address;
  /** A text that nobody can foresee, and that nobody else makes. */
  freshId(): string;
  /** Seconds since 1970 by this peer’s clock. It may be wrong, so it is only told, and asked where an older program tells no more. */
  unixTime(): number;
}

/** Milliseconds. */
export type WordsSettings = {
  readonly heartbeatEvery: number;
  readonly silenceMax: number;
  /** In how long whoever begins a consensus wants an answer; as `patience.ts` has it if that is 0. */
  readonly within: number;
};

export const SETTINGS: WordsSettings = { heartbeatEvery: 60_000, silenceMax: 120_000, within: 0 };
