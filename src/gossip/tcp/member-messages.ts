import type { Address } from '../address.ts';
import type { DialectName } from '../dialects/dialect.ts';
import type { Figures } from '../figures.ts';
import type { Standing } from '../judge/membership.ts';
import type { Output } from '../outputs.ts';
import type { GossipSettings } from '../settings.ts';
import type { GossipVocabulary } from '../vocabulary.ts';
import type { Mishaps } from './mishaps.ts';

/** What one node of a network is to be. */
export interface MemberSpec {
  readonly role: 'seed' | 'peer';
  /** The way in which it is Byzantine, if it is. */
  readonly fault: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly settings: GossipSettings;
  readonly dialect: DialectName;
  readonly version: string;
  /** The name of the network, if it is not that of its seeds. */
  readonly cluster: string | undefined;
  readonly data: string | undefined;
  readonly near: readonly Address[];
  /** How many times as fast as others its clock goes. */
  readonly speed?: number | undefined;
}

/** To a node in a process of its own. */
export type ToMember =
  | { readonly type: 'listen'; readonly spec: MemberSpec }
  | { readonly type: 'start'; readonly seeds: readonly Address[] }
  | { readonly type: 'mishaps'; readonly mishaps: Mishaps }
  | { readonly type: 'input'; readonly input: GossipVocabulary['input'] }
  /** Asks how it fares, or whom it has on its list. */
  | { readonly type: 'figures' | 'list' };

/** And from it. */
export type FromMember =
  | { readonly type: 'listening'; readonly address: Address }
  | { readonly type: 'output'; readonly output: Output }
  | { readonly type: 'stalled'; readonly lasted: number }
  | { readonly type: 'figures'; readonly figures: Figures }
  | { readonly type: 'list'; readonly list: readonly Standing[] }
  | { readonly type: 'failed'; readonly reason: string };
