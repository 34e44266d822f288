import type { Finding } from '../runtime/virtual/system.ts';
import { counted } from '../core/figures.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { DETECTORS } from '../gossip/detectors/registry.ts';
import { NO_MISHAPS, type Mishaps } from '../gossip/tcp/mishaps.ts';
import type { LiveNetwork } from '../gossip/tcp/network.ts';
import { byName, isUp, type NetworkView, type Seen } from '../gossip/view.ts';
import { whyLines } from '../gossip/why.ts';
import { WORDS, spell, type Word } from '../gossip/words.ts';
import { findingLine } from './network-finding.ts';

/** What the words of the prompt need. */
export interface Room {
  readonly network: LiveNetwork;
  readonly view: NetworkView;
  /** How many nodes this machine can hold. */
  readonly nodesMax: number;
  /** Milliseconds since the network began. */
  now(): number;
  print(line: string): void;
  /** The last lines that a node wrote. */
  logOf(name: string): readonly string[];
  /** All detectors side by side, in virtual time. */
  compare(): Promise<void>;
  /** What the judge finds of the network as it is now. */
  finding(): Promise<Finding>;
}

/** A fault, and when. */
export interface Injected {
  readonly at: number;
  readonly word: Word;
}

/** Does what is said at the prompt of a network, and remembers the faults, so that they can be repeated in virtual time. */
export class Words {
  readonly faults: Injected[] = [];
  readonly #room: Room;
  #mishaps: Mishaps = NO_MISHAPS;
  /** Which way the sides of partitions are cut, beside single cuts. */
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** @returns whether it is over @throws UserError that changes nothing */
  async say(word: Word): Promise<boolean> {
    if (word.type === 'exit') return true;
    await this.#do(word);
    if (WORDS.find(({ name }) => name === word.type)?.isFault === true) this.faults.push({ at: this.#room.now(), word });
    return false;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #do(word: Word): Promise<void> {
    const { network, view } = this.#room;
    const print = (line: string): void => this.#room.print(line);
    switch (word.type) {
      case 'kill':
        this.#all(word.names, (node) => isUp(node) || refused(`${node.name} is ${node.status} already`));
        await Promise.all(word.names.map((name) => network.kill(name)));
        return print(`${listed(word.names)} ${be(word.names)} killed: peers should miss ${them(word.names)} within seconds. Undo: restart ${word.names.join(',')}`);
      case 'restart':
        this.#all(word.names, (node) => !isUp(node) || refused(`${node.name} is ${node.status}`));
        await all(word.names.map((name) => network.restart(name)));
        return print(`${listed(word.names)} start${word.names.length === 1 ? 's' : ''} again at the same address, as another life`);
      case 'stop':
        this.#all(word.names, (node) => node.status === 'up' || refused(`${node.name} is ${node.status}`));
        for (const name of word.names) network.stop(name);
        if (word.for !== undefined) this.#later(word.for, () => word.names.forEach((name) => this.#goOn(name)));
        return print(`${listed(word.names)} ${word.names.length === 1 ? 'stands' : 'stand'} still${word.for === undefined ? '' : ` for ${word.for} ms`}: nobody should be removed, unless it takes longer than half a minute. Undo: continue ${word.names.join(',')}`);
      case 'continue':
        this.#all(word.names, (node) => node.status === 'stopped' || refused(`${node.name} is ${node.status}`));
        for (const name of word.names) network.continue(name);
        return;
      case 'leave':
        this.#all(word.names, (node) => (node.status === 'up' && node.role === 'peer') || refused(node.role === 'seed' ? `${node.name} is a seed, which can be killed but not leave` : `${node.name} is ${node.status}`));
        for (const name of word.names) network.leave(name);
        return print(`${listed(word.names)} say${word.names.length === 1 ? 's' : ''} that ${word.names.length === 1 ? 'it goes' : 'they go'}: ${word.names.length === 1 ? 'it is' : 'they are'} left, and never dead. Undo: restart ${word.names.join(',')}`);
      case 'join': {
        const nodes = Array.from(view.nodes.values()).filter(isUp).length + word.count;
        if (nodes > this.#room.nodesMax) throw new UserError(`there is room for ${counted(this.#room.nodesMax, 'node')} here, not for ${nodes}`);
        return print(`joined: ${(await network.join(word.count)).map(({ name }) => name).join(', ')}. Undo: leave`);
      }
      case 'partition':
        return this.#partition(word.sides);
      case 'cut': {
        const cut = { from: [this.#node(word.from).address], to: [this.#node(word.to).address] };
        this.#set({ ...this.#mishaps, cuts: [...this.#mishaps.cuts, cut] });
        return print(`nothing that ${word.from} says reaches ${word.to}: nobody should be removed as long as others reach both. Undo: heal`);
      }
      case 'loss':
        this.#set({ ...this.#mishaps, loss: word.percent / 100 });
        return print(`of all messages ${word.percent} % are lost, and come later: nobody should be removed. Undo: loss 0%`);
      case 'slow': {
        const addresses = this.#all(word.names).map(({ address }) => address);
        this.#set({ ...this.#mishaps, slow: [...this.#mishaps.slow.filter(([who]) => !addresses.includes(who)), ...addresses.map((who) => [who, word.by] as const)] });
        return print(`what ${listed(word.names)} say${word.names.length === 1 ? 's' : ''} comes ${word.by} ms later. Undo: slow ${word.names.join(',')} 0ms`);
      }
      case 'clock': {
        const addresses = this.#all(word.names).map(({ address }) => address);
        this.#set({ ...this.#mishaps, clocks: [...this.#mishaps.clocks.filter(([who]) => !addresses.includes(who)), ...addresses.map((who) => [who, word.by] as const)] });
        return print(`the ${word.names.length === 1 ? 'clock' : 'clocks'} of ${listed(word.names)} ${word.names.length === 1 ? 'is' : 'are'} ${Math.abs(word.by)} ms ${word.by < 0 ? 'behind' : 'ahead'}: nothing follows from that. Undo: heal`);
      }
      case 'heal':
        this.#set(NO_MISHAPS);
        return print('all links are whole again: all should see the same within half a minute');
      case 'say': {
        const speaker = word.name === undefined ? view.peers.find((peer) => peer.status === 'up' && peer.isReady) : this.#node(word.name);
        if (speaker === undefined) throw new UserError('there is no peer that could say it');
        return network.say(speaker.name, word.text);
      }
      case 'reach':
        return this.#reach(this.#node(word.name));
      case 'why': {
        const lines = whyLines(view, this.#node(word.name).name);
        return lines.length === 0 ? print(`nothing has happened to ${word.name}`) : lines.forEach(print);
      }
      case 'links': {
        const { name, links } = this.#node(word.name);
        return print(links.size === 0 ? `${name} has no links` : `${name} – ${Array.from(links, (address) => view.nameOf(address)).toSorted(byName).join(', ')}`);
      }
      case 'log': {
        const lines = this.#room.logOf(this.#node(word.name).name);
        return lines.length === 0 ? print(`${word.name} wrote nothing yet`) : lines.forEach(print);
      }
      case 'graph':
        for (const { name, links } of view.peers.filter(isUp)) print(`${name.padEnd(5)} ${'█'.repeat(links.size)} ${Array.from(links, (address) => view.nameOf(address)).toSorted(byName).join(' ')}`);
        return;
      case 'members':
        for (const node of [...view.seeds, ...view.peers]) print(this.#memberLine(node));
        return;
      case 'views':
        for (const { names, members } of view.views()) print(`${counted(names.length, 'peer')} (${names.toSorted(byName).join(', ')}) ${names.length === 1 ? 'sees' : 'see'} ${counted(members.length, 'member')}: ${members.join(', ')}`);
        print(findingLine(await this.#room.finding()));
        return;
      case 'detector': {
        if (word.name === undefined) return DETECTORS.forEach(({ name, summary }) => print(`${name.padEnd(8)} ${summary}`));
        const index = DETECTORS.findIndex(({ name }) => name === word.name);
        if (index === -1) throw new UserError(`there is no detector ${quoted(word.name)}: ${DETECTORS.map(({ name }) => name).join(', ')}`);
        network.detect(index);
        return print(`from now on peers that are started notice deaths by ${word.name}; restart those that run`);
      }
      case 'compare':
        return this.#room.compare();
      case 'help':
        return WORDS.forEach(({ form, does }) => print(`${form.padEnd(24)} ${does}`));
      case 'exit':
        return;
      default:
        word satisfies never;
    }
  }

  #memberLine(node: Seen): string {
    const { network, view } = this.#room;
    const { name, role, address, status, fares } = node;
    const fault = network.members.find((member) => member.name === name)?.fault;
    const details = [
      ...(role === 'peer' ? [`for others ${view.stateOf(node).state}`] : []),
      ...(fault === undefined ? [] : [`Byzantine: ${fault}`]),
      ...(fares === undefined || status !== 'up' ? [] : [`timers up to ${Math.round(fares.lag)} ms late`, `${fares.messages.toFixed(1)} messages and ${Math.round(fares.bytes)} bytes a second`]),
    ];
    return [`${name.padEnd(5)} ${role.padEnd(5)} ${address.padEnd(22)} ${status}`, ...details].join(', ');
  }

  #partition(sides: readonly (readonly string[])[]): void {
    const groups = sides.map((side) => this.#all(side).map(({ address }) => address));
    const twice = groups.flat().find((address, index, all) => all.indexOf(address) !== index);
    if (twice !== undefined) throw new UserError(`${this.#room.view.nameOf(twice)} cannot be on two sides`);
    const cuts = groups.map((from, index) => ({ from, to: groups.flatMap((side, second) => (second === index ? [] : side)) }));
    this.#set({ ...this.#mishaps, cuts });
    this.#room.print(`nothing gets through between ${sides.map(listed).join(' and ')}: who still reaches the seeds stays. Undo: heal`);
  }

  #reach(speaker: Seen): void {
    const { network, view } = this.#room;
    const before = view.messages;
    network.say(speaker.name, `reach ${Math.round(this.#room.now())}`);
    this.#later(REACH_AFTER, () => {
      const last = view.messages > before ? view.last() : undefined;
      this.#room.print(last === undefined ? `${speaker.name} said nothing` : `${speaker.name} reached ${last.reached} of ${last.of} in ${counted(last.hops, 'hop')}, ${Math.round(last.ms)} ms`);
    });
  }

  #set(mishaps: Mishaps): void {
    this.#mishaps = mishaps;
    this.#room.network.setMishaps(mishaps);
  }

  #goOn(name: string): void {
    if (this.#room.view.nodes.get(name)?.status === 'stopped') this.#room.network.continue(name);
  }

  #later(after: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, after);
    this.#timers.add(timer);
  }

  #node(name: string): Seen {
    const node = this.#room.view.nodes.get(name);
    if (node === undefined) throw new UserError(`there is no ${name}: ${Array.from(this.#room.view.nodes.keys()).toSorted(byName).join(', ')}`);
    return node;
  }

  /** Nodes by name, all of which must do, or nothing is done. */
  #all(names: readonly string[], does: (node: Seen) => boolean = () => true): Seen[] {
    const nodes = names.map((name) => this.#node(name));
    nodes.forEach(does);
    return nodes;
  }
}

/** Milliseconds in which a message has reached all that it will. */
const REACH_AFTER = 1000;

/** All of them, though one fails: the others are done all the same, and nobody is to wait for them in vain. */
async function all(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function refused(text: string): never {
  throw new UserError(text);
}

const listed = (names: readonly string[]): string => (names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`);

const be = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');

const them = (names: readonly string[]): string => (names.length === 1 ? 'it' : 'them');

/** Faults as an option of `network --simulate`. */
export const spellFaults = (faults: readonly Injected[]): string => faults.map(({ at, word }) => `${(at / 1000).toFixed(1)}s ${spell(word)}`).join('; ');
