import type { Address } from './address.ts';

/** What a node hands on: for log lines, tables, judges. */
export type Output =
  | PeerOutput
  | SeedOutput
  /** By how many seconds the own clock is ahead of another’s, if that is negative behind it; 0 once they are the same again. */
  | { readonly type: 'clock'; readonly address: Address; readonly ahead: number }
  | { readonly type: 'ignored'; readonly from: Address | undefined; readonly reason: string };

export type PeerOutput =
  | { readonly type: 'registered'; readonly seed: Address; readonly life: number }
  | { readonly type: 'not-registered'; readonly seed: Address; readonly reason: string }
  | { readonly type: 'listed'; readonly seed: Address; readonly peers: readonly Address[] }
  /** It is registered with enough seeds, and has neighbours if there is anybody else. */
  | { readonly type: 'ready' }
  | { readonly type: 'linked'; readonly address: Address; readonly way: 'out' | 'in' }
  | { readonly type: 'unlinked'; readonly address: Address }
  | { readonly type: 'generated'; readonly payload: string; readonly hash: string }
  | { readonly type: 'heard'; readonly payload: string; readonly hash: string; readonly from: Address }
  /** What this peer itself makes of a neighbour. */
  | { readonly type: 'suspecting'; readonly address: Address; readonly reason: string }
  | { readonly type: 'noticed'; readonly address: Address; readonly by: Address }
  /** Suspected here and by others: `by` has all of them. */
  | { readonly type: 'agreed'; readonly address: Address; readonly by: readonly Address[] }
  | { readonly type: 'reported'; readonly address: Address; readonly at: string; readonly seed: Address }
  | { readonly type: 'confirmed'; readonly address: Address; readonly seed: Address }
  | { readonly type: 'rejected'; readonly address: Address; readonly seed: Address }
  /** It has no answer of a member, though others have; and then it has. */
  | { readonly type: 'unreachable' | 'reachable'; readonly address: Address }
  /** Somebody took this peer for dead, and it says that it lives. */
  | { readonly type: 'refuted'; readonly incarnation: number; readonly by: Address }
  /** Where a member now stands in this peer’s view. */
  | { readonly type: 'member'; readonly address: Address; readonly life: number; readonly incarnation: number; readonly state: MemberState }
  /** It knows nothing more of a member, as it knows enough others. */
  | { readonly type: 'forgot'; readonly address: Address }
  | { readonly type: 'left' };

export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

export type SeedOutput =
  | { readonly type: 'asked-to-join'; readonly address: Address }
  /** Another seed asks for a vote, and gets that. */
  | { readonly type: 'voted'; readonly about: 'join' | 'removal'; readonly address: Address; readonly seed: Address; readonly ok: boolean; readonly reason: string }
  /** A vote of ours is over. A removal says how many had reported the death: none, if this seed missed the member itself. */
  | { readonly type: 'decided'; readonly about: 'join' | 'removal'; readonly address: Address; readonly ok: boolean; readonly votes: number; readonly seeds: number; readonly reporters?: number }
  /** The list changed; `from` is the seed that told so, this one itself if it decided. */
  | { readonly type: 'applied'; readonly about: 'join' | 'removal' | 'leave'; readonly address: Address; readonly life: number; readonly from: Address }
  | { readonly type: 'accused'; readonly address: Address; readonly by: string; readonly at: string }
  /** This seed looked for itself. */
  | { readonly type: 'inquired'; readonly address: Address; readonly answered: boolean };
