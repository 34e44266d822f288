import type { Limits } from './limits.ts';
import type { Wire } from './wire.ts';

interface Guest {
  readonly address: string;
  /** When it last said anything that means something; undefined if it never did. */
  heardAt: number | undefined;
}

/**
 * The links that others opened, so that idle ones, be they thousands, keep nobody out: when there is no room for another, the one gives
 * way that has been silent the longest, those first that never said anything. Only where all speak the new one is refused.
 */
export class Room {
  readonly #limits: Limits;
  /** Each from the one on that was silent the longest. */
  readonly #silent = new Map<Wire, Guest>();
  readonly #speaking = new Map<Wire, Guest>();
  readonly #addresses = new Map<string, number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#silent.size + this.#speaking.size;
  }

  /** @returns whether there is room for another from that address now */
  makeFor(address: string): boolean {
    const isCrowd = !/^127\.|^::1$/.test(address) && (this.#addresses.get(address) ?? 0) >= this.#limits.linksOfAddress;
    if (!isCrowd && this.size < this.#limits.links) return true;
    const victim = this.#victim(isCrowd ? address : undefined);
    victim?.close('it gave way to another');
    return victim !== undefined;
  }

  #victim(address: string | undefined): Wire | undefined {
    for (const [wire, guest] of this.#silent) if (address === undefined || guest.address === address) return wire;
    const before = performance.now() - PATIENCE;
    for (const [wire, guest] of this.#speaking) {
      if (guest.heardAt! > before) return undefined;
      if (address === undefined || guest.address === address) return wire;
    }
    return undefined;
  }

  add(wire: Wire, address: string): void {
    this.#silent.set(wire, { address, heardAt: undefined });
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
  }

  heard(wire: Wire): void {
    const guest = this.#silent.get(wire) ?? this.#speaking.get(wire);
    if (guest === undefined) return;
    this.#silent.delete(wire);
    this.#speaking.delete(wire);
    guest.heardAt = performance.now();
    this.#speaking.set(wire, guest);
  }

  remove(wire: Wire): void {
    const guest = this.#silent.get(wire) ?? this.#speaking.get(wire);
    if (guest === undefined) return;
    this.#silent.delete(wire);
    this.#speaking.delete(wire);
    const count = this.#addresses.get(guest.address)! - 1;
    if (count === 0) this.#addresses.delete(guest.address);
    else this.#addresses.set(guest.address, count);
  }
}

/** Milliseconds in which everybody says something to whoever is of use to it. */
const PATIENCE = 30_000;
