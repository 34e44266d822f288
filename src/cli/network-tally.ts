import { counted } from '../core/figures.ts';
import type { Address } from '../gossip/address.ts';
import type { NetworkFact } from '../gossip/tcp/network.ts';

/** What came of a network, in the end. */
export class Tally {
  readonly #began = performance.now();
  readonly #started = new Map<string, number>();
  readonly #ready = new Map<string, number>();
  readonly #roles = { seed: new Set<string>(), peer: new Set<string>() };
  readonly #names = new Map<Address, string>();
  readonly #removed = new Set<Address>();
  #generated = 0;
  #heard = 0;

  count(fact: NetworkFact): void {
    if (fact.type === 'mishaps') return;
    const { name, role, address } = fact.member;
    this.#names.set(address, name);
    this.#roles[role].add(name);
    if (fact.type === 'state' && fact.member.state === 'up' && !this.#started.has(name)) this.#started.set(name, performance.now());
    if (fact.type !== 'output') return;
    const { output } = fact;
    const since = this.#started.get(name) ?? this.#began;
    if (output.type === 'ready' && !this.#ready.has(name)) this.#ready.set(name, performance.now() - since);
    if (output.type === 'generated') this.#generated += 1;
    if (output.type === 'heard') this.#heard += 1;
    if (output.type === 'applied' && output.about === 'removal') this.#removed.add(output.address);
  }

  summary(): { readonly line: string; readonly fact: object } {
    const { seed, peer } = this.#roles;
    const seconds = (performance.now() - this.#began) / 1000;
    const slowest = Math.max(0, ...this.#ready.values()) / 1000;
    const removed = [...this.#removed];
    const who = `${counted(seed.size, 'seed')} and ${counted(peer.size, 'peer')}, ${seconds.toFixed(1)} s`;
    const rose = `${this.#ready.size} became ready, the slowest after ${slowest.toFixed(1)} s`;
    const talk = `${counted(this.#generated, 'gossip message')}, heard ${counted(this.#heard, 'time')}`;
    const line = `${who}: ${rose}; ${talk}; ${removed.length === 0 ? 'nobody was removed' : `removed ${removed.map((address) => `${this.#names.get(address) ?? 'somebody'} (${address})`).join(', ')}`}`;
    const counts = { ready: this.#ready.size, slowest, generated: this.#generated, heard: this.#heard };
    return { line, fact: { seeds: seed.size, peers: peer.size, seconds, ...counts, removed } };
  }
}
