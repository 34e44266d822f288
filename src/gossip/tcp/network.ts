import { join } from 'node:path';
import { UserError } from '../../core/user-error.ts';
import { newVerdicts } from '../../runtime/signer.ts';
import type { Address } from '../address.ts';
import { PAYLOAD_MAX } from '../parse.ts';
import type { DialectName } from '../dialects/dialect.ts';
import type { GossipFault } from '../faults/registry.ts';
import type { Figures } from '../figures.ts';
import type { Standing } from '../judge/membership.ts';
import type { Output } from '../outputs.ts';
import type { GossipSettings } from '../settings.ts';
import type { MemberSpec } from './member-messages.ts';
import { NO_MISHAPS, type Mishaps } from './mishaps.ts';
import { here, inProcess, type Unit, type UnitListener } from './unit.ts';

export interface NetworkOptions {
  readonly seeds: number;
  readonly peers: number;
  readonly host: string;
  /** Of the first node, the others’ behind it; 0 lets the system choose. */
  readonly port: number;
  readonly settings: GossipSettings;
  readonly dialect: DialectName;
  readonly version: string;
  /** Whether each node is a process of its own. */
  readonly separate: boolean;
  /** The folder of all keys, and of the seeds’ lists. */
  readonly data: string | undefined;
  /** How many are Byzantine, the last ones of those of which that is a way. */
  readonly byzantine?: { readonly count: number; readonly fault: GossipFault } | undefined;
  /** How many times as fast as others the clocks of all go; 1 if not told. */
  readonly speed?: number | undefined;
}

/** Something that happened in a network, to be told of it. */
export type NetworkFact =
  | { readonly type: 'output'; readonly member: Member; readonly output: Output }
  | { readonly type: 'state'; readonly member: Member }
  /** A node stood still for so many ms. */
  | { readonly type: 'stalled'; readonly member: Member; readonly lasted: number }
  /** How a node fares, whenever somebody asked. */
  | { readonly type: 'figures'; readonly member: Member; readonly figures: Figures }
  /** What goes wrong on purpose, from now on. */
  | { readonly type: 'mishaps'; readonly mishaps: Mishaps }
  /** A node ended that nobody ended. */
  | { readonly type: 'lost'; readonly member: Member; readonly reason: string };

/** One node of a network, as whoever started it knows it. */
export interface Member {
  /** `S1`, `P1` …: never used again after it is gone. */
  readonly name: string;
  readonly role: 'seed' | 'peer';
  readonly address: Address;
  /** Undefined where nodes share a process. */
  readonly pid: number | undefined;
  /** The way in which it is Byzantine, if it is. */
  readonly fault: string | undefined;
  readonly state: MemberState;
  /** Whether it said that it is ready, in this life. */
  readonly isReady: boolean;
}

/** `stopped`: it stands still, and can go on. */
export type MemberState = 'up' | 'stopped' | 'leaving' | 'left' | 'killed' | 'lost';

/** A member as the network has it. */
interface Held extends Member {
  state: MemberState;
  address: Address;
  pid: number | undefined;
  isReady: boolean;
  unit: Unit;
  /** Who waits for its list. */
  readonly asking: ((list: readonly Standing[]) => void)[];
}

/** A whole network on one machine. What can be done to it is here; how it is shown and asked for is elsewhere. */
export class LiveNetwork {
  readonly #options: NetworkOptions;
  readonly #members = new Map<string, Held>();
  readonly #observers = new Set<(fact: NetworkFact) => void>();
  #seeds: readonly Address[] = [];
  #made = { seed: 0, peer: 0 };
  #isClosing = false;
  /** Who is being started again. */
  readonly #rising = new Set<string>();
  /** Nodes of one process need not all verify the same. */
  readonly #verdicts = newVerdicts();
  #mishaps: Mishaps = NO_MISHAPS;
  #settings: GossipSettings;

  private constructor(options: NetworkOptions, observer: ((fact: NetworkFact) => void) | undefined) {
    this.#options = options;
    this.#settings = options.settings;
    if (observer !== undefined) this.#observers.add(observer);
  }

  /** All listen before any of them is started, so that everybody can be told of all seeds. @throws UserError */
  static async start(options: NetworkOptions, observer?: (fact: NetworkFact) => void): Promise<LiveNetwork> {
    const network = new LiveNetwork(options, observer);
    try {
      const seeds = await network.#make('seed', options.seeds);
      network.#seeds = seeds.map(({ address }) => address);
      const peers = await network.#make('peer', options.peers);
      for (const member of [...seeds, ...peers]) network.#tell({ type: 'state', member });
      for (const { unit } of [...seeds, ...peers]) unit.start(network.#seeds);
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  get seeds(): readonly Address[] {
    return this.#seeds;
  }

  /** By which peers notice deaths that are started from now on: an index of `DETECTORS`. */
  get detector(): number {
    return this.#settings.detector;
  }

  /** @returns what ends it */
  observe(observer: (fact: NetworkFact) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Ends nodes at once: they say nothing any more. A seed or peer that was killed can be restarted. @throws UserError */
  async kill(name: string): Promise<void> {
    const member = this.#up(name, ['up', 'stopped', 'leaving']);
    this.#become(member, 'killed');
    await member.unit.kill();
  }

  /** Has one that was killed, or left, listen where it did before. @throws UserError */
  async restart(name: string): Promise<void> {
    const member = this.#up(name, ['killed', 'left', 'lost']);
    const { role, address } = member;
    if (this.#rising.has(member.name)) throw new UserError(`${member.name} is being started already`);
    this.#rising.add(member.name);
    try {
      member.unit = await this.#unitFor(member.name, role, Number(address.slice(address.lastIndexOf(':') + 1)), () => member);
    } finally {
      this.#rising.delete(member.name);
    }
    // The network may have ended meanwhile.
    if (this.#isClosing) return member.unit.kill();
    member.address = member.unit.address;
    member.pid = member.unit.pid;
    member.unit.suffer(this.#mishaps);
    this.#become(member, 'up');
    member.unit.start(this.#seeds);
  }

  /** Has a node stand still, as SIGSTOP does. @throws UserError */
  stop(name: string): void {
    const member = this.#up(name, ['up']);
    member.unit.stop();
    this.#become(member, 'stopped');
  }

  /** Lets it go on. @throws UserError */
  continue(name: string): void {
    const member = this.#up(name, ['stopped']);
    // What it finds by then is of somebody that goes on.
    this.#become(member, 'up');
    member.unit.continue();
  }

  /** Adds peers. @throws UserError */
  async join(count = 1): Promise<readonly Member[]> {
    const peers = await this.#make('peer', count);
    // The network may have ended meanwhile.
    if (this.#isClosing) await Promise.all(peers.map(({ unit }) => unit.kill()));
    else for (const member of peers) {
      member.unit.suffer(this.#mishaps);
      this.#tell({ type: 'state', member });
      member.unit.start(this.#seeds);
    }
    return peers;
  }

  /** Has a peer leave, and say so. It is `left` when that is done. @throws UserError */
  leave(name: string): void {
    const member = this.#up(name, ['up']);
    if (member.role === 'seed') throw new UserError(`${member.name} is a seed: it can be killed, but not leave`);
    this.#become(member, 'leaving');
    member.unit.input({ type: 'leave' });
  }

  /** Has a peer say something to all. @throws UserError */
  say(name: string, text: string): void {
    const member = this.#up(name, ['up']);
    if (member.role === 'seed') throw new UserError(`${member.name} is a seed, which says nothing to all: a peer does`);
    const said = text.trim();
    const isLine = said !== '' && said.length <= TEXT_MAX && said.isWellFormed() && !/[\r\n]/.test(said);
    if (!isLine) throw new UserError(`what is said is one line of 1 to ${TEXT_MAX} characters`);
    member.unit.input({ type: 'say', text: said });
  }

  /** What goes wrong between all nodes, from now on. */
  setMishaps(mishaps: Mishaps): void {
    this.#mishaps = mishaps;
    this.#tell({ type: 'mishaps', mishaps });
    for (const { state, unit } of this.#members.values()) if (state === 'up' || state === 'stopped') unit.suffer(mishaps);
  }

  /** Has peers that are started from now on notice deaths otherwise. @param detector an index of `DETECTORS` */
  detect(detector: number): void {
    this.#settings = { ...this.#settings, detector };
  }

  /** Has all that are up tell how they fare, as facts of their own. */
  look(): void {
    for (const { state, unit } of this.#members.values()) if (state === 'up') unit.askFigures();
  }

  /** What nodes that are up make of everybody, by name. Who does not tell it within a second or two is left out. */
  async lists(isAsked: (member: Member) => boolean = () => true): Promise<ReadonlyMap<string, readonly Standing[]>> {
    const lists = new Map<string, readonly Standing[]>();
    const asked = [...this.#members.values()].filter((member) => member.state === 'up' && isAsked(member));
    const told = asked.map((member) => new Promise<void>((resolve) => {
      member.asking.push((list) => {
        lists.set(member.name, list);
        resolve();
      });
      member.unit.askList();
    }));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(told), new Promise((resolve) => (timer = setTimeout(resolve, TELLING)))]);
    clearTimeout(timer);
    // Who answers later answers nobody.
    for (const { asking } of asked) asking.length = 0;
    return lists;
  }

  /** Has all peers leave, and ends when they have, or after two seconds. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const members = [...this.#members.values()];
    await Promise.all(members.filter(isRunning).map(({ unit }) => unit.kill()));
  }

  /** Has all peers say that they go, and waits until seeds have it, or for two seconds. */
  async leaveAll(): Promise<void> {
    const peers = [...this.#members.values()].filter(({ role, state }) => role === 'peer' && state === 'up');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LEAVING);
      const look = (): void => {
        if (!peers.every(({ state }) => state !== 'up' && state !== 'leaving')) return;
        clearTimeout(timer);
        end();
        resolve();
      };
      const end = this.observe(look);
      for (const { name } of peers) this.leave(name);
      look();
    });
  }

  async #make(role: Member['role'], count: number): Promise<Held[]> {
    const { port } = this.#options;
    const all = Array.from({ length: count }, async (): Promise<Held> => {
      const name = `${role === 'seed' ? 'S' : 'P'}${(this.#made[role] += 1)}`;
      const at = port === 0 ? 0 : port + this.#made.seed + this.#made.peer - 1;
      let member: Held | undefined;
      const unit = await this.#unitFor(name, role, at, () => member);
      const { address, pid } = unit;
      member = { name, role, address, pid, fault: this.#faultOf(name, role), state: 'up', isReady: false, unit, asking: [] };
      return member;
    });
    // Processes are there when they are: their order is that of their names all the same.
    const made = await Promise.allSettled(all);
    for (const one of made) if (one.status === 'fulfilled') this.#members.set(one.value.name, one.value);
    const failed = made.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  #unitFor(name: string, role: Member['role'], port: number, member: () => Held | undefined): Promise<Unit> {
    const { host, dialect, version, data, separate } = this.#options;
    const spec: MemberSpec = {
      role, fault: this.#faultOf(name, role), host, port, settings: this.#settings, dialect, version, speed: this.#options.speed,
      cluster: undefined, near: [], data: data === undefined ? undefined : join(data, name),
    };
    let isOver = false;
    /** What a process says whose end is known already is of a life that is over. */
    const now = (): Held | undefined => (isOver ? undefined : member());
    const listener: UnitListener = {
      output: (output) => this.#heed(now(), output),
      stalled: (lasted) => this.#tellOf(now(), (held) => ({ type: 'stalled', member: held, lasted })),
      figures: (figures) => this.#tellOf(now(), (held) => ({ type: 'figures', member: held, figures })),
      list: (list) => now()?.asking.shift()?.(list),
      ended: (reason) => {
        const held = now();
        isOver = true;
        if (held === undefined || !isRunning(held) || this.#isClosing) return;
        this.#become(held, 'lost');
        this.#tell({ type: 'lost', member: held, reason });
      },
    };
    return separate ? inProcess(spec, listener) : here(spec, listener, this.#verdicts);
  }

  /** In which way a node is Byzantine; not those that join later. */
  #faultOf(name: string, role: Member['role']): string | undefined {
    const { byzantine, peers, seeds } = this.#options;
    if (byzantine === undefined || byzantine.fault.role !== role) return undefined;
    const [number, all] = [Number(name.slice(1)), role === 'seed' ? seeds : peers];
    return number <= all && number > all - byzantine.count ? byzantine.fault.name : undefined;
  }

  #heed(member: Held | undefined, output: Output): void {
    if (member === undefined || !isRunning(member)) return;
    if (output.type === 'ready') member.isReady = true;
    this.#tell({ type: 'output', member, output });
    if (output.type !== 'left') return;
    this.#become(member, 'left');
    void member.unit.kill();
  }

  #become(member: Held, state: MemberState): void {
    member.state = state;
    member.isReady = false;
    this.#tell({ type: 'state', member });
  }

  #tellOf(member: Held | undefined, fact: (member: Held) => NetworkFact): void {
    if (member !== undefined && isRunning(member)) this.#tell(fact(member));
  }

  #tell(fact: NetworkFact): void {
    for (const observer of this.#observers) observer(fact);
  }

  #up(name: string, states: readonly MemberState[]): Held {
    const member = this.#members.get(name.toUpperCase());
    if (member === undefined) throw new UserError(`there is no ${name}: ${[...this.#members.keys()].join(', ')}`);
    if (!states.includes(member.state)) throw new UserError(`${member.name} is ${member.state}`);
    return member;
  }
}

const isRunning = ({ state }: Member): boolean => state === 'up' || state === 'stopped' || state === 'leaving';

/** Milliseconds that a node has to tell what is on its list. */
const TELLING = 1500;
/** Milliseconds that a node has to say that it goes. */
export const LEAVING = 2000;
/** A text and what stands before it fit into one message. */
const TEXT_MAX = PAYLOAD_MAX - 100;
