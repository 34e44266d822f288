import { counted } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import { NO_MISHAPS, type Mishaps } from '../gossip/tcp/mishaps.ts';
import type { LiveNetwork } from '../gossip/tcp/network.ts';
import { isUp, type NetworkView, type Seen } from '../gossip/view.ts';
import { spellTime, type Word } from '../gossip/words.ts';
import { allOf, nodeOf } from './network-nodes.ts';

/** A word that lets something go wrong, or mends it. */
export type Fault = Extract<Word, { readonly type: OfNodes | OfLinks }>;

type OfNodes = 'kill' | 'restart' | 'stop' | 'continue' | 'leave' | 'join';
type OfLinks = 'partition' | 'cut' | 'loss' | 'slow' | 'clock' | 'heal';

export interface FaultsOptions {
  readonly network: LiveNetwork;
  readonly view: NetworkView;
  /** How many nodes this machine can hold. */
  readonly nodesMax: number;
  print(line: string): void;
}

/** Lets things go wrong in a network, and says of each what will come of it, and how it is undone. */
export class Faults {
  readonly #options: FaultsOptions;
  #mishaps: Mishaps = NO_MISHAPS;
  /** Those by which somebody that stands still goes on. */
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** @throws UserError that changes nothing */
  async do(word: Fault): Promise<void> {
    switch (word.type) {
      case 'kill':
        return this.#kill(word.names);
      case 'restart':
        return this.#restart(word.names);
      case 'stop':
        return this.#stop(word.names, word.for);
      case 'continue':
        return this.#continue(word.names);
      case 'leave':
        return this.#leave(word.names);
      case 'join':
        return this.#join(word.count);
      case 'partition':
        return this.#partition(word.sides);
      case 'cut':
        return this.#cut(word.from, word.to);
      case 'loss':
        this.#set({ loss: word.percent / 100 });
        return this.#print(`of all messages ${word.percent} % are lost, and come later: nobody should be removed. Undo: loss 0%`);
      case 'slow':
        return this.#slow(word.names, word.by);
      case 'clock':
        return this.#clock(word.names, word.by);
      case 'heal':
        this.#set(NO_MISHAPS);
        return this.#print('all links are whole again: all should see the same within half a minute');
      default:
        word satisfies never;
    }
  }

  async #kill(names: readonly string[]): Promise<void> {
    this.#all(names, (node) => (isUp(node) ? undefined : `${node.name} is ${node.status} already`));
    await Promise.all(names.map((name) => this.#options.network.kill(name)));
    const killed = `${listed(names)} ${one(names, 'is', 'are')} killed`;
    this.#print(`${killed}: peers should miss ${one(names, 'it', 'them')} within seconds. Undo: restart ${names.join(',')}`);
  }

  async #restart(names: readonly string[]): Promise<void> {
    this.#all(names, (node) => (isUp(node) ? `${node.name} is ${node.status}` : undefined));
    // All of them, though one fails: the others are done all the same, and nobody is to wait for them in vain.
    const works = await Promise.allSettled(names.map((name) => this.#options.network.restart(name)));
    const failed = works.find((work) => work.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#print(`${listed(names)} ${one(names, 'starts', 'start')} again at the same address, as another life`);
  }

  #stop(names: readonly string[], lasts: number | undefined): void {
    this.#all(names, mustBeUp);
    for (const name of names) this.#options.network.stop(name);
    if (lasts !== undefined) this.#later(lasts, () => names.forEach((name) => this.#goOn(name)));
    const still = `${listed(names)} ${one(names, 'stands', 'stand')} still${lasts === undefined ? '' : ` for ${spellTime(lasts)}`}`;
    this.#print(`${still}: nobody should be removed, unless it takes longer than half a minute. Undo: continue ${names.join(',')}`);
  }

  #continue(names: readonly string[]): void {
    this.#all(names, (node) => (node.status === 'stopped' ? undefined : `${node.name} is ${node.status}`));
    for (const name of names) this.#options.network.continue(name);
  }

  #leave(names: readonly string[]): void {
    this.#all(names, (node) => (node.role === 'seed' ? `${node.name} is a seed, which can be killed but not leave` : mustBeUp(node)));
    for (const name of names) this.#options.network.leave(name);
    const said = `${listed(names)} ${one(names, 'says that it goes: it is', 'say that they go: they are')} left`;
    this.#print(`${said}, and never dead. Undo: restart ${names.join(',')}`);
  }

  async #join(count: number): Promise<void> {
    const { network, view, nodesMax } = this.#options;
    const nodes = Array.from(view.nodes.values()).filter(isUp).length + count;
    if (nodes > nodesMax) throw new UserError(`there is room for ${counted(nodesMax, 'node')} here, not for ${nodes}`);
    const joined = await network.join(count);
    this.#print(`joined: ${joined.map(({ name }) => name).join(', ')}. Undo: leave ${joined.map(({ name }) => name).join(',')}`);
  }

  #partition(sides: readonly (readonly string[])[]): void {
    const groups = sides.map((side) => this.#all(side).map(({ address }) => address));
    const twice = groups.flat().find((address, index, all) => all.indexOf(address) !== index);
    if (twice !== undefined) throw new UserError(`${this.#options.view.nameOf(twice)} cannot be on two sides`);
    this.#set({ cuts: [...this.#mishaps.cuts, ...groups.map((from, index) => ({ from, to: groups.flatMap((side, second) => (second === index ? [] : side)) }))] });
    this.#print(`nothing gets through between ${sides.map(listed).join(' and ')}: who still reaches the seeds stays. Undo: heal`);
  }

  #cut(from: string, to: string): void {
    const { view } = this.#options;
    const cut = { from: [nodeOf(view, from).address], to: [nodeOf(view, to).address] };
    this.#set({ cuts: [...this.#mishaps.cuts, cut] });
    this.#print(`nothing that ${from} says reaches ${to}: nobody should be removed as long as others reach both. Undo: heal`);
  }

  #slow(names: readonly string[], by: number): void {
    this.#set({ slow: this.#withThese(this.#mishaps.slow, names, by) });
    this.#print(`what ${listed(names)} ${one(names, 'says', 'say')} comes ${spellTime(by)} later. Undo: slow ${names.join(',')} 0ms`);
  }

  #clock(names: readonly string[], by: number): void {
    this.#set({ clocks: this.#withThese(this.#mishaps.clocks, names, by) });
    const clocks = `the ${one(names, 'clock', 'clocks')} of ${listed(names)} ${one(names, 'is', 'are')}`;
    this.#print(`${clocks} ${spellTime(Math.abs(by))} ${by < 0 ? 'behind' : 'ahead'}: nothing follows but that ${one(names, 'it is', 'they are')} told so. Undo: heal`);
  }

  /** The same, but for those. */
  #withThese(known: Mishaps['slow'], names: readonly string[], by: number): Mishaps['slow'] {
    const addresses = this.#all(names).map(({ address }) => address);
    return [...known.filter(([who]) => !addresses.includes(who)), ...addresses.map((who) => [who, by] as const)];
  }

  #set(mishaps: Partial<Mishaps>): void {
    this.#mishaps = { ...this.#mishaps, ...mishaps };
    this.#options.network.setMishaps(this.#mishaps);
  }

  #goOn(name: string): void {
    const { network, view } = this.#options;
    if (view.nodes.get(name)?.status === 'stopped') network.continue(name);
  }

  #later(after: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, after);
    this.#timers.add(timer);
  }

  #all(names: readonly string[], against?: (node: Seen) => string | undefined): Seen[] {
    return allOf(this.#options.view, names, against);
  }

  #print(line: string): void {
    this.#options.print(line);
  }
}

const mustBeUp = ({ name, status }: Seen): string | undefined => (status === 'up' ? undefined : `${name} is ${status}`);

/** The word for one of them, or for several. */
const one = (names: readonly string[], single: string, several: string): string => (names.length === 1 ? single : several);

const listed = (names: readonly string[]): string =>
  names.length <= LISTED_MAX ? names.join(', ') : `${names.slice(0, LISTED_MAX - 1).join(', ')} and ${names.length - LISTED_MAX + 1} more`;

const LISTED_MAX = 6;
