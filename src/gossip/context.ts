import type { Context } from '../core/machine.ts';
import type { Address } from './address.ts';
import type { GossipSettings } from './settings.ts';

/** What a seed or a peer is told of itself. */
export interface GossipContext extends Context {
  readonly address: Address;
  /** All seeds, in the order of the config. */
  readonly seeds: readonly Address[];
  readonly cluster: string;
  readonly version: string;
  readonly settings: GossipSettings;
  readonly keys: Keys;
  /** A text that nobody can foresee, for another to sign. */
  nonce(): string;
  /** Seconds since 1970 by this node's clock, as data in messages. It may be wrong, so nothing follows from it. */
  unixTime(): number;
}

/** Keys that say for themselves whose they are: a node is who can sign by its key. */
export interface Keys {
  /** Our own public key. */
  readonly own: string;
  sign(domain: string, body: object): string;
  /** Total: key and signature may be anything. */
  verify(key: string, domain: string, body: object, signature: string): boolean;
  /** SHA-256 in hex, by which a gossip message is known. */
  hash(text: string): string;
}
