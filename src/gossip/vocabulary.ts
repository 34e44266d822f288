import type { Address } from './address.ts';
import type { Message } from './messages.ts';
import type { Output } from './outputs.ts';
import type { Saved } from './statements.ts';

/** What peers and seeds take, say, hand on and save. */
export interface GossipVocabulary {
  readonly input:
    | { readonly type: 'say'; readonly text: string }
    /** Goes for good, and says so; `left` follows when a seed has it, or soon. */
    | { readonly type: 'leave' }
    | { readonly type: 'dial'; readonly address: Address };
  readonly message: Message;
  readonly output: Output;
  /** A seed’s list outlives it. */
  readonly record: Saved;
}
