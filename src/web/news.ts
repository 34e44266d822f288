import type { Progress } from '../campaign/bar.ts';
import type { Demo } from '../repl/command.ts';
import type { Member } from '../generals/outcome.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../generals/order.ts';
import type { Trace } from '../generals/fact.ts';

/**
 * What a page and the laboratory behind it say to each other: plain data, since they are a thread or a network apart. Behind a page is
 * either an army in virtual time, in a thread of the page, or the army at a prompt.
 */
export type Ask =
  /** Begins anew, and runs these lines. */
  | { readonly type: 'begin'; readonly beginning: Beginning }
  /** Runs a line as if it had been typed at the prompt. */
  | { readonly type: 'line'; readonly line: string }
  /** Why that general decided as it did in the last order. */
  | { readonly type: 'why'; readonly id: number }
  /** Runs the last order once more, with one message changed. */
  | { readonly type: 'fork'; readonly change: Change }
  /** Counts how often the loyal agree, by the number of traitors. */
  | { readonly type: 'odds'; readonly strategy: string; readonly orders: number }
  /** Ends what takes long, with what it has so far. */
  | { readonly type: 'stop' };

/** How a session begins that can be repeated. */
export interface Beginning {
  readonly count: number;
  readonly seed: number;
  readonly protocol: string;
  readonly lines: readonly string[];
}

/** One message of an order, and what is to be said in its place. */
export interface Change {
  readonly round: number;
  readonly from: number;
  readonly to: number;
  /** Which of those from one to the other in that round: 0, 1, 2 … */
  readonly index: number;
  readonly word: 'attack' | 'retreat' | 'silence';
}

export type News =
  /** What there is to choose from; before all else. */
  | { readonly type: 'hello'; readonly version: string; readonly isLive: boolean; readonly protocols: readonly Choice[]; readonly strategies: readonly Choice[]; readonly commands: readonly (readonly [form: string, summary: string])[]; readonly demos: readonly Demo[] }
  /** The army as it stands, after anything that may have changed it, and its last order; null if there is none, left out if it is the one that was told before. */
  | { readonly type: 'camp'; readonly camp: Camp; readonly last?: OrderView | null }
  /** A session has begun; `entries` are its lines and what came of them. */
  | { readonly type: 'begun'; readonly entries: readonly Entry[] }
  | { readonly type: 'entry'; readonly entry: Entry }
  | { readonly type: 'progress'; readonly progress: Progress | undefined }
  | { readonly type: 'why'; readonly why: Why }
  /** The order as it would have been, and the lines that make it so. */
  | { readonly type: 'fork'; readonly change: Change; readonly lines: readonly string[]; readonly order: OrderView }
  | { readonly type: 'odds'; readonly odds: Odds }
  /** What was asked for cannot be; nothing has changed. */
  | { readonly type: 'mistake'; readonly message: string };

/** Something to choose, and what it is. */
export interface Choice {
  readonly name: string;
  readonly summary: string;
}

/** An army as it stands. */
export interface Camp extends Beginning {
  readonly members: readonly Member[];
  /** The seed as it is now. */
  readonly now: number;
  /** The protocol that is followed now. */
  readonly follows: string;
  readonly m: number;
  /** The lines of a script that repeats the session. */
  readonly script: readonly string[];
}

/** A line, and what came of it. */
export interface Entry {
  readonly line: string;
  /** As the prompt prints it. */
  readonly text: string;
  readonly isMistake: boolean;
  readonly proof?: Proof;
  /** What `save` would have written. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** One order, with all that a page shows of it. */
export interface OrderView {
  readonly trace: Trace;
  /** In how many rounds messages are sent. */
  readonly rounds: number;
  /** What each lieutenant would have decided, had nothing more come: after no round, after the first, after the second … */
  readonly leanings: readonly { readonly id: NodeId; readonly after: readonly (Order | null)[] }[];
  /** Through whom a message came, where messages say so; and how messages are to be read. */
  readonly legend: string | undefined;
  /** What came of it, as the prompt prints it. */
  readonly text: string;
}

/** Why one general decided as it did. */
export interface Why {
  readonly order: number;
  readonly id: NodeId;
  /** As `g-why` prints it. */
  readonly text: string;
  readonly sentences: readonly string[];
  readonly causes: readonly { readonly round: number; readonly from: NodeId; readonly text: string }[];
  /** A tree by its indentation, two spaces a level. */
  readonly evidence: readonly string[];
}

/** What a check came to. */
export interface Proof {
  readonly type: 'holds' | 'violated' | 'unknown';
  /** The commands that show the smallest lie; none where there is none. */
  readonly lines: readonly string[];
}

/** How often properties hold, by the number of traitors. */
export interface Odds {
  readonly protocol: string;
  /** Or f, where a protocol is run for as many traitors as there are. */
  readonly m: number | 'f';
  readonly members: number;
  readonly strategy: string;
  readonly seed: number;
  readonly asked: number;
  readonly rows: readonly OddsRow[];
  readonly isOver: boolean;
}

export interface OddsRow {
  readonly faults: number;
  readonly orders: number;
  readonly agreement: Share;
  /** Given a loyal commander. */
  readonly validity: Share;
}

/** A share that was counted, with its 95 % interval, and the exact one where it is known. */
export interface Share {
  readonly counted: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
  readonly exact: number | null;
  /** Whether it says nothing: nobody is there who could disagree, or disobey. */
  readonly isTrivial: boolean;
}
