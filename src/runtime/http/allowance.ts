import type { NodeId } from '../../core/node.ts';

/** What each node may ask of this one; its clients count with it. */
export interface Rates {
  /** Messages and bytes a second. */
  readonly messages: number;
  readonly bytes: number;
  /** Of each second, how many milliseconds may always go into messages from which nothing follows. */
  readonly vain: number;
}

/**
 * No loyal node comes near the first two: a thread takes 12,000 messages a second of all nodes together, on a fast machine.
 *
 * What a traitor would spend is our time: on brackets to parse, proofs to check, digests to make. What it costs is not
 * reckoned but measured, so nothing is forgotten; and only where nothing came of it, as all that carries an order on is work
 * that has to be done anyway. Of loyal nodes votes that complete no quorum are in vain, of each about as many. So a node may
 * spend a little, all traitors together a tenth of the time; and beyond that twice of what most nodes do, whatever that is on
 * this machine, at this load.
 */
export const ratesFor = (faults: number): Rates => ({ messages: 20_000, bytes: 32 * 1024 * 1024, vain: 100 / Math.max(1, faults) });

/** How much the nodes that are heard here may ask. */
export class Allowance {
  readonly #rates: Rates;
  readonly #peers: number;
  readonly #now: () => number;
  readonly #nodes = new Map<NodeId, { readonly messages: Bucket; readonly bytes: Bucket; readonly vain: Lately }>();
  /** What most nodes have spent in vain lately, and when that was looked at. */
  #usual = { vain: 0, at: -Infinity };

  /** @param peers how many nodes there are beside this one @param now in milliseconds */
  constructor(rates: Rates, peers: number, now: () => number) {
    this.#rates = rates;
    this.#peers = peers;
    this.#now = now;
  }

  /** A message of that many bytes is to be read. @returns milliseconds to wait before it may be; 0 if it may */
  take(from: NodeId, size: number): number {
    const now = this.#now();
    const { messages, bytes, vain } = this.#of(from);
    const wait = Math.max(messages.wait(now), bytes.wait(now), vain.wait(now, this.#rates.vain + 2 * this.#usually(now)));
    if (wait > 0) return Math.min(wait, WAIT_MAX);
    messages.take(1);
    bytes.take(size);
    return 0;
  }

  /** So many milliseconds went into a message of that node and that size, from which nothing followed. */
  spend(from: NodeId, size: number, milliseconds: number): void {
    // What takes longer had to wait for the processor, or for garbage to be collected.
    this.#of(from).vain.add(this.#now(), Math.min(milliseconds, COST + size * COST_BYTE));
  }

  #of(from: NodeId): { readonly messages: Bucket; readonly bytes: Bucket; readonly vain: Lately } {
    let node = this.#nodes.get(from);
    if (node === undefined) {
      const { messages, bytes } = this.#rates;
      const now = this.#now();
      node = { messages: new Bucket(messages, now), bytes: new Bucket(bytes, now), vain: new Lately(now) };
      this.#nodes.set(from, node);
    }
    return node;
  }

  /** The median, as most nodes are loyal. */
  #usually(now: number): number {
    if (now - this.#usual.at >= LOOK_EVERY) {
      const spent = [...this.#nodes.values()].map(({ vain }) => vain.at(now)).sort((a, b) => b - a);
      this.#usual = { vain: spent[Math.floor(this.#peers / 2)] ?? 0, at: now };
    }
    return this.#usual.vain;
  }
}

/**
 * A bucket that fills with time, and may be emptied below nothing once: so whatever is in it is enough for a message of any
 * size, and the next waits until that is made up for.
 */
class Bucket {
  readonly #rate: number;
  #level: number;
  #at: number;

  /** @param most what it holds, and what it gets a second */
  constructor(most: number, now: number) {
    this.#rate = most / SECOND;
    this.#level = most;
    this.#at = now;
  }

  /** Milliseconds until there is something in it. */
  wait(now: number): number {
    this.#level = Math.min(SECOND * this.#rate, this.#level + (now - this.#at) * this.#rate);
    this.#at = now;
    return this.#level > 0 ? 0 : Math.max(1, -this.#level / this.#rate);
  }

  take(amount: number): void {
    this.#level = Math.max(this.#level - amount, -WAIT_MAX * this.#rate);
  }
}

/** A sum that fades by e each second: what is added a second, in the long run. */
class Lately {
  #sum = 0;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  at(now: number): number {
    this.#sum *= Math.exp((this.#at - now) / SECOND);
    this.#at = now;
    return this.#sum;
  }

  add(now: number, amount: number): void {
    this.#sum = this.at(now) + amount;
  }

  /** Milliseconds until it has faded to so much. */
  wait(now: number, most: number): number {
    const sum = this.at(now);
    return sum <= most ? 0 : Math.max(1, SECOND * Math.log(sum / most));
  }
}

const SECOND = 1000;
/** Milliseconds that a node waits at the most, whatever it did. */
const WAIT_MAX = 2000;
/** Milliseconds between two looks at what is usual. */
const LOOK_EVERY = 100;
/** Milliseconds that a message may cost, and each of its bytes, which may be of proofs: more than any does. */
const COST = 5;
const COST_BYTE = 0.001;
