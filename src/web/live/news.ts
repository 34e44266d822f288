import type { Fields } from '../../trace/sound.ts';

/**
 * What a page is told of nodes that really run, beside whatever runs them: facts as traces have them, as they happen, and what is said
 * at the prompt. All times are ms since they began.
 */
export type LiveNews =
  /** What it is; before all else. */
  | { readonly type: 'live'; readonly live: LiveHello }
  /** All that is kept, in the place of what was told before. */
  | { readonly type: 'recent'; readonly now: number; readonly left: number; readonly head: Fields; readonly facts: readonly Fields[] }
  /** Who is there has changed. */
  | { readonly type: 'head'; readonly head: Fields }
  /** `left` is how many messages were not told in all, as there were too many. */
  | { readonly type: 'facts'; readonly now: number; readonly left: number; readonly facts: readonly Fields[] }
  /** Who has just heard whom, of what else nothing is told. */
  | { readonly type: 'pulse'; readonly pairs: readonly (readonly [from: number, to: number])[] }
  | { readonly type: 'spoken'; readonly spoken: readonly Spoken[]; readonly isAll?: boolean }
  | { readonly type: 'mistake'; readonly message: string };

/** What a live page shows. */
export interface LiveHello {
  readonly system: 'network' | 'words' | 'cluster';
  /** What stands before a line that is typed. */
  readonly prompt: string;
  readonly commands: readonly (readonly [form: string, summary: string])[];
  /** What may be typed, for who does not know. */
  readonly hint: string;
  /** The line that starts the same again. */
  readonly again: string;
}

/** A line that was typed at the prompt or in a page, or one that was printed. */
export interface Spoken {
  readonly text: string;
  readonly sort: 'typed' | 'printed' | 'mistake';
}
