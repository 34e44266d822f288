import type { Address } from './address.ts';
import type { Figures } from './figures.ts';
import type { MemberState, Output } from './outputs.ts';
import { markOf } from './roster.ts';

/** How a node itself is, as whoever started it knows. */
export type NodeStatus = 'up' | 'stopped' | 'leaving' | 'left' | 'killed' | 'lost';

/** Whom a table is about. */
export interface Seen {
  readonly name: string;
  readonly role: 'seed' | 'peer';
  address: Address;
  status: NodeStatus;
  /** When it became that, in ms. */
  since: number;
  isReady: boolean;
  readonly links: Set<Address>;
  /** How many of the network’s messages it has. */
  heard: number;
  /** What it thinks of whom. */
  readonly thinks: Map<Address, Thought>;
  /** A number that is the same for those who see the same members. */
  mark: number;
  /** When anything was last heard of it, by another or by us. */
  heardAt: number;
  /** How it fares, as it was last told; undefined before that. */
  fares: Fares | undefined;
}

/** What one node makes of another. */
interface Thought {
  readonly state: MemberState;
  readonly life: number;
  readonly incarnation: number;
}

/** What all make of one node, put together whenever somebody thinks otherwise: a table asks often, and of all. */
interface Opinion {
  readonly counts: Record<MemberState, number>;
  readonly suspectedBy: Set<string>;
  life: number;
  incarnation: number;
}

/** How a node fares. */
export interface Fares {
  /** How far it takes itself for ill, and by how many ms its timers were late at most, of late. */
  readonly ill: number;
  readonly lag: number;
  /** What it says in a second. */
  readonly messages: number;
  readonly bytes: number;
  /** What it had said by then, since it began. */
  readonly at: number;
  readonly said: { readonly messages: number; readonly bytes: number };
}

/** One gossip message on its way. */
interface Spread {
  readonly text: string;
  readonly at: number;
  /** How many hops it took to whom. */
  readonly hops: Map<Address, number>;
  lastAt: number;
}

/** How far a message came, among those who are up and ready: to how many, and to whom not. */
export interface Reach {
  readonly text: string;
  readonly reached: number;
  readonly of: number;
  readonly hops: number;
  readonly ms: number;
  readonly missing: readonly string[];
}

/** Something that is known of an address, for `why`. */
interface Remembered {
  readonly at: number;
  readonly by: string;
  readonly output: Output;
}

/** What a whole network has come to, put together of what its nodes hand on. */
export class NetworkView {
  readonly nodes = new Map<string, Seen>();
  readonly #names = new Map<Address, string>();
  readonly #spreads = new Map<string, Spread>();
  /** Those that somebody heard, and of whom nobody has told yet that he said them; who is Byzantine never does. */
  readonly #unsaid = new Map<string, Spread>();
  readonly #about = new Map<Address, Remembered[]>();
  readonly #opinions = new Map<Address, Opinion>();
  #messages = 0;
  #last: string | undefined;

  /** A node is there, or is otherwise than before. */
  node(at: number, { name, role, address, state, isReady }: { readonly name: string; readonly role: Seen['role']; readonly address: Address; readonly state: NodeStatus; readonly isReady: boolean }): void {
    const known = this.nodes.get(name);
    this.#names.set(address, name);
    if (known === undefined) {
      this.nodes.set(name, { name, role, address, status: state, since: at, isReady, links: new Set(), heard: 0, thinks: new Map(), mark: markAt(address), heardAt: at, fares: undefined });
      return;
    }
    if (known.status !== state) known.since = at;
    // Who starts again knows nothing.
    if (state === 'up' && known.status !== 'stopped' && known.status !== 'up') Object.assign(known, { heard: 0, isReady: false });
    if (!['up', 'stopped', 'leaving'].includes(state)) {
      known.links.clear();
      for (const thought of Array.from(known.thinks.keys())) this.#think(known, thought, undefined);
      known.fares = undefined;
    }
    known.mark = (known.mark - markAt(known.address) + markAt(address)) >>> 0;
    known.address = address;
    known.status = state;
  }

  output(at: number, name: string, output: Output): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.heardAt = Math.max(node.heardAt, at);
    if ('address' in output) this.#remember(output.address, { at, by: name, output });
    switch (output.type) {
      case 'ready':
        node.isReady = true;
        break;
      case 'linked':
        node.links.add(output.address);
        break;
      case 'unlinked':
        node.links.delete(output.address);
        break;
      case 'member':
        if (output.address !== node.address && node.role === 'peer' && isUp(node)) this.#think(node, output.address, output);
        break;
      case 'forgot':
        this.#think(node, output.address, undefined);
        break;
      case 'generated': {
        node.heard += 1;
        this.#messages += 1;
        this.#last = output.hash;
        // What processes tell comes in any order: somebody may have heard it already.
        const early = this.#unsaid.get(output.hash);
        this.#unsaid.delete(output.hash);
        keep(this.#spreads, output.hash, { text: output.payload, at, hops: new Map([...(early?.hops ?? []), [node.address, 0]]), lastAt: Math.max(at, early?.lastAt ?? 0) });
        for (const address of early?.hops.keys() ?? []) this.#hears(address);
        break;
      }
      case 'heard': {
        let spread = this.#spreads.get(output.hash) ?? this.#unsaid.get(output.hash);
        if (spread === undefined) keep(this.#unsaid, output.hash, (spread = { text: output.payload, at, hops: new Map(), lastAt: at }));
        if (this.#spreads.has(output.hash)) node.heard += 1;
        spread.hops.set(node.address, (spread.hops.get(output.from) ?? 0) + 1);
        spread.lastAt = at;
        break;
      }
      default:
    }
  }

  #hears(address: Address): void {
    const node = this.nodes.get(this.nameOf(address));
    if (node !== undefined) node.heard += 1;
  }

  /** @param thought undefined if it knows nothing any more */
  #think(node: Seen, address: Address, thought: Thought | undefined): void {
    let opinion = this.#opinions.get(address);
    if (opinion === undefined) this.#opinions.set(address, (opinion = { counts: { alive: 0, suspect: 0, dead: 0, left: 0 }, suspectedBy: new Set(), life: 0, incarnation: 0 }));
    const before = node.thinks.get(address);
    if (before !== undefined) opinion.counts[before.state] -= 1;
    if (thought === undefined) node.thinks.delete(address);
    else {
      opinion.counts[thought.state] += 1;
      node.thinks.set(address, thought);
      const { life, incarnation } = thought;
      if (life > opinion.life || (life === opinion.life && incarnation > opinion.incarnation)) Object.assign(opinion, { life, incarnation });
    }
    if (thought?.state === 'suspect') opinion.suspectedBy.add(node.name);
    else opinion.suspectedBy.delete(node.name);
    const change = Number(isListed(thought)) - Number(isListed(before));
    if (change !== 0) node.mark = (node.mark + change * markAt(address)) >>> 0;
  }

  /** How a node fares, and when it last heard whom. */
  figures(at: number, name: string, { ill, lag, messages, bytes, heard }: Figures): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    for (const [address, ago] of heard) {
      const other = this.nodes.get(this.nameOf(address));
      if (other !== undefined) other.heardAt = Math.max(other.heardAt, at - ago);
    }
    const before = node.fares ?? { at: node.since, messages: 0, bytes: 0, said: { messages: 0, bytes: 0 } };
    const seconds = Math.max(0.001, (at - before.at) / 1000);
    const weight = node.fares === undefined ? 1 : Math.min(1, seconds / SMOOTH);
    const rate = (what: 'messages' | 'bytes', now: number): number => before[what] + weight * ((now - before.said[what]) / seconds - before[what]);
    node.fares = { ill, lag, messages: rate('messages', messages), bytes: rate('bytes', bytes), at, said: { messages, bytes } };
  }

  /** What a node says in a second, on average; undefined as long as none told it. */
  load(): { readonly messages: number; readonly bytes: number } | undefined {
    const all = Array.from(this.nodes.values()).flatMap(({ fares, status }) => (status === 'up' ? (fares ?? []) : []));
    if (all.length === 0) return undefined;
    const mean = (what: 'messages' | 'bytes'): number => all.reduce((sum, fares) => sum + fares[what], 0) / all.length;
    return { messages: mean('messages'), bytes: mean('bytes') };
  }

  #remember(address: Address, one: Remembered): void {
    if (['linked', 'unlinked'].includes(one.output.type)) return;
    const known = this.#about.get(address) ?? [];
    known.push(one);
    if (known.length > ABOUT_MAX) known.shift();
    this.#about.set(address, known);
  }

  /** What a name stands for, or an address that has none. */
  nameOf(address: Address): string {
    return this.#names.get(address) ?? address;
  }

  /** All that is known of a node, the oldest first. */
  about(name: string): readonly Remembered[] {
    const node = this.nodes.get(name);
    return node === undefined ? [] : (this.#about.get(node.address) ?? []);
  }

  get peers(): Seen[] {
    return Array.from(this.nodes.values()).filter(({ role }) => role === 'peer');
  }

  get seeds(): Seen[] {
    return Array.from(this.nodes.values()).filter(({ role }) => role === 'seed');
  }

  get messages(): number {
    return this.#messages;
  }

  /** What the others think of a node: what most of them do, and how many suspect it. */
  stateOf(node: Seen): { readonly state: MemberState | 'unknown'; readonly life: number; readonly incarnation: number; readonly suspectedBy: readonly string[] } {
    const opinion = this.#opinions.get(node.address);
    if (opinion === undefined) return { state: 'unknown', life: 0, incarnation: 0, suspectedBy: [] };
    const { counts, suspectedBy, life, incarnation } = opinion;
    const [[state, most]] = Object.entries(counts).toSorted(([, a], [, b]) => b - a) as [[MemberState, number]];
    return { state: most === 0 ? 'unknown' : state, life, incarnation, suspectedBy: [...suspectedBy] };
  }

  /** How many different lists there are among peers that are up and ready. */
  get viewCount(): number {
    return new Set(this.peers.filter((peer) => isUp(peer) && peer.isReady).map(({ mark }) => mark)).size;
  }

  /** Peers by what they see: who sees the same stands together, the most first. */
  views(): { readonly names: readonly string[]; readonly members: readonly string[] }[] {
    const groups = new Map<string, { names: string[]; members: string[] }>();
    for (const peer of this.peers) {
      if (!isUp(peer) || !peer.isReady) continue;
      const members = Array.from(peer.thinks).flatMap(([address, thought]) => (isListed(thought) ? [this.nameOf(address)] : []));
      const all = [...members, peer.name].toSorted(byName);
      const key = all.join();
      const group = groups.get(key) ?? { names: [], members: all };
      group.names.push(peer.name);
      groups.set(key, group);
    }
    return Array.from(groups.values()).toSorted((a, b) => b.names.length - a.names.length);
  }

  /** How far the last message came. */
  last(): Reach | undefined {
    return this.#last === undefined ? undefined : this.spread(this.#last);
  }

  /** How far the last message came that ends so. */
  spreadOf(end: string): Reach | undefined {
    const found = Array.from(this.#spreads).findLast(([, { text }]) => text.endsWith(`:${end}`));
    return found === undefined ? undefined : this.spread(found[0]);
  }

  spread(hash: string): Reach | undefined {
    const spread = this.#spreads.get(hash);
    if (spread === undefined) return undefined;
    const up = this.peers.filter((peer) => peer.status === 'up' && peer.isReady);
    const reached = up.filter(({ address }) => spread.hops.has(address));
    return {
      text: spread.text,
      reached: reached.length,
      of: up.length,
      hops: Math.max(...spread.hops.values()),
      ms: spread.lastAt - spread.at,
      missing: up.filter((peer) => !reached.includes(peer)).map(({ name }) => name),
    };
  }
}

/** Over so many seconds what nodes say is averaged: they beat every few. */
const SMOOTH = 5;

/** Puts a message among those that are remembered, in the place of the oldest if need be. */
function keep(spreads: Map<string, Spread>, hash: string, spread: Spread): void {
  spreads.set(hash, spread);
  if (spreads.size > SPREADS_MAX) spreads.delete(spreads.keys().next().value!);
}

const isListed = (thought: Thought | undefined): boolean => thought?.state === 'alive' || thought?.state === 'suspect';

/** Of whoever is there, in whatever life. */
const markAt = (address: Address): number => markOf({ address, life: 0 });

/** So many messages, and things about one node, are remembered. */
const SPREADS_MAX = 200;
const ABOUT_MAX = 300;

export const isUp = ({ status }: Seen): boolean => status === 'up' || status === 'stopped' || status === 'leaving';

/** P2 before P10. */
export const byName = (a: string, b: string): number => a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)) || (a < b ? -1 : 1);
