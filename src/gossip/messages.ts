import type { Address } from './address.ts';
import type { Statement } from './statements.ts';

/** Why nobody was let in who may be later: the seeds had not all voted in the time for that, or too many of them could not reach whoever asked. */
export type NotYet = 'undecided' | 'unreached';

/**
 * All that nodes of the network say to each other over a link, whatever it looks like on the wire (`dialects/`). What older programs
 * say as well stands first; the rest is between nodes of ours.
 */
export type Message =
  // Between peers, and before all else that a node of ours says.
  | Hello
  | { readonly type: 'ping'; readonly at: number }
  | { readonly type: 'pong'; readonly at: number }
  | { readonly type: 'gossip'; readonly hash: string; readonly payload: string }
  | { readonly type: 'suspect-notice'; readonly address: Address; readonly by: Address }
  // From a peer to a seed, and back.
  | { readonly type: 'register'; readonly address: Address }
  | { readonly type: 'registered'; readonly ok: boolean; readonly why?: NotYet }
  | { readonly type: 'get-peers' }
  | { readonly type: 'peer-list'; readonly peers: readonly Listed[] }
  | { readonly type: 'dead-report'; readonly address: Address; readonly at: string; readonly reporter: string }
  | { readonly type: 'dead-answer'; readonly address: Address; readonly confirmed: boolean }
  // Between seeds. Ours add which member it is about, and sign their votes.
  | { readonly type: 'join-propose'; readonly address: Address; readonly key?: string; readonly life?: number }
  | { readonly type: 'join-vote'; readonly address: Address; readonly ok: boolean; readonly life?: number; readonly signature?: string }
  | { readonly type: 'join-commit'; readonly address: Address; readonly statement?: Statement }
  | { readonly type: 'dead-propose'; readonly address: Address; readonly life?: number }
  | { readonly type: 'dead-vote'; readonly address: Address; readonly ok: boolean; readonly life?: number; readonly signature?: string }
  | { readonly type: 'dead-commit'; readonly address: Address; readonly statement?: Statement }
  /** Any answer to a commit, which spares older proposers their wait. */
  | { readonly type: 'committed' }
  // Between nodes of ours.
  | { readonly type: 'proof'; readonly signature: string }
  | { readonly type: 'refused'; readonly reason: string }
  /** In answer to the registration of a peer of ours: which member it now is, and what else is known. */
  | { readonly type: 'statements'; readonly statements: readonly Statement[] }
  /** A checksum of who is a member, for whoever wants to compare. @see view.ts */
  | { readonly type: 'view'; readonly checksum: number; readonly size: number; readonly isAnswer: boolean }
  /** Asks which of those have ended by now, or have a later life: 0 of whom nothing is known. */
  | { readonly type: 'ask-about'; readonly members: readonly { readonly address: Address; readonly life: number }[] }
  /** Asks another to look whether somebody answers it. */
  | { readonly type: 'probe'; readonly number: number; readonly address: Address }
  | { readonly type: 'probed'; readonly number: number; readonly ok: boolean }
  /** Tells everyone whom links join to the member with the first address that they are joined to it. */
  | { readonly type: 'beacon'; readonly root: Address; readonly life: number; readonly number: number }
  /** How many neighbours a peer has. */
  | { readonly type: 'degree'; readonly degree: number }
  /** A seed has it that a peer left. */
  | { readonly type: 'left-noted' };

export interface Hello {
  readonly type: 'hello';
  /** Where it listens. */
  readonly address: Address;
  /** What nodes of ours add. */
  readonly own?: Identity;
}

export interface Identity {
  readonly role: 'peer' | 'seed';
  /** The version of the program, for people. */
  readonly version: string;
  /** Which network it is of: no two merge because somebody took over an address. */
  readonly cluster: string;
  readonly key: string;
  /** Whether it only looks, and wants to be nobody’s neighbour. */
  readonly visits: boolean;
  /** 0 before seeds have let it in. */
  readonly life: number;
  /** What the other is to sign. */
  readonly nonce: string;
}

export interface Listed {
  readonly address: Address;
  readonly degree?: number;
}
