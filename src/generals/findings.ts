import type { Order } from './order.ts';

/** What the secondaries' ballots come to. `votes` of `members` are for the order, or for the order with the most ballots. */
export interface Verdict {
  readonly type: 'execute' | 'split' | 'undecidable';
  /** What is to be executed; undefined unless the type is `execute`. */
  readonly order: Order | undefined;
  readonly votes: number;
  readonly members: number;
  /** Traitors and lost generals. */
  readonly faulty: number;
}

/** Whether a property held in a run; `unknown` where something outside of the model kept us from knowing. */
export type Finding =
  | { readonly type: 'holds' }
  | { readonly type: 'violated'; readonly witness: string }
  | { readonly type: 'unknown'; readonly reason: string };

/** The properties of interactive consistency (Lamport, Shostak and Pease 1982, §1), and that it ended. */
export interface Findings {
  /** IC1: all loyal lieutenants decide the same. */
  readonly agreement: Finding;
  /** IC2: if the commander is loyal, every loyal lieutenant decides what it ordered. */
  readonly validity: Finding;
  /** Every loyal general decides. */
  readonly termination: Finding;
}
