import type { Address } from '../address.ts';
import type { Message } from '../messages.ts';

/** One way of writing messages on a link. A dialect knows no rule of the network: only what a text means. */
export interface Dialect {
  /** By which people choose it: the year of the programs that speak it. */
  readonly name: DialectName;
  readonly about: string;
  codec(link: Link): Codec;
}

export type DialectName = '2026' | '2024';

/** What a dialect is told of a link. */
export interface Link {
  /** Where this node listens. */
  readonly own: Address;
  /** Whom this node dialled, if it opened the link. */
  readonly dialled: Address | undefined;
  /** Whether that is a seed. */
  readonly isToSeed: boolean;
  /** Whether this node is one. */
  readonly isSeed: boolean;
  /** The other’s host as the network has it, for those who say that they listen everywhere. */
  readonly source: string;
  /** By which a gossip message is known. */
  hash(text: string): string;
  /** Those with that host of whom this node knows: some reports name no port. */
  knownAt(host: string): readonly Address[];
}

/** Reads and writes one link. It remembers what was said there so far, and nothing else. */
export interface Codec {
  /** Takes what came, however it was cut. */
  decode(text: string): Decoded;
  /** Nothing came for a while, so that what came is all: some dialects have no other sign of an end. */
  flush(): Decoded;
  /** The other was silent for so long that it means something. */
  silence(): Decoded;
  /** Whether something came whose end is not known yet. */
  readonly isOpen: boolean;
  encode(message: Message): Encoded;
}

export interface Decoded {
  readonly messages: readonly Message[];
  /** What is answered without asking anybody. */
  readonly replies: readonly string[];
  /** How many things were said that mean nothing here. */
  readonly ignored: number;
  /** Why nothing more can be read. */
  readonly flaw: string | undefined;
}

export interface Encoded {
  /** Undefined if the dialect has no word for it. */
  readonly text: string | undefined;
  /** What the other means by its silence, or said before it was asked. */
  readonly heard: readonly Message[];
}

export const nothingHeard: Decoded = { messages: [], replies: [], ignored: 0, flaw: undefined };

export const nothingSaid: Encoded = { text: undefined, heard: [] };

/** Times as they go over the wire, in seconds. */
export function timeIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,16}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,3})?$/.test(text)) return undefined;
  const time = Number(text);
  return Math.abs(time) <= Number.MAX_SAFE_INTEGER ? time : undefined;
}
