import { endpointOf, type Address } from '../address.ts';
import type { DialectName } from '../dialects/dialect.ts';

/** What a node remembers of addresses that spoke to it, and no more than so many: how to speak to them, and who is at a host. */
export class Known {
  readonly #dialects = new Map<Address, DialectName>();
  readonly #registered = new Map<string, Set<Address>>();

  dialectOf(address: Address): DialectName | undefined {
    return this.#dialects.get(address);
  }

  /** What was heard last counts: another program may be there by now. */
  speaks(address: Address, dialect: DialectName): void {
    if (this.#dialects.size >= MOST && !this.#dialects.has(address)) this.#dialects.delete(firstOf(this.#dialects.keys()));
    this.#dialects.set(address, dialect);
  }

  registered(address: Address): void {
    const { host } = endpointOf(address);
    let at = this.#registered.get(host);
    if (at === undefined) {
      if (this.#registered.size >= MOST) this.#registered.delete(firstOf(this.#registered.keys()));
      this.#registered.set(host, (at = new Set()));
    }
    // That there are several is all that counts.
    if (at.size < 2) at.add(address);
  }

  at(host: string): readonly Address[] {
    return [...(this.#registered.get(host) ?? [])];
  }
}

const MOST = 10_000;

const firstOf = <T>(all: IterableIterator<T>): T => all.next().value as T;
