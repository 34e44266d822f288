import type { NodeId } from '../core/node.ts';
import type { Violation } from '../runtime/virtual/system.ts';
import type { Decision } from './vocabulary.ts';

/** How a consensus ended for one peer, as its judge sees it. */
export type Ended = Pick<Decision, 'key' | 'root' | 'm' | 'word' | 'outcome' | 'silent'> & { readonly isInitiator: boolean };

/**
 * Whether peers that say that an outcome holds hold the same, and what a loyal initiator began with; and whether an initiator that
 * says so has been answered by all.
 */
export class WordsJudge {
  violation: Violation | undefined;
  readonly #isLoyal: (id: NodeId) => boolean;
  /** What each loyal peer says, by consensus. */
  readonly #ended = new Map<string, Map<NodeId, Ended>>();
  /** What loyal initiators began with, by the id of the consensus. */
  readonly #begun = new Map<string, string>();

  /** Who may decide again, as it has forgotten that it did. */
  readonly #restarted = new Set<NodeId>();

  constructor(isLoyal: (id: NodeId) => boolean) {
    this.#isLoyal = isLoyal;
  }

  /** A loyal peer asks all others. */
  begins(root: string, word: string): void {
    this.#begun.set(root, word);
  }

  restarted(by: NodeId): void {
    this.#restarted.add(by);
  }

  /** @param members all whom it is among, the initiator too */
  decided(by: NodeId, ended: Ended, members: readonly NodeId[]): void {
    const { key, root, word, outcome, isInitiator, m } = ended;
    // Among more traitors nothing is promised.
    if (members.filter((id) => !this.#isLoyal(id)).length > m) return;
    let all = this.#ended.get(key);
    if (all === undefined) this.#ended.set(key, (all = new Map()));
    if (all.has(by) && !this.#restarted.has(by)) this.#break('once', `node ${by} decided twice`);
    all.set(by, ended);
    if (outcome !== 'holds') return;
    for (const [other, { word: also, outcome: sure }] of all) {
      if (sure === 'holds' && also !== word) this.#break('agreement', `node ${by} holds ${JSON.stringify(word)}, and node ${other} ${JSON.stringify(also)}`);
    }
    const begun = this.#begun.get(root);
    if (begun !== undefined && begun !== word) this.#break('validity', `node ${by} holds ${JSON.stringify(word)}, and the initiator began with ${JSON.stringify(begun)}`);
    if (!isInitiator) return;
    const without = members.find((id) => id !== by && this.#isLoyal(id) && all.get(id)?.outcome !== 'holds');
    if (without !== undefined) this.#break('certainty', `node ${by} says that its word holds, and node ${without} does not`);
  }

  /** What came of it for each loyal peer. */
  of(root: string): ReadonlyMap<NodeId, Ended> {
    for (const ended of this.#ended.values()) for (const one of ended.values()) if (one.root === root) return ended;
    return new Map();
  }

  #break(property: string, witness: string): void {
    this.violation ??= { property, witness };
  }

  figures(): { readonly consensuses: number; readonly holds: number; readonly unknown: number } {
    const all = [...this.#ended.values()].flatMap((ended) => [...ended.values()]);
    const holds = all.filter(({ outcome }) => outcome === 'holds').length;
    return { consensuses: this.#ended.size, holds, unknown: all.length - holds };
  }
}
