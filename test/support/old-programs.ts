/**
 * The older programs of a gossip network, as far as others see them: what they say, how they read, and what they take for granted. Each
 * reads by one `recv` what came, or lines, and trusts everybody.
 */
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { endpointOf, type Address } from '../../src/gossip/address.ts';
import { at, hashOf } from './gossip.ts';
import { until } from './gossip-nodes.ts';

/** What an older program is, be it a seed or a peer. It tells by `change` that something is new in it. */
abstract class OldProgram extends EventEmitter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  address!: Address;

  protected constructor() {
    super();
    this.#server = createServer((socket) => this.met(this.keep(socket)));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.address = at((this.#server.address() as AddressInfo).port);
  }

  /** As if it were killed. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  protected abstract met(socket: Socket): void;

  protected keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  protected dial(address: Address): Socket {
    return this.keep(connect(endpointOf(address)));
  }

  protected changed(): void {
    this.emit('change');
  }

  until(isSo: () => boolean): Promise<void> {
    return until(this, isSo);
  }
}

/** Links to neighbours by their addresses: where both dialled there are two for a while, and either may be the one that lasts. */
class Neighbours {
  readonly #links = new Map<string, Set<Socket>>();

  get size(): number {
    return this.#links.size;
  }

  has(name: string): boolean {
    return this.#links.has(name);
  }

  add(name: string, socket: Socket): void {
    this.#links.set(name, (this.#links.get(name) ?? new Set()).add(socket));
  }

  remove(name: string, socket: Socket): void {
    const links = this.#links.get(name);
    links?.delete(socket);
    if (links?.size === 0) this.#links.delete(name);
  }

  write(text: string, but?: string): void {
    for (const [name, links] of this.#links) if (name !== but) [...links].at(-1)!.write(text);
  }
}

/** Calls back for each line. */
function eachLine(socket: Socket, hear: (line: string) => void): void {
  let open = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (open + text).split('\n');
    open = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') hear(line.trim());
  });
}

const fieldsOf = (address: Address): string => address.replace(':', '|');

/** A seed of 2026: every vote is OK, and whoever says so is right. */
export class OldSeed2026 extends OldProgram {
  readonly peers = new Set<string>();
  /** All that it heard. */
  readonly lines: string[] = [];
  seeds: readonly Address[] = [];

  static async start(): Promise<OldSeed2026> {
    const seed = new OldSeed2026();
    await seed.listen();
    return seed;
  }

  protected met(socket: Socket): void {
    eachLine(socket, (line) => void this.#answer(line).then((answer) => answer !== undefined && socket.write(`${answer}\n`)));
  }

  async #answer(line: string): Promise<string | undefined> {
    this.lines.push(line);
    const [word, ip, port] = line.split('|');
    const peer = `${ip}:${port}`;
    try {
      if (word === 'REGISTER') return (await this.#decide('JOIN', peer)) ? 'REGISTER_OK' : 'REGISTER_FAIL';
      if (word === 'GET_PEERS') return `PEER_LIST|${[...this.peers].join(',')}`;
      if (word === 'JOIN_PROPOSE') return `JOIN_VOTE|${ip}|${port}|OK`;
      if (word === 'DEAD_PROPOSE') return `DEAD_VOTE|${ip}|${port}|OK`;
      if (word === 'JOIN_COMMIT') this.peers.add(peer);
      if (word === 'DEAD_COMMIT') this.peers.delete(peer);
      if (line.startsWith('Dead Node:')) {
        const [, dead, at] = line.split(':');
        return `${(await this.#decide('DEAD', `${dead}:${at}`)) ? 'DEAD_CONFIRMED' : 'DEAD_REJECTED'}|${dead}|${at}`;
      }
      return undefined;
    } finally {
      this.changed();
    }
  }

  async #decide(what: 'JOIN' | 'DEAD', peer: string): Promise<boolean> {
    if (what === 'JOIN' && this.peers.has(peer)) return true;
    const [ip, port] = peer.split(':');
    const others = this.seeds.filter((seed) => seed !== this.address);
    const answers = await Promise.all(others.map((seed) => this.#ask(seed, `${what}_PROPOSE|${ip}|${port}`)));
    const votes = 1 + answers.filter((answer) => answer.startsWith(`${what}_VOTE|${ip}|${port}|OK`)).length;
    if (votes < Math.floor(this.seeds.length / 2) + 1) return false;
    if (what === 'JOIN') this.peers.add(peer);
    else this.peers.delete(peer);
    await Promise.all(others.map((seed) => this.#ask(seed, `${what}_COMMIT|${ip}|${port}`)));
    return true;
  }

  /** A connection for each call, and three seconds for its answer. */
  #ask(seed: Address, line: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = this.dial(seed);
      const over = (answer: string): void => {
        resolve(answer);
        socket.destroy();
      };
      socket.setTimeout(3000, () => over(''));
      socket.on('close', () => over(''));
      eachLine(socket, over);
      socket.write(`${line}\n`);
    });
  }
}

/** A peer of 2026. */
export class OldPeer2026 extends OldProgram {
  readonly neighbours = new Neighbours();
  readonly payloads = new Set<string>();
  readonly lines: string[] = [];
  readonly confirmed: string[] = [];
  listed: readonly string[] = [];
  isRegistered = false;
  readonly #seeds: readonly Address[];

  private constructor(seeds: readonly Address[]) {
    super();
    this.#seeds = seeds;
  }

  static async start(seeds: readonly Address[]): Promise<OldPeer2026> {
    const peer = new OldPeer2026(seeds);
    await peer.listen();
    return peer;
  }

  /** Registers with a majority of seeds, and connects to all whom they list. */
  async join(): Promise<void> {
    const [own] = [fieldsOf(this.address)];
    const listed = new Set<string>();
    for (const seed of this.#seeds.slice(0, Math.floor(this.#seeds.length / 2) + 1)) {
      const socket = this.dial(seed);
      const answers = new EventEmitter();
      eachLine(socket, (line) => answers.emit('line', line));
      socket.write(`REGISTER|${own}\n`);
      const [registered] = (await once(answers, 'line')) as [string];
      if (registered !== 'REGISTER_OK') throw new Error(`${seed} says ${registered}`);
      socket.write('GET_PEERS\n');
      const [list] = (await once(answers, 'line')) as [string];
      for (const peer of list.slice('PEER_LIST|'.length).split(',')) if (peer !== '' && peer !== this.address) listed.add(peer);
      socket.end();
    }
    this.listed = [...listed];
    this.isRegistered = true;
    this.changed();
    for (const peer of this.listed) {
      const socket = this.dial(at(Number(peer.split(':')[1])));
      this.#serve(socket);
      socket.write(`HELLO|${own}\n`);
    }
  }

  protected met(socket: Socket): void {
    this.#serve(socket, () => socket.write(`HELLO|${fieldsOf(this.address)}\n`));
  }

  #serve(socket: Socket, greet: () => void = () => undefined): void {
    let other: string | undefined;
    eachLine(socket, (line) => {
      this.lines.push(line);
      const [word, ...rest] = line.split('|');
      if (word === 'HELLO') {
        other = `${rest[0]}:${rest[1]}`;
        this.neighbours.add(other, socket);
        greet();
      }
      if (word === 'PING') socket.write(`PONG|${rest[0]}\n`);
      if (word === 'GOSSIP' && hashOf(rest[1]!) === rest[0] && !this.payloads.has(rest[1]!)) {
        this.payloads.add(rest[1]!);
        this.neighbours.write(`${line}\n`, other);
      }
      this.changed();
    });
    socket.on('close', () => {
      if (other !== undefined) this.neighbours.remove(other, socket);
      this.changed();
    });
  }

  say(number: number): string {
    const payload = `${Date.now() / 1000}:127.0.0.1:${number}`;
    this.payloads.add(payload);
    this.neighbours.write(`GOSSIP|${hashOf(payload)}|${payload}\n`);
    return payload;
  }

  /** Tells a seed, and its neighbours, that somebody is dead, be it so or not. */
  async report(dead: Address): Promise<string> {
    this.neighbours.write(`SUSPECT_NOTICE|${fieldsOf(dead)}|${fieldsOf(this.address)}\n`);
    const socket = this.dial(this.#seeds[0]!);
    const answers = new EventEmitter();
    eachLine(socket, (line) => answers.emit('line', line));
    socket.write(`Dead Node:${dead}:${Date.now() / 1000}:127.0.0.1\n`);
    const [answer] = (await once(answers, 'line')) as [string];
    socket.end();
    return answer;
  }
}

/** A seed of 2024: whatever is no report registers somebody. */
export class OldSeed2024 extends OldProgram {
  peers: string[] = [];
  /** What it took for registrations. */
  readonly registered: string[] = [];
  readonly reports: string[] = [];

  static async start(): Promise<OldSeed2024> {
    const seed = new OldSeed2024();
    await seed.listen();
    return seed;
  }

  protected met(socket: Socket): void {
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (text.startsWith('Dead Node')) {
        this.reports.push(text);
        const [, ip, port] = text.split(':');
        this.peers = this.peers.filter((peer) => peer !== `${ip}:${port}`);
      } else {
        this.registered.push(text);
        this.peers = [...this.peers.filter((peer) => peer !== text), text];
        socket.write(this.peers.join(','));
      }
      this.changed();
    });
  }
}

/** A peer of 2024. */
export class OldPeer2024 extends OldProgram {
  readonly neighbours = new Neighbours();
  readonly payloads = new Set<string>();
  /** What came by each `recv`. */
  readonly texts: string[] = [];
  readonly replies: string[] = [];
  listed: readonly string[] = [];
  readonly #seeds: readonly Address[];
  #toSeeds: Socket[] = [];

  private constructor(seeds: readonly Address[]) {
    super();
    this.#seeds = seeds;
  }

  static async start(seeds: readonly Address[]): Promise<OldPeer2024> {
    const peer = new OldPeer2024(seeds);
    await peer.listen();
    return peer;
  }

  async join(): Promise<void> {
    const listed = new Set<string>();
    for (const seed of this.#seeds.slice(0, Math.floor(this.#seeds.length / 2) + 1)) {
      const socket = this.dial(seed).setEncoding('latin1');
      this.#toSeeds.push(socket);
      socket.write(this.address);
      const [list] = (await once(socket, 'data')) as [string];
      for (const peer of list.split(',')) if (peer !== this.address) listed.add(peer);
    }
    this.listed = [...listed];
    this.changed();
    for (const peer of this.listed) {
      const socket = this.dial(at(Number(peer.split(':')[1]))).setEncoding('latin1');
      socket.write(`New Connect Request From:${this.address}`);
      socket.once('data', (text: string) => {
        if (!/accepted/i.test(text)) return;
        this.neighbours.add(peer, socket);
        this.#serve(socket, peer);
        this.changed();
      });
    }
  }

  protected met(socket: Socket): void {
    this.#serve(socket.setEncoding('latin1'));
  }

  #serve(socket: Socket, name?: string): void {
    let other = name;
    socket.on('data', (text: string) => {
      this.texts.push(text);
      const fields = text.split(':');
      if (text.startsWith('New Connect Request From:')) {
        other = `${fields[1]}:${fields[2]}`;
        this.neighbours.add(other, socket);
        socket.write('New Connect Accepted');
      } else if (text.startsWith('Liveness Request:')) socket.write(`Liveness Reply:${fields[1]}:${fields[2]}:127.0.0.1`);
      else if (text.startsWith('Liveness Reply:')) this.replies.push(text);
      else if (/^\d+(\.\d+)?:/.test(text) && !this.payloads.has(text)) {
        this.payloads.add(text);
        this.neighbours.write(text, other);
      }
      this.changed();
    });
    socket.on('close', () => {
      if (other !== undefined) this.neighbours.remove(other, socket);
      this.changed();
    });
  }

  say(number: number): string {
    const payload = `${Date.now() / 1000}:127.0.0.1:${this.address.split(':')[1]}:GOSSIP${number}`;
    this.payloads.add(payload);
    this.neighbours.write(payload);
    return payload;
  }

  ping(): void {
    this.neighbours.write(`Liveness Request:${Date.now() / 1000}:127.0.0.1`);
  }

  /** What it tells the seeds that it registered with, after three misses in a row. */
  report(dead: Address): void {
    for (const socket of this.#toSeeds) socket.write(`Dead Node:${dead}:${Date.now() / 1000}:127.0.0.1`);
  }
}
