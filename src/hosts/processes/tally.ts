import type { Executed, Vote } from './service.ts';

/** Of the votes that a node received for one place in the log: those that carried what was executed there, and those that did not. */
export interface Tally {
  readonly correct: number;
  readonly corrupt: number;
}

/** Counts votes, for the last few places in the log. */
export class Tallies {
  readonly #votes = new Map<number, Map<string, number>>();
  #last: Executed | undefined;

  heard({ order, digest }: Vote): void {
    let votes = this.#votes.get(order);
    if (votes === undefined) this.#votes.set(order, (votes = new Map()));
    // A traitor may make up any number of digests: those beyond a few are all equally wrong.
    const key = votes.size < DIGESTS_MAX || votes.has(digest) ? digest : '';
    votes.set(key, (votes.get(key) ?? 0) + 1);
    while (this.#votes.size > ORDERS_MAX) this.#votes.delete(this.#votes.keys().next().value!);
  }

  executed(executed: Executed): void {
    this.#last = executed;
  }

  /** What was executed last. */
  get last(): Executed | undefined {
    return this.#last;
  }

  of({ order, digest }: Executed): Tally {
    const votes = this.#votes.get(order) ?? new Map<string, number>();
    const correct = votes.get(digest) ?? 0;
    const all = [...votes.values()].reduce((sum, count) => sum + count, 0);
    return { correct, corrupt: all - correct };
  }
}

const DIGESTS_MAX = 16;
const ORDERS_MAX = 256;
