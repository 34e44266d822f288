import type { Executed, Place, Vote } from './service.ts';

/** Of the votes that a node received for one place in the log: those that carried what was executed there, and those that did not. */
export interface Tally {
  readonly correct: number;
  readonly corrupt: number;
}

/** Counts votes, and knows what was executed, for the last few places in the log. */
export class Tallies {
  readonly #votes = new Map<number, Map<string, number>>();
  readonly #executed = new Map<number, Executed>();

  heard({ order, digest }: Vote): void {
    let votes = this.#votes.get(order);
    if (votes === undefined) this.#votes.set(order, (votes = new Map()));
    // A traitor may make up any number of digests: those beyond a few are all equally wrong.
    const key = votes.size < DIGESTS_MAX || votes.has(digest) ? digest : '';
    votes.set(key, (votes.get(key) ?? 0) + 1);
    trim(this.#votes);
  }

  executed(executed: Executed): void {
    this.#executed.set(executed.order, executed);
    trim(this.#executed);
  }

  /** Where a request was executed, if it was here and not long ago. */
  placeOf(request: string): Place | undefined {
    const found = [...this.#executed.values()].findLast(({ requests }) => requests.includes(request));
    return found === undefined ? undefined : { order: found.order, digest: found.digest };
  }

  of({ order, digest }: Place): Tally {
    const votes = this.#votes.get(order) ?? new Map<string, number>();
    const correct = votes.get(digest) ?? 0;
    const all = [...votes.values()].reduce((sum, count) => sum + count, 0);
    return { correct, corrupt: all - correct };
  }
}

function trim(map: Map<number, unknown>): void {
  while (map.size > ORDERS_MAX) map.delete(map.keys().next().value!);
}

const DIGESTS_MAX = 16;
const ORDERS_MAX = 256;
