/**
 * Arithmetic on words that are not known yet: each word holds one truth value for each of many independent orders, and what
 * is computed is a graph of gates instead of bits. Equal gates are made once (hash-consing: A. P. Ershov, "On programming
 * of arithmetic operations", CACM 1(8), 1958), operands of symmetric gates have one order, complements move outwards, and what
 * follows from the laws of Boolean algebra is not computed at all. A word that folds to a constant is thereby proved to be
 * that constant, whatever the coins show.
 */

/** A word of the graph: what a gate puts out. */
export type Signal = number & { readonly __brand: 'Word' };

/** `but` is `a` and not `b`. */
export type Gate =
  | { readonly type: 'constant'; readonly value: boolean }
  | { readonly type: 'coin'; readonly toss: string }
  | { readonly type: 'not'; readonly of: Signal }
  | { readonly type: 'and' | 'or' | 'xor' | 'but'; readonly a: Signal; readonly b: Signal }
  | { readonly type: 'select'; readonly chosen: Signal; readonly otherwise: Signal; readonly by: Signal }
  /** Whether at least so many of the votes hold, each being there as often as `counts` says. `adder.ts` makes sums of it. */
  | { readonly type: 'at-least'; readonly threshold: number; readonly votes: readonly Signal[]; readonly counts: readonly number[] };

export const FALSE = 0 as Signal;
export const TRUE = 1 as Signal;

/** The words of one symbolic run. */
export class Circuitry {
  readonly #gates: Gate[] = [
    { type: 'constant', value: false },
    { type: 'constant', value: true },
  ];
  readonly #known = new Map<string, Signal>();

  gate(word: Signal): Gate {
    return this.#gates[word]!;
  }

  /** How many were made, the ones that nothing needs included. */
  get size(): number {
    return this.#gates.length;
  }

  /** A fair coin for each order. The same toss is the same coin. */
  coin(toss: string): Signal {
    return this.#made(`coin ${toss}`, { type: 'coin', toss });
  }

  not(of: Signal): Signal {
    if (of === FALSE) return TRUE;
    if (of === TRUE) return FALSE;
    return this.#complemented(of) ?? this.#made(`not ${of}`, { type: 'not', of });
  }

  and(a: Signal, b: Signal): Signal {
    if (a > b) return this.and(b, a);
    if (a === FALSE) return FALSE;
    if (a === TRUE || a === b) return b;
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined && notB !== undefined) return this.not(this.or(notA, notB));
    if (notA !== undefined) return this.andNot(b, notA);
    if (notB !== undefined) return this.andNot(a, notB);
    if (this.#isWithin(a, b)) return a;
    if (this.#isWithin(b, a)) return b;
    return this.#made(`and ${a} ${b}`, { type: 'and', a, b });
  }

  or(a: Signal, b: Signal): Signal {
    if (a > b) return this.or(b, a);
    if (a === FALSE || a === b) return b;
    if (a === TRUE) return TRUE;
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined && notB !== undefined) return this.not(this.and(notA, notB));
    if (notA !== undefined) return this.not(this.andNot(notA, b));
    if (notB !== undefined) return this.not(this.andNot(notB, a));
    if (this.#isWithin(a, b)) return b;
    if (this.#isWithin(b, a)) return a;
    return this.#made(`or ${a} ${b}`, { type: 'or', a, b });
  }

  xor(a: Signal, b: Signal): Signal {
    if (a > b) return this.xor(b, a);
    if (a === b) return FALSE;
    if (a === FALSE) return b;
    if (a === TRUE) return this.not(b);
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined) return this.not(this.xor(notA, b));
    if (notB !== undefined) return this.not(this.xor(a, notB));
    return this.#made(`xor ${a} ${b}`, { type: 'xor', a, b });
  }

  /** `a` and not `b`. */
  andNot(a: Signal, b: Signal): Signal {
    if (a === FALSE || b === TRUE || a === b) return FALSE;
    if (b === FALSE) return a;
    if (a === TRUE) return this.not(b);
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notB !== undefined) return this.and(a, notB);
    if (notA !== undefined) return this.not(this.or(notA, b));
    if (this.#isWithin(a, b)) return FALSE;
    return this.#made(`but ${a} ${b}`, { type: 'but', a, b });
  }

  select({ by, chosen, otherwise }: { readonly by: Signal; readonly chosen: Signal; readonly otherwise: Signal }): Signal {
    if (by === TRUE || chosen === otherwise) return chosen;
    if (by === FALSE) return otherwise;
    const notBy = this.#complemented(by);
    if (notBy !== undefined) return this.select({ by: notBy, chosen: otherwise, otherwise: chosen });
    if (chosen === FALSE || chosen === this.not(by)) return this.andNot(otherwise, by);
    if (chosen === TRUE || chosen === by) return this.or(by, otherwise);
    if (otherwise === FALSE || otherwise === by) return this.and(by, chosen);
    if (otherwise === TRUE || otherwise === this.not(by)) return this.not(this.andNot(by, chosen));
    const [notChosen, notOtherwise] = [this.#complemented(chosen), this.#complemented(otherwise)];
    if (notChosen === otherwise || notOtherwise === chosen) return this.xor(by, otherwise);
    if (notChosen !== undefined && notOtherwise !== undefined) return this.not(this.select({ by, chosen: notChosen, otherwise: notOtherwise }));
    return this.#made(`select ${by} ${chosen} ${otherwise}`, { type: 'select', chosen, otherwise, by });
  }

  /** Whether at least `threshold` of the votes hold. */
  atLeast(votes: readonly Signal[], threshold: number): Signal {
    const times = new Map<Signal, number>();
    for (const vote of votes) times.set(vote, (times.get(vote) ?? 0) + 1);
    const wanted = threshold - withoutConstants(this, times);
    let most = 0;
    for (const count of times.values()) most += count;
    if (wanted <= 0) return TRUE;
    if (wanted > most) return FALSE;
    // Who has enough votes alone, where all others together have too few, decides alone.
    for (const [vote, count] of times) if (count >= wanted && most - count < wanted) return vote;
    const sorted = [...times].sort(([a], [b]) => a - b);
    if (wanted === 1) return sorted.reduce((any, [vote]) => this.or(any, vote), FALSE);
    if (wanted === most) return sorted.reduce((all, [vote]) => this.and(all, vote), TRUE);
    return this.#made(`at-least ${wanted} ${sorted.map(([vote, count]) => (count === 1 ? `${vote}` : `${vote}x${count}`)).join(' ')}`, {
      type: 'at-least',
      threshold: wanted,
      votes: sorted.map(([vote]) => vote),
      counts: sorted.map(([, count]) => count),
    });
  }

  /** What this word is the complement of; undefined if it is none. */
  #complemented(word: Signal): Signal | undefined {
    const gate = this.#gates[word]!;
    return gate.type === 'not' ? gate.of : undefined;
  }

  /** Whether `a` plainly holds only where `b` does: it is `b` and something, or `b` is `a` or something. */
  #isWithin(a: Signal, b: Signal): boolean {
    const [inner, outer] = [this.#gates[a]!, this.#gates[b]!];
    if (outer.type === 'or' && (outer.a === a || outer.b === a)) return true;
    return (inner.type === 'and' && (inner.a === b || inner.b === b)) || (inner.type === 'but' && inner.a === b);
  }

  #made(key: string, gate: Gate): Signal {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const word = this.#gates.length as Signal;
    this.#gates.push(gate);
    this.#known.set(key, word);
    return word;
  }
}

/** Takes out the votes that are known, and pairs of a word and its complement. @returns how many of them hold */
export function withoutConstants(words: Circuitry, times: Map<Signal, number>): number {
  let sure = times.get(TRUE) ?? 0;
  times.delete(TRUE);
  times.delete(FALSE);
  for (const [vote, count] of times) {
    const gate = words.gate(vote);
    const pairs = gate.type === 'not' ? Math.min(count, times.get(gate.of) ?? 0) : 0;
    if (gate.type !== 'not' || pairs === 0) continue;
    sure += pairs;
    take(times, vote, pairs);
    take(times, gate.of, pairs);
  }
  return sure;
}

function take(times: Map<Signal, number>, vote: Signal, count: number): void {
  const left = times.get(vote)! - count;
  if (left === 0) times.delete(vote);
  else times.set(vote, left);
}
