import type { Address } from './address.ts';

/** One gossip message on its way. */
interface Spread {
  readonly text: string;
  readonly at: number;
  /** How many hops it took to whom. */
  readonly hops: Map<Address, number>;
  lastAt: number;
}

/** How far a message came, among those of whom that is asked: to how many, and to whom not. */
export interface Reach {
  readonly text: string;
  readonly reached: number;
  readonly of: number;
  readonly hops: number;
  readonly ms: number;
  readonly missing: readonly Address[];
}

/** How the messages of a network spread, as its nodes tell it: in any order, if they are processes. */
export class Spreads {
  readonly #said = new Map<string, Spread>();
  /** Those that somebody heard, and of whom nobody has told yet that he said them; who is Byzantine never does. */
  readonly #unsaid = new Map<string, Spread>();
  #last: string | undefined;

  /** Somebody says one. @returns who heard it before that was told */
  say(at: number, by: Address, hash: string, text: string): readonly Address[] {
    const early = this.#unsaid.get(hash);
    this.#unsaid.delete(hash);
    const hops = new Map([...(early?.hops ?? []), [by, 0]]);
    keep(this.#said, hash, { text, at, hops, lastAt: Math.max(at, early?.lastAt ?? 0) });
    this.#last = hash;
    return [...(early?.hops.keys() ?? [])];
  }

  /** @returns whether it is known who said it */
  hear(at: number, by: Address, from: Address, hash: string, text: string): boolean {
    let spread = this.#said.get(hash) ?? this.#unsaid.get(hash);
    if (spread === undefined) keep(this.#unsaid, hash, (spread = { text, at, hops: new Map(), lastAt: at }));
    spread.hops.set(by, (spread.hops.get(from) ?? 0) + 1);
    spread.lastAt = at;
    return this.#said.has(hash);
  }

  /** How far the last one came. @param audience whom it should reach */
  last(audience: readonly Address[]): Reach | undefined {
    return this.#last === undefined ? undefined : this.reach(this.#last, audience);
  }

  /** How far the last one came that ends so. */
  endingIn(end: string, audience: readonly Address[]): Reach | undefined {
    const found = Array.from(this.#said).findLast(([, { text }]) => text.endsWith(end));
    return found === undefined ? undefined : this.reach(found[0], audience);
  }

  reach(hash: string, audience: readonly Address[]): Reach | undefined {
    const spread = this.#said.get(hash);
    if (spread === undefined) return undefined;
    const { text, at, hops, lastAt } = spread;
    const missing = audience.filter((address) => !hops.has(address));
    const of = audience.length;
    return { text, reached: of - missing.length, of, hops: Math.max(...hops.values()), ms: lastAt - at, missing };
  }
}

/** Puts a message among those that are remembered, in the place of the oldest if need be. */
function keep(spreads: Map<string, Spread>, hash: string, spread: Spread): void {
  spreads.set(hash, spread);
  if (spreads.size > SPREADS_MAX) spreads.delete(spreads.keys().next().value!);
}

const SPREADS_MAX = 200;
