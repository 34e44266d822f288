import type { Loop, Timer } from '../../runtime/loop.ts';
import type { Address } from '../address.ts';

/** What goes wrong between nodes of a network, on purpose. */
export interface Mishaps {
  /** Who says nothing that reaches whom: nobody of `from` reaches anybody of `to`. */
  readonly cuts: readonly { readonly from: readonly Address[]; readonly to: readonly Address[] }[];
  /** The share of messages that are lost, from 0 to 1; they come later then. */
  readonly loss: number;
  /** By how many ms what somebody says is late. */
  readonly slow: readonly (readonly [who: Address, by: number])[];
  /** By how many ms a clock is wrong. */
  readonly clocks: readonly (readonly [who: Address, by: number])[];
}

export const NO_MISHAPS: Mishaps = { cuts: [], loss: 0, slow: [], clocks: [] };

/** What waits on one link, in order. */
interface Waiting {
  readonly to: () => Address | undefined;
  readonly says: (() => void)[];
  timer: Timer | undefined;
}

/** What becomes of all that one node says: nothing, or it is late, or waits until a cut is healed, in order as on any link. */
export class Delays {
  readonly #own: Address;
  readonly #loop: Loop;
  readonly #waiting = new Map<object, Waiting>();
  #mishaps = NO_MISHAPS;
  /** Whom it does not reach, and who does not reach it: looked up for each message, and there may be thousands. */
  #deaf: ReadonlySet<Address> = new Set();
  #mute: ReadonlySet<Address> = new Set();
  /** Each loss is a number of its own: nothing is proven by these. */
  #losses = 0;

  constructor(own: Address, loop: Loop) {
    this.#own = own;
    this.#loop = loop;
  }

  set(mishaps: Mishaps): void {
    this.#mishaps = mishaps;
    this.#deaf = new Set(mishaps.cuts.flatMap(({ from, to }) => (from.includes(this.#own) ? to : [])));
    this.#mute = new Set(mishaps.cuts.flatMap(({ from, to }) => (to.includes(this.#own) ? from : [])));
    for (const waiting of Array.from(this.#waiting.values())) this.#goOn(waiting);
  }

  /** By how many ms its clock is wrong. */
  get clock(): number {
    return this.#mishaps.clocks.find(([who]) => who === this.#own)?.[1] ?? 0;
  }

  /** Whether no link can be opened, in whichever way it is cut. */
  isCutFrom(to: Address): boolean {
    return this.#deaf.has(to) || this.#mute.has(to);
  }

  /** Says something over a link, now or when it may. @param to whoever is there, once that is known */
  over(link: object, to: () => Address | undefined, say: () => void): void {
    const waiting = this.#waiting.get(link);
    if (waiting !== undefined) return void waiting.says.push(say);
    if (this.#mishaps === NO_MISHAPS) return say();
    const made: Waiting = { to, says: [say], timer: undefined };
    this.#waiting.set(link, made);
    this.#goOn(made);
  }

  /** A link is closed: what waits for it is never said. */
  forget(link: object): void {
    this.#loop.cancel(this.#waiting.get(link)?.timer);
    this.#waiting.delete(link);
  }

  /** After how long something gets through; undefined as long as it cannot. */
  #after(to: Address | undefined): number | undefined {
    const { loss, slow } = this.#mishaps;
    if (to !== undefined && this.#deaf.has(to)) return undefined;
    let after = slow.find(([who]) => who === this.#own)?.[1] ?? 0;
    // As TCP does: again after 200 ms, and then after twice as long each time.
    for (let pause = REPEAT_MIN; pause < REPEAT_MAX && this.#isLost(loss); pause *= 2) after += pause;
    return after;
  }

  /** Evenly spread (Weyl): of n in a row, n times the share are lost. */
  #isLost(loss: number): boolean {
    this.#losses += 1;
    return (this.#losses * 0.6180339887498949) % 1 < loss;
  }

  #goOn(waiting: Waiting): void {
    this.#loop.cancel(waiting.timer);
    const after = this.#after(waiting.to());
    if (after === undefined) return;
    waiting.timer = this.#loop.after(after, () => {
      waiting.says.shift()?.();
      if (waiting.says.length > 0) return this.#goOn(waiting);
      for (const [link, one] of this.#waiting) if (one === waiting) this.#waiting.delete(link);
    });
  }
}

const REPEAT_MIN = 200;
const REPEAT_MAX = 60_000;
