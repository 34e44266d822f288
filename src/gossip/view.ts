import type { Address } from './address.ts';
import type { Figures } from './figures.ts';
import type { Output } from './outputs.ts';
import { Opinions, type Opinion, type Thought } from './opinions.ts';
import { markOf } from './roster.ts';
import { Spreads, type Reach } from './spreads.ts';

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
  /** By how many seconds its clock is ahead of whose, where they are not the same. */
  readonly clocks: Map<Address, number>;
  /** Of whom it has no answer, though others have. */
  readonly unreachable: Set<Address>;
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

/** From whom somebody is unreachable, and whether the other way is open. */
export interface Unreachable {
  readonly name: string;
  readonly isOneWay: boolean;
}

/** What whoever started a node knows of it. */
interface Told extends Pick<Seen, 'name' | 'role' | 'address' | 'isReady'> {
  readonly state: NodeStatus;
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
  readonly #spreads = new Spreads();
  readonly #about = new Map<Address, Remembered[]>();
  readonly #opinions = new Opinions();
  #messages = 0;

  /** A node is there, or is otherwise than before. */
  node(at: number, { name, role, address, state, isReady }: Told): void {
    const known = this.nodes.get(name);
    this.#names.set(address, name);
    if (known === undefined) {
      const nothing = { links: new Set<Address>(), clocks: new Map<Address, number>(), unreachable: new Set<Address>(), heard: 0, thinks: new Map(), mark: markAt(address), heardAt: at, fares: undefined };
      this.nodes.set(name, { name, role, address, status: state, since: at, isReady, ...nothing });
      return;
    }
    if (known.status !== state) known.since = at;
    // Who starts again knows nothing.
    if (state === 'up' && known.status !== 'stopped' && known.status !== 'up') Object.assign(known, { heard: 0, isReady: false });
    if (!['up', 'stopped', 'leaving'].includes(state)) {
      known.links.clear();
      known.clocks.clear();
      known.unreachable.clear();
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
      case 'clock':
        if (output.ahead === 0) node.clocks.delete(output.address);
        else node.clocks.set(output.address, output.ahead);
        break;
      case 'unreachable':
        node.unreachable.add(output.address);
        break;
      case 'reachable':
        node.unreachable.delete(output.address);
        break;
      case 'forgot':
        this.#think(node, output.address, undefined);
        break;
      case 'generated':
        node.heard += 1;
        this.#messages += 1;
        for (const address of this.#spreads.say(at, node.address, output.hash, output.payload)) this.#hears(address);
        break;
      case 'heard':
        if (this.#spreads.hear(at, node.address, output.from, output.hash, output.payload)) node.heard += 1;
        break;
      default:
    }
  }

  #hears(address: Address): void {
    const node = this.nodes.get(this.nameOf(address));
    if (node !== undefined) node.heard += 1;
  }

  /** @param thought undefined if it knows nothing any more */
  #think(node: Seen, address: Address, thought: Thought | undefined): void {
    const before = node.thinks.get(address);
    if (thought === undefined) node.thinks.delete(address);
    else node.thinks.set(address, thought);
    this.#opinions.change(node.name, address, before, thought);
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
    const said = { messages, bytes };
    const rate = (what: keyof typeof said): number => before[what] + weight * ((said[what] - before.said[what]) / seconds - before[what]);
    node.fares = { ill, lag, messages: rate('messages'), bytes: rate('bytes'), at, said };
  }

  /** What a node says in a second, on average; undefined as long as none told it. */
  load(): { readonly messages: number; readonly bytes: number } | undefined {
    const all = Array.from(this.nodes.values()).flatMap(({ fares, status }) => (status === 'up' ? (fares ?? []) : []));
    if (all.length === 0) return undefined;
    const mean = (what: 'messages' | 'bytes'): number => all.reduce((sum, fares) => sum + fares[what], 0) / all.length;
    return { messages: mean('messages'), bytes: mean('bytes') };
  }

  #remember(address: Address, one: Remembered): void {
    if (['linked', 'unlinked', 'clock'].includes(one.output.type)) return;
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

  /** What the others think of a node: what most of them do, and who suspects it. */
  stateOf(node: Seen): Opinion {
    return this.#opinions.of(node.address);
  }

  /** Who is unreachable from whom: what one says does not come to the other. */
  unreachable(): ReadonlyMap<Address, readonly Unreachable[]> {
    const found = new Map<Address, Unreachable[]>();
    for (const { name, address: from, status, unreachable } of this.peers) {
      if (status !== 'up') continue;
      for (const address of unreachable) {
        const other = this.nodes.get(this.nameOf(address));
        const isOneWay = other?.unreachable.has(from) !== true;
        if (other !== undefined && isUp(other)) found.set(address, [...(found.get(address) ?? []), { name, isOneWay }]);
      }
    }
    return found;
  }

  /** How many different lists there are among peers that are up and ready. */
  get viewCount(): number {
    return new Set(this.#ready().map(({ mark }) => mark)).size;
  }

  /** Peers by their lists, without what these say: who has the same stands together, the most first. */
  byView(): (readonly string[])[] {
    const groups = new Map<unknown, string[]>();
    for (const { mark, name } of this.#ready()) groups.set(mark, [...(groups.get(mark) ?? []), name]);
    return Array.from(groups.values()).toSorted((a, b) => b.length - a.length);
  }

  #ready(): Seen[] {
    return this.peers.filter((peer) => isUp(peer) && peer.isReady);
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

  /** How far the last message came, among those who are up and ready. */
  last(): Reach | undefined {
    return this.#spreads.last(this.#audience());
  }

  /** How far the last message came that ends so. */
  spreadOf(end: string): Reach | undefined {
    return this.#spreads.endingIn(`:${end}`, this.#audience());
  }

  #audience(): readonly Address[] {
    return this.peers.filter((peer) => peer.status === 'up' && peer.isReady).map(({ address }) => address);
  }
}

/** Over so many seconds what nodes say is averaged: they beat every few. */
const SMOOTH = 5;

const isListed = (thought: Thought | undefined): boolean => thought?.state === 'alive' || thought?.state === 'suspect';

/** Of whoever is there, in whatever life. */
const markAt = (address: Address): number => markOf({ address, life: 0 });

/** So many things about one node are remembered. */
const ABOUT_MAX = 300;

export const isUp = ({ status }: Seen): boolean => status === 'up' || status === 'stopped' || status === 'leaving';

/** From whom somebody is unreachable, in words. */
export const fromText = (from: readonly Unreachable[]): string =>
  from.toSorted((a, b) => byName(a.name, b.name)).map(({ name, isOneWay }) => `${name}${isOneWay ? ' (one-way)' : ''}`).join(', ');

/** P2 before P10. */
export const byName = (a: string, b: string): number =>
  a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)) || (a < b ? -1 : 1);
