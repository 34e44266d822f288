import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { seededAt } from '../../core/choice.ts';
import { ACCEPTED, type Event, type Machine, type Signer } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { UserError } from '../../core/user-error.ts';
import { Driver } from '../../runtime/driver.ts';
import { lock } from '../../runtime/lock.ts';
import { inMemoryLog, openLog, type Log } from '../../runtime/log.ts';
import { Loop, type Timer } from '../../runtime/loop.ts';
import type { Verdicts } from '../../runtime/signer.ts';
import { endpointOf, hostOf, parseAddress, type Address } from '../address.ts';
import type { GossipContext } from '../context.ts';
import type { DialectName } from '../dialects/dialect.ts';
import { KNOCK, KNOCK_ANSWER, dialectNamed } from '../dialects/registry.ts';
import type { Figures } from '../figures.ts';
import type { Standing } from '../judge/membership.ts';
import type { Message } from '../messages.ts';
import type { Output } from '../outputs.ts';
import type { PeerState } from '../peer-state.ts';
import type { GossipSettings } from '../settings.ts';
import { standingsOf } from '../sim/standings.ts';
import type { GossipVocabulary } from '../vocabulary.ts';
import { Known } from './known.ts';
import { clusterOf, keysOf, secretIn, sha256 } from './keys.ts';
import { LIMITS, type Limits } from './limits.ts';
import { Delays, type Mishaps } from './mishaps.ts';
import { ownAddress } from './own-address.ts';
import { Room } from './room.ts';
import { COMPACTION, recordsIn } from './seed-records.ts';
import { Wire } from './wire.ts';

/** Whatever machine speaks the language of the network. */
export type GossipMachine = Machine<GossipVocabulary, unknown, GossipContext>;

export interface NodeOptions {
  readonly role: 'seed' | 'peer';
  readonly machine: GossipMachine;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly settings: GossipSettings;
  /** In which it speaks to those who have not spoken to it. */
  readonly dialect: DialectName;
  readonly version: string;
  /** The name of the network, if it is not that of its seeds. */
  readonly cluster?: string | undefined;
  /** The folder of its key, and of a seed’s list; it forgets both when it ends, if there is none. */
  readonly data?: string | undefined;
  readonly limits?: Limits | undefined;
  /** Whether the machine has it that a node of ours is at an address, so that there is no doubt about how to speak to it. */
  readonly isOurs?: ((state: unknown, address: Address) => boolean) | undefined;
  /** Addresses of the network that are known already, of which the node may be one under another name, such as that of a seed that listens everywhere. */
  readonly near?: readonly Address[] | undefined;
  /** What is known of signatures here, if others know it too. */
  readonly verdicts?: Verdicts | undefined;
  /** How many times as fast as others its clock goes. */
  readonly speed?: number | undefined;
  readonly listener: NodeListener;
}

/** What the owner of a node wants to hear. */
export interface NodeListener {
  output(output: Output): void;
  accused?(suspect: Address | undefined, evidence: string): void;
  /** It stood still for so many ms, and nobody there told it to. */
  stalled?(lasted: number): void;
  /** It cannot go on. */
  failed(error: Error): void;
}

/** A link as a node knows it. */
interface Held {
  readonly link: NodeId;
  readonly dialled: Address | undefined;
  /** Undefined while it is being opened. */
  wire: Wire | undefined;
  socket: Socket | undefined;
  /** Whether the machine knows of it. */
  hasJoined: boolean;
  /** What this node said there and nobody answered yet, to be said again in another dialect. */
  said: Message[];
  /** When anything last came by it, by the clock that only goes on; undefined if nothing ever did. */
  heardAt: number | undefined;
  /** Who the other says that it is. */
  address: Address | undefined;
  timer: Timer | undefined;
}

/**
 * A seed or a peer on a network: it runs a machine, and carries what that says over TCP. All rules of the network are the machine’s;
 * what is here opens and closes connections, and sees to it that nothing which comes by them costs more than its share.
 */
export class GossipNode {
  readonly address: Address;
  /** What was counted so far, by what it is. */
  readonly counts = new Map<string, number>();
  readonly #options: NodeOptions;
  readonly #server: Server;
  readonly #limits: Limits;
  readonly #room: Room;
  readonly #known = new Known();
  readonly #links = new Map<NodeId, Held>();
  /** All that are open, be it only to say the last of what was said there. */
  readonly #sockets = new Set<Socket>();
  readonly #loop = new Loop();
  readonly #delays: Delays;
  /** Those that came before it was started, or while it stands still. */
  readonly #early: Socket[] = [];
  #seeds: readonly Address[] = [];
  #accepted = 0;
  #driver: Driver | undefined;
  #log: Log | undefined;
  #unlock: () => void = () => undefined;
  #isStopped = false;

  /** Binds first, so that nobody is told of an address that is not had yet. @throws UserError */
  static async listen(options: NodeOptions): Promise<GossipNode> {
    // Whoever asks something and says no more waits for an answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG });
    try {
      await once(server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = REASONS[code ?? ''] ?? String(code);
      throw new UserError(`${options.host}:${options.port} cannot be listened at: ${reason}`);
    }
    return new GossipNode(options, server);
  }

  private constructor(options: NodeOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    this.#limits = options.limits ?? LIMITS;
    this.#room = new Room(this.#limits);
    const { port } = server.address() as AddressInfo;
    this.address = ownAddress(options.host, port, options.near ?? []);
    this.#delays = new Delays(this.address, this.#loop);
    server.on('error', () => this.#count('could not accept'));
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      if (this.#driver !== undefined && !this.#loop.isHeld) this.#accept(socket);
      else if (this.#early.length < (this.#driver === undefined ? EARLY_MAX : BACKLOG)) this.#early.push(socket);
      else socket.destroy();
    });
  }

  /** Begins, or goes on where its log ends. @param seeds all of the network @throws UserError */
  start(seeds: readonly Address[]): void {
    const { role, machine, settings, version, data, listener } = this.#options;
    const cluster = this.#options.cluster ?? clusterOf(seeds);
    this.#seeds = seeds;
    const keys = keysOf(cluster, secretIn(data), this.#options.verdicts);
    const context: GossipContext = {
      self: nodeId(0),
      members: [],
      signer: NO_SIGNER,
      settings,
      choose: seededAt(randomInt(2 ** 48 - 1), nodeId(0)),
      address: this.address,
      seeds,
      cluster,
      version,
      keys,
      nonce: () => randomBytes(16).toString('base64url'),
      unixTime: () => unixTime() + this.#delays.clock / 1000,
    };
    const isDurable = role === 'seed' && data !== undefined;
    if (data !== undefined && !isDurable) this.#unlock = lock(data);
    const first = { v: 1, cluster, seed: this.address };
    const log: Log = isDurable ? openLog(data, { synced: () => this.#loop.take(() => driver.synced()), failed: (error) => listener.failed(error) }, { first, compaction: COMPACTION }) : inMemoryLog();
    const driver = new Driver(machine, context, log, {
      send: (to, message) => this.#loop.take(() => this.#send(to, message as Message)),
      output: (output) => listener.output(output as Output),
      accuse: (suspect, evidence) => {
        this.#count('accused');
        listener.accused?.(this.#links.get(suspect)?.address, evidence);
      },
      dial: (peer, address) => this.#loop.take(() => this.#dial(peer, address)),
      hangUp: (peer) => this.#loop.take(() => this.#hangUp(peer)),
      stalled: (lasted) => listener.stalled?.(lasted),
    }, this.#options.speed, this.#loop);
    this.#log = log;
    this.#driver = driver;
    try {
      const records = isDurable ? recordsIn(log, first, data) : [];
      driver.start(records);
      for (const socket of this.#early.splice(0)) this.#accept(socket);
    } catch (error) {
      void log.close();
      throw error;
    }
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** How many links it has. */
  get links(): number {
    return this.#links.size;
  }

  /** The machine’s state, for whoever wants to show it; undefined before `start`. */
  get state(): unknown {
    return this.#driver?.state;
  }

  /** How it fares. The lag is that since it was last asked. */
  figures(): Figures {
    const { ill = 0, links } = (this.state ?? {}) as Partial<PeerState>;
    const now = performance.now();
    const heard = Array.from(this.#links.values()).flatMap(({ link, address, heardAt }) => {
      const isKnown = address !== undefined && heardAt !== undefined && links?.get(link)?.isProven === true;
      return isKnown ? [[address, now - heardAt] as const] : [];
    });
    const said = (what: string): number => this.counts.get(`${what} sent`) ?? 0;
    return { ill, lag: this.#driver?.takeLateness() ?? 0, messages: said('messages'), bytes: said('bytes'), heard };
  }

  /** What it makes of everybody. */
  list(): readonly Standing[] {
    return this.state === undefined ? [] : [...standingsOf(this)];
  }

  /** What goes wrong with what it says, from now on. */
  suffer(mishaps: Mishaps): void {
    this.#loop.take(() => this.#delays.set(mishaps));
  }

  input(input: GossipVocabulary['input']): void {
    this.#loop.take(() => this.#take({ type: 'input', input }));
  }

  /** Does something with it: at once, or when it goes on. */
  soon(work: () => void): void {
    this.#loop.take(() => this.#isStopped || work());
  }

  /** Has it stand still, as SIGSTOP does a process: it says nothing and hears nothing, and whoever dials it waits. */
  hold(): void {
    this.#loop.hold();
    for (const { wire, socket } of this.#links.values()) {
      wire?.hold();
      // Else Node answers an end by itself, of a link that is being opened too.
      if (socket !== undefined) socket.allowHalfOpen = true;
    }
  }

  /** It goes on: timers that are overdue come first, then what happened to its links, and then what waits in them. */
  goOn(): void {
    if (!this.#loop.isHeld || this.#isStopped) return;
    this.#loop.goOn();
    for (const socket of this.#early.splice(0)) this.#accept(socket);
    for (const { wire } of this.#links.values()) wire?.goOn();
  }

  /** Ends at once, as if it were killed; nobody is told anything. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#driver?.stop();
    this.#loop.end();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const held of this.#links.values()) {
      this.#loop.cancel(held.timer);
      if (held.wire === undefined) held.socket?.destroy();
      else held.wire.close('this node ends');
    }
    this.#links.clear();
    for (const socket of [...this.#sockets, ...this.#early]) socket.destroy();
    await closed;
    await this.#log?.close();
    this.#unlock();
  }

  #take(event: Event<GossipVocabulary>): void {
    if (!this.#isStopped) this.#driver?.take(event);
  }

  #count(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const source = sourceOf(socket);
    if (this.#isStopped || source === undefined || !this.#room.makeFor(source)) {
      this.#count('links refused');
      socket.destroy();
      return;
    }
    const held = heldOf(nodeId(ACCEPTED + this.#accepted), { dialled: undefined, socket });
    this.#accepted += 1;
    this.#links.set(held.link, held);
    held.wire = this.#wireFor(held, socket, source, undefined);
    this.#room.add(held.wire, source);
  }

  #dial(link: NodeId, to: string): void {
    const address = parseAddress(to);
    const held = heldOf(link, { dialled: address, socket: undefined });
    this.#links.set(link, held);
    if (address === undefined || this.#links.size > LINKS_MAX) return this.#loop.next(() => this.#gone(held));
    this.#connect(held, address, this.#dialectFor(address));
  }

  #dialectFor(address: Address): DialectName | 'knock' {
    const { dialect, isOurs } = this.#options;
    if (isOurs?.(this.state, address) === true) return '2026';
    return this.#known.dialectOf(address) ?? (dialect === '2024' && this.#seeds.includes(address) ? 'knock' : dialect);
  }

  #connect(held: Held, address: Address, how: DialectName | 'knock'): void {
    if (this.#delays.isCutFrom(address)) {
      held.timer = this.#loop.after(DIAL, () => this.#gone(held));
      return;
    }
    // The name is resolved anew each time: whoever comes back may be elsewhere.
    const socket = connect({ ...endpointOf(address), noDelay: true });
    held.socket = socket;
    let isOpen = false;
    const fail = (): void => {
      // It may have failed after it was opened, and before this was told of either.
      if (isOpen) return;
      this.#loop.cancel(held.timer);
      socket.destroy();
      if (held.socket === socket) this.#gone(held);
    };
    const failed = (): void => this.#loop.take(fail);
    held.timer = this.#loop.after(DIAL, fail);
    socket.once('error', failed).once('close', failed);
    socket.once('connect', () => this.#loop.take(() => {
      this.#loop.cancel(held.timer);
      socket.removeListener('error', failed).removeListener('close', failed);
      if (this.#links.get(held.link) !== held) return void socket.destroy();
      isOpen = true;
      if (how === 'knock') this.#knock(held, address, socket);
      else this.#open(held, socket, how);
    }));
  }

  /** Asks a seed whether it is of ours, by what does no harm if it is not. */
  #knock(held: Held, address: Address, socket: Socket): void {
    const answered = (bytes?: Buffer): void => {
      this.#loop.cancel(held.timer);
      socket.removeListener('data', came).removeListener('error', ignore).removeListener('close', gone).pause();
      const isOurs = bytes?.toString('latin1').startsWith(KNOCK_ANSWER.trim()) === true;
      this.#known.speaks(address, isOurs ? '2026' : '2024');
      if (this.#links.get(held.link) !== held) return void socket.destroy();
      if (bytes !== undefined) socket.unshift(bytes);
      this.#open(held, socket, isOurs ? '2026' : '2024');
      socket.resume();
    };
    // Not more than one segment, as the next may come while this node stands still.
    const came = (bytes: Buffer): void => {
      socket.removeListener('data', came).pause();
      this.#loop.take(() => answered(bytes));
    };
    const ignore = (): void => undefined;
    const closed = (): void => {
      this.#loop.cancel(held.timer);
      this.#known.speaks(address, '2024');
      if (this.#links.get(held.link) === held) this.#connect(held, address, '2024');
    };
    const gone = (): void => this.#loop.take(closed);
    held.timer = this.#loop.after(KNOCKING, answered);
    socket.on('data', came).on('error', ignore).once('close', gone);
    socket.write(KNOCK);
  }

  #open(held: Held, socket: Socket, name: DialectName): void {
    const source = sourceOf(socket);
    if (source === undefined) {
      socket.destroy();
      return this.#gone(held);
    }
    held.wire = this.#wireFor(held, socket, source, name);
    if (!held.hasJoined) this.#join(held);
    else for (const message of held.said.splice(0)) this.#say(held, message);
    if (name === '2026' && this.#mayBeOlder(held)) held.timer = this.#loop.after(GREETING, () => this.#tryOlder(held));
  }

  /**
   * Whether it may speak the dialect of 2024 alone: it is none of ours, which may stand still, and no seed, to which a greeting in the
   * other would have done harm already.
   */
  #mayBeOlder({ dialled, heardAt }: Held): boolean {
    if (heardAt !== undefined || dialled === undefined || this.#seeds.includes(dialled)) return false;
    return this.#known.dialectOf(dialled) === undefined && this.#options.isOurs?.(this.state, dialled) !== true;
  }

  /** Programs of 2026 answer a greeting at once. */
  #tryOlder(held: Held): void {
    if (this.#links.get(held.link) !== held || !this.#mayBeOlder(held)) return;
    this.#count('dialects tried');
    const { wire } = held;
    held.wire = undefined;
    wire?.hangUp();
    this.#connect(held, held.dialled!, '2024');
  }

  #wireFor(held: Held, socket: Socket, source: string, dialect: DialectName | undefined): Wire {
    const { role } = this.#options;
    const link = {
      own: this.address,
      dialled: held.dialled,
      isToSeed: held.dialled !== undefined && this.#seeds.includes(held.dialled),
      isSeed: role === 'seed',
      source,
      hash: (text: string) => this.#hash(text),
      knownAt: (host: string) => this.#known.at(host),
    };
    const wire: Wire = new Wire(socket, link, dialect === undefined ? undefined : dialectNamed(dialect), this.#limits, {
      message: (message) => this.#loop.take(() => this.#hear(held, wire, message)),
      dropped: (what, count) => this.#count(`dropped: ${what}`, count),
      counted: (what, count) => this.#count(what, count),
      closed: (reason) => {
        if (held.wire !== wire || this.#isStopped) return;
        this.#count(`closed: ${reason}`);
        // Some of 2024 close on whoever speaks otherwise.
        if (wire.dialect?.name === '2026' && this.#mayBeOlder(held)) this.#tryOlder(held);
        else this.#gone(held);
      },
    }, this.#loop);
    return wire;
  }

  #hash(text: string): string {
    return sha256(text);
  }

  #join(held: Held): void {
    held.hasJoined = true;
    this.#take({ type: 'joined', peer: held.link });
  }

  #hear(held: Held, wire: Wire, message: Message): void {
    if (this.#isStopped || this.#links.get(held.link) !== held) return;
    if (held.dialled === undefined) this.#room.heard(wire);
    held.heardAt = performance.now();
    held.said = [];
    this.#note(held, wire, message);
    // Whoever says nothing costs the machine nothing.
    if (!held.hasJoined) this.#join(held);
    this.#take({ type: 'message', from: held.link, message });
  }

  /** What can be learned of whoever speaks without a rule of the network. */
  #note(held: Held, wire: Wire, message: Message): void {
    if (message.type !== 'hello' && message.type !== 'register') return;
    held.address = message.address;
    const dialect = wire.dialect!.name;
    const where = held.dialled ?? (endpointOf(message.address).host === sourceOf(wire.socket) ? message.address : undefined);
    if (where !== undefined && wire.hasReceived) this.#known.speaks(where, dialect);
    if (message.type === 'register') this.#known.registered(message.address);
  }

  #send(to: readonly NodeId[], message: Message): void {
    for (const link of to) {
      const held = this.#links.get(link);
      if (held !== undefined) this.#delays.over(held, () => held.address, () => this.#say(held, message));
    }
  }

  #say(held: Held, message: Message): void {
    if (held.heardAt === undefined && held.dialled !== undefined && held.said.length < SAID_MAX) held.said.push(message);
    const heard = held.wire?.send(message) ?? [];
    // As if it had come: not while the machine is at something.
    for (const one of heard) this.#loop.next(() => held.wire !== undefined && this.#hear(held, held.wire, one));
  }

  #hangUp(link: NodeId): void {
    const held = this.#links.get(link);
    if (held === undefined) return;
    this.#links.delete(link);
    // Behind what was said before.
    this.#delays.over(held, () => held.address, () => {
      this.#forget(held);
      if (held.wire === undefined) held.socket?.destroy();
      else held.wire.hangUp();
    });
  }

  #gone(held: Held): void {
    if (this.#links.get(held.link) !== held) return;
    this.#forget(held);
    if (held.hasJoined || held.dialled !== undefined) this.#take({ type: 'gone', peer: held.link });
  }

  #forget(held: Held): void {
    this.#loop.cancel(held.timer);
    this.#delays.forget(held);
    this.#links.delete(held.link);
    if (held.wire !== undefined) this.#room.remove(held.wire);
  }
}

/** A link on which nothing was said yet. Who is dialled is who it is, as far as is known. */
const heldOf = (link: NodeId, { dialled, socket }: Pick<Held, 'dialled' | 'socket'>): Held => ({
  link, dialled, socket, wire: undefined, hasJoined: false, said: [], heardAt: undefined, address: dialled, timer: undefined,
});

/** Milliseconds in which a link must be opened. */
const DIAL = 3000;
/** Milliseconds in which a program of 2026 answers a greeting. */
const GREETING = 1000;
/** Milliseconds in which a seed of ours answers a knock. */
const KNOCKING = 700;
/** The most messages that are said again in another dialect. */
const SAID_MAX = 8;
const BACKLOG = 1024;
const EARLY_MAX = 64;
/** The most links of a node; more dials fail at once. */
const LINKS_MAX = 8192;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'that is no address of this machine',
  ENOTFOUND: 'there is no such host',
};

/** Nobody here is known by a number: what is signed is signed by `Keys`. */
const NO_SIGNER: Signer = {
  sign: () => '',
  verify: () => false,
  digest: () => '',
};

/** To the microsecond: peers of one host must not make the same message in the same moment. */
const unixTime = (): number => Math.round(Date.now() * 1000 + (performance.now() % 1) * 1000) / 1e6;

/** The host at the other end; undefined if it is gone already. */
const sourceOf = ({ remoteAddress }: Socket): string | undefined => (remoteAddress === undefined ? undefined : hostOf(remoteAddress.replace(/%.*$/, '')));
