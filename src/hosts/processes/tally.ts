import type { NodeId } from '../../core/node.ts';
import type { Executed, Vote } from './service.ts';

/** Of the votes that a node received for one place in the log: those that carried what was executed there, and those that did not. */
export interface Tally {
  readonly order: number;
  readonly correct: number;
  readonly corrupt: number;
}

/** Counts votes, for the last few places in the log. */
export class Tallies {
  readonly #votes = new Map<number, Map<string, number>>();
  readonly #executed = new Map<number, string>();
  #last: number | undefined;

  heard(_from: NodeId, { order, digest }: Vote): void {
    let votes = this.#votes.get(order);
    if (votes === undefined) this.#votes.set(order, (votes = new Map()));
    // A traitor may make up any number of digests: those beyond a few are all equally wrong.
    const key = votes.size < DIGESTS_MAX || votes.has(digest) ? digest : '';
    votes.set(key, (votes.get(key) ?? 0) + 1);
    forget(this.#votes);
  }

  executed({ order, digest }: Executed): void {
    this.#executed.set(order, digest);
    this.#last = order;
    forget(this.#executed);
  }

  /** Of the last place where something was executed. */
  last(): Tally | undefined {
    if (this.#last === undefined) return undefined;
    const digest = this.#executed.get(this.#last)!;
    const votes = this.#votes.get(this.#last) ?? new Map<string, number>();
    const correct = votes.get(digest) ?? 0;
    const all = [...votes.values()].reduce((sum, count) => sum + count, 0);
    return { order: this.#last, correct, corrupt: all - correct };
  }
}

const DIGESTS_MAX = 16;
const ORDERS_MAX = 256;

/** Keeps the youngest few. */
function forget(orders: Map<number, unknown>): void {
  while (orders.size > ORDERS_MAX) orders.delete(orders.keys().next().value!);
}
