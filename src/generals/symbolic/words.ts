/**
 * Arithmetic on words that are not known yet: each word holds one truth value for each of many independent orders, and what
 * is computed is a graph of gates instead of bits. Equal gates are made once (hash-consing: A. P. Ershov, "On programming
 * of arithmetic operations", CACM 1(8), 1958), operands of symmetric gates have one order, complements move outwards, and what
 * follows from the laws of Boolean algebra is not computed at all. A word that folds to a constant is thereby proved to be
 * that constant, whatever the coins show.
 */

/** A word of the graph: what a gate puts out. */
export type Word = number & { readonly __brand: 'Word' };

/** `but` is `a` and not `b`. */
export type Gate =
  | { readonly type: 'constant'; readonly value: boolean }
  | { readonly type: 'coin'; readonly toss: string }
  | { readonly type: 'not'; readonly of: Word }
  | { readonly type: 'and' | 'or' | 'xor' | 'but'; readonly a: Word; readonly b: Word }
  | { readonly type: 'select'; readonly chosen: Word; readonly otherwise: Word; readonly by: Word };

export const NEVER = 0 as Word;
export const ALWAYS = 1 as Word;

/** The words of one symbolic run. */
export class Words {
  readonly #gates: Gate[] = [
    { type: 'constant', value: false },
    { type: 'constant', value: true },
  ];
  readonly #known = new Map<string, Word>();

  gate(word: Word): Gate {
    return this.#gates[word]!;
  }

  /** How many were made, the ones that nothing needs included. */
  get size(): number {
    return this.#gates.length;
  }

  /** A fair coin for each order. The same toss is the same coin. */
  coin(toss: string): Word {
    return this.#made(`coin ${toss}`, { type: 'coin', toss });
  }

  not(of: Word): Word {
    if (of === NEVER) return ALWAYS;
    if (of === ALWAYS) return NEVER;
    return this.#complemented(of) ?? this.#made(`not ${of}`, { type: 'not', of });
  }

  and(a: Word, b: Word): Word {
    if (a > b) return this.and(b, a);
    if (a === NEVER) return NEVER;
    if (a === ALWAYS || a === b) return b;
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined && notB !== undefined) return this.not(this.or(notA, notB));
    if (notA !== undefined) return this.but(b, notA);
    if (notB !== undefined) return this.but(a, notB);
    if (this.#isWithin(a, b)) return a;
    if (this.#isWithin(b, a)) return b;
    return this.#made(`and ${a} ${b}`, { type: 'and', a, b });
  }

  or(a: Word, b: Word): Word {
    if (a > b) return this.or(b, a);
    if (a === NEVER || a === b) return b;
    if (a === ALWAYS) return ALWAYS;
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined && notB !== undefined) return this.not(this.and(notA, notB));
    if (notA !== undefined) return this.not(this.but(notA, b));
    if (notB !== undefined) return this.not(this.but(notB, a));
    if (this.#isWithin(a, b)) return b;
    if (this.#isWithin(b, a)) return a;
    return this.#made(`or ${a} ${b}`, { type: 'or', a, b });
  }

  xor(a: Word, b: Word): Word {
    if (a > b) return this.xor(b, a);
    if (a === b) return NEVER;
    if (a === NEVER) return b;
    if (a === ALWAYS) return this.not(b);
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notA !== undefined) return this.not(this.xor(notA, b));
    if (notB !== undefined) return this.not(this.xor(a, notB));
    return this.#made(`xor ${a} ${b}`, { type: 'xor', a, b });
  }

  /** `a` and not `b`. */
  but(a: Word, b: Word): Word {
    if (a === NEVER || b === ALWAYS || a === b) return NEVER;
    if (b === NEVER) return a;
    if (a === ALWAYS) return this.not(b);
    const [notA, notB] = [this.#complemented(a), this.#complemented(b)];
    if (notB !== undefined) return this.and(a, notB);
    if (notA !== undefined) return this.not(this.or(notA, b));
    if (this.#isWithin(a, b)) return NEVER;
    return this.#made(`but ${a} ${b}`, { type: 'but', a, b });
  }

  select({ by, chosen, otherwise }: { readonly by: Word; readonly chosen: Word; readonly otherwise: Word }): Word {
    if (by === ALWAYS || chosen === otherwise) return chosen;
    if (by === NEVER) return otherwise;
    const notBy = this.#complemented(by);
    if (notBy !== undefined) return this.select({ by: notBy, chosen: otherwise, otherwise: chosen });
    if (chosen === NEVER || chosen === this.not(by)) return this.but(otherwise, by);
    if (chosen === ALWAYS || chosen === by) return this.or(by, otherwise);
    if (otherwise === NEVER || otherwise === by) return this.and(by, chosen);
    if (otherwise === ALWAYS || otherwise === this.not(by)) return this.not(this.but(by, chosen));
    const [notChosen, notOtherwise] = [this.#complemented(chosen), this.#complemented(otherwise)];
    if (notChosen === otherwise || notOtherwise === chosen) return this.xor(by, otherwise);
    if (notChosen !== undefined && notOtherwise !== undefined) return this.not(this.select({ by, chosen: notChosen, otherwise: notOtherwise }));
    return this.#made(`select ${by} ${chosen} ${otherwise}`, { type: 'select', chosen, otherwise, by });
  }

  /** What this word is the complement of; undefined if it is none. */
  #complemented(word: Word): Word | undefined {
    const gate = this.#gates[word]!;
    return gate.type === 'not' ? gate.of : undefined;
  }

  /** Whether `a` plainly holds only where `b` does: it is `b` and something, or `b` is `a` or something. */
  #isWithin(a: Word, b: Word): boolean {
    const [inner, outer] = [this.#gates[a]!, this.#gates[b]!];
    if (outer.type === 'or' && (outer.a === a || outer.b === a)) return true;
    return (inner.type === 'and' && (inner.a === b || inner.b === b)) || (inner.type === 'but' && inner.a === b);
  }

  #made(key: string, gate: Gate): Word {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const word = this.#gates.length as Word;
    this.#gates.push(gate);
    this.#known.set(key, word);
    return word;
  }
}
