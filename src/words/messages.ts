/**
 * What peers of the word database say to each other: one JSON object a datagram. The fields that older programs know have the
 * names that those gave them. Those that only we write (`path`, `root`, `within`, `missed`, `unsure`, `life`, `known`, `pad`,
 * and the ids in a GOSSIP_REPLY) are ones that they leave unread.
 */
import type { Address } from './address.ts';

export type Message = Gossip | GossipReply | Consensus | ConsensusReply | Query | QueryReply | SetWord;

/** Somebody is there. It goes on from peer to peer as it came, so it may reach us by way of others. */
export interface Gossip {
  readonly type: 'gossip';
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly id: string;
  /** Made anew at each start of a peer. */
  readonly life?: string;
  /** Blanks that it is sent with, so that there is room for the answer to it; nobody reads them. */
  readonly room?: number;
}

export interface GossipReply {
  readonly type: 'gossip-reply';
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** The id that it answers: who knows it heard what was sent there. */
  readonly replyTo?: string;
  /** Asks for a reply in turn. */
  readonly id?: string;
  readonly life?: string;
  /** Whether an earlier life is known of whoever is answered. */
  readonly known?: boolean;
  readonly room?: number;
}

/** The oral message of OM(om): whoever is asked is told a value, passes it on if `om` is above 0, and answers with what it makes of it. */
export interface Consensus {
  readonly type: 'consensus';
  readonly om: number;
  readonly index: number;
  /** Nothing, if a liar says nothing. */
  readonly value: string | null;
  /** All who are asked. */
  readonly peers: readonly Address[];
  readonly id: string;
  /** Until when an answer is awaited, in seconds since 1970 by the clock of whoever asks. */
  readonly due: number;
  /** By whom the value came: who began first, who asks last. Older programs say none. */
  readonly path?: readonly Address[];
  /** The id of the consensus that this is a part of. */
  readonly root?: string;
  /** For how many ms an answer is awaited: no clock has to be right for that. */
  readonly within?: number;
  /** The value was not heard in time, so it is the default. */
  readonly missed?: boolean;
}

export interface ConsensusReply {
  readonly type: 'consensus-reply';
  readonly value: string | null;
  readonly replyTo: string;
  /** Something that was awaited did not come, so others may have made something else of it. */
  readonly unsure?: boolean;
}

export interface Query {
  readonly type: 'query';
}

export interface QueryReply {
  readonly type: 'query-reply';
  readonly database: readonly string[];
}

export interface SetWord {
  readonly type: 'set';
  readonly index: number;
  readonly value: string;
}

/** How many words a peer holds. */
export const WORDS = 5;

/** The most bytes of a datagram. */
export const DATAGRAM_MAX = 4096;

/** The most characters of a word, a name or an id. Longer ones would not fit in a list of five, and are dropped. */
export const TEXT_MAX = 64;

/** The most members of a group, so that a list of them fits in a datagram twice. */
export const MEMBERS_MAX = 64;

/** What is taken for a value that was not heard, and where no value has a majority: retreat, as in the paper. */
export const DEFAULT_WORD = 'retreat';

/** Whether it can be a word: a line of a terminal can show it, and no reader is confused by it. */
export const isText = (text: string, least = 0): boolean => text.length >= least && text.length <= TEXT_MAX && text.isWellFormed() && !UNSEEN.test(text);

/** Control characters, and marks that turn the direction of a line. */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
