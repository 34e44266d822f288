import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { randomInt, randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { seededAt } from '../../core/choice.ts';
import type { AnyMachine, Signer } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { UserError } from '../../core/user-error.ts';
import { Driver } from '../../runtime/driver.ts';
import { inMemoryLog } from '../../runtime/log.ts';
import { addressOf, hostIn, portIn, type Address } from '../address.ts';
import { SETTINGS, type WordsContext, type WordsSettings } from '../context.ts';
import { FloodGate } from '../flood.ts';
import { canLie, type LiarState } from '../liar.ts';
import { DATAGRAM_MAX, type Message } from '../messages.ts';
import { messageIn } from '../parse.ts';
import { peer } from '../peer.ts';
import { print } from '../print.ts';
import type { Arrived, Input, Output } from '../vocabulary.ts';
import { Inbox } from './inbox.ts';

export interface NodeOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly name: string;
  readonly joins: readonly Address[];
  readonly settings?: Partial<WordsSettings>;
  /** Which share of what it says is lost on purpose, from 0 to 1. */
  readonly loss?: number;
  /** Says of each datagram whether it is read. */
  readonly gate?: Pick<FloodGate<Address>, 'lets'>;
}

/** As large a buffer for what comes as the system gives. */
const BUFFER = 2 ** 22;

/** Sees all that goes in and out of a peer. */
export interface Watcher {
  said(to: Address, message: Message, text: string): void;
  heard(from: Address, text: string): void;
  asked(input: Input): void;
}

/** A datagram, and where it came from. */
interface Came {
  readonly from: Address;
  readonly datagram: Buffer;
}

/** A peer on a network: it runs the machine, and carries what that says over UDP. */
export class WordsNode {
  readonly address: Address;
  readonly name: string;
  /** In how many ms it wants an answer when it begins a consensus; 0 as it is usual. */
  readonly within: number;
  /** What was counted so far, by what it is. */
  readonly counts = new Map<string, number>();
  readonly #socket: Socket;
  readonly #driver: Driver;
  readonly #heeding = new Set<(output: Output) => void>();
  #watcher: Watcher | undefined;
  readonly #loss: number;
  /** How many datagrams might have been lost. */
  #tosses = 0;
  readonly #gate: Pick<FloodGate<Address>, 'lets'>;
  readonly #inbox = new Inbox<Came>((came) => this.#take(came));

  /** Binds first, so that nobody is told of an address that is not had yet. @throws UserError */
  static async listen(options: NodeOptions): Promise<WordsNode> {
    const socket = createSocket({ type: 'udp4', reuseAddr: false, recvBufferSize: BUFFER, lookup: (host, _options, found) => found(null, host, 4) });
    const listening = once(socket, 'listening');
    try {
      socket.bind({ port: options.port, address: options.host, exclusive: true });
      await listening;
    } catch (error) {
      socket.close();
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(`${options.host}:${options.port} cannot be listened at: ${REASONS[code ?? ''] ?? String(code)}`);
    }
    return new WordsNode(options, socket);
  }

  private constructor({ host, name, joins, settings, loss = 0, gate = new FloodGate() }: NodeOptions, socket: Socket) {
    this.#socket = socket;
    this.#gate = gate;
    this.#loss = loss;
    this.address = addressOf(host === '0.0.0.0' ? outerHost() : host, socket.address().port)!;
    this.name = name === '' ? this.address : name;
    this.within = settings?.within ?? SETTINGS.within;
    const context: WordsContext = {
      self: nodeOf(this.address),
      members: [],
      signer: NO_SIGNER,
      settings: { ...SETTINGS, ...settings },
      choose: seededAt(randomInt(2 ** 48 - 1), nodeId(0)),
      address: this.address,
      name: this.name,
      joins,
      nodeOf,
      addressOf: addressNumbered,
      freshId: randomUUID,
      unixTime: () => Date.now() / 1000,
    };
    this.#driver = new Driver(canLie(peer) as AnyMachine, context, inMemoryLog(), {
      send: (to, message) => this.#send(to, message as Message & Arrived),
      output: (output) => this.#output(output as Output),
      accuse: () => undefined,
    });
    socket.on('message', (datagram, from) => this.#hear(datagram, from));
    // Whoever is not there says so to a sender on the same machine: that is silence, and it is noticed.
    socket.on('error', () => this.#count('could not be sent'));
  }

  start(): void {
    this.#driver.start([]);
  }

  get state(): LiarState {
    return this.#driver.state as LiarState;
  }

  /** Has somebody see all from now on, one at a time. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  input(input: Input): void {
    this.#watcher?.asked(input);
    this.#driver.take({ type: 'input', input });
  }

  /** Is told of all that the peer hands on, until it says that it has heard enough. @returns ends that */
  heed(listener: (output: Output) => void): () => void {
    this.#heeding.add(listener);
    return () => this.#heeding.delete(listener);
  }

  /** Ends at once; nobody is told anything. */
  async stop(): Promise<void> {
    this.#driver.stop();
    this.#inbox.stop();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #output(output: Output): void {
    if (output.type === 'dropped') this.#count(output.reason);
    for (const listener of this.#heeding) listener(output);
  }

  #hear(datagram: Buffer, { address, port, size }: RemoteInfo): void {
    this.#count('datagrams heard');
    if (size > DATAGRAM_MAX) return this.#count('too large');
    const from = addressOf(address, port);
    if (from === undefined) return this.#count('no sender');
    if (!this.#gate.lets(from, performance.now()) || !this.#inbox.put({ from, datagram })) this.#count('flood');
  }

  #take({ from, datagram }: Came): void {
    const raw = textOf(datagram);
    if (raw === undefined) return this.#count('not-json');
    const message = messageIn(raw);
    if (typeof message === 'string') return this.#count(message);
    this.#watcher?.heard(from, raw);
    this.#driver.take({ type: 'message', from: nodeOf(from), message: { ...message, raw } });
  }

  #send(to: readonly NodeId[], { raw, ...message }: Message & Arrived): void {
    const text = raw ?? print(message as Message);
    const datagram = Buffer.from(text);
    for (const id of to) {
      const address = addressNumbered(id);
      this.#watcher?.said(address, message as Message, text);
      this.#count(`${message.type} sent`);
      this.#count('datagrams sent');
      this.#count('bytes sent', datagram.length);
      if (this.#isLost()) {
        this.#count('lost on purpose');
        continue;
      }
      this.#socket.send(datagram, portIn(address), hostIn(address), (error) => {
        if (error !== null) this.#count('could not be sent');
      });
    }
  }

  /** By no pattern that what is said again could fall in with. */
  #isLost(): boolean {
    this.#tosses += 1;
    return philox(this.#tosses, portIn(this.address), 0, 0, 0, 0) / 2 ** 32 < this.#loss;
  }

  #count(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What bytes say; undefined if they are no UTF-8. Signs in the place of wrong ones would be longer than what came, and so would what is said because of it. */
function textOf(datagram: Buffer): string | undefined {
  try {
    return UTF8.decode(datagram);
  } catch {
    return undefined;
  }
}

/** When all of these know each other, and each has shown to each where it is. */
export function allMet(nodes: readonly WordsNode[]): Promise<void> {
  const isMet = (): boolean => nodes.every(({ state }) => state.peers.size >= nodes.length - 1 && [...state.peers.values()].every(({ isProven }) => isProven));
  if (isMet()) return Promise.resolve();
  return new Promise((resolve) => {
    const ends = nodes.map((node) => node.heed(() => {
      if (!isMet()) return;
      for (const end of ends) end();
      resolve();
    }));
  });
}

/** Begins so many, one after the other: each looks for those that were there before it, and the next comes when all have met. @param nodes gets them as they come */
export async function meet(count: number, nodes: WordsNode[], { signal, ...options }: Omit<NodeOptions, 'host' | 'port' | 'name' | 'joins'> & { readonly signal?: AbortSignal } = {}): Promise<void> {
  for (let number = nodes.length + 1; number <= count; number += 1) {
    const node = await WordsNode.listen({ host: '127.0.0.1', port: 0, name: `@${number}`, joins: nodes.map(({ address }) => address), ...options });
    if (signal?.aborted === true) return node.stop();
    nodes.push(node);
    node.start();
    await allMet(nodes);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  ENOTFOUND: 'there is no such host',
};

/** An address as a number, which has room for it. */
function nodeOf(address: Address): NodeId {
  const [a, b, c, d] = hostIn(address).split('.').map(Number);
  return nodeId((((a! * 256 + b!) * 256 + c!) * 256 + d!) * 65_536 + portIn(address));
}

function addressNumbered(id: NodeId): Address {
  const host = Math.floor(id / 65_536);
  return `${Math.floor(host / 2 ** 24)}.${Math.floor(host / 65_536) % 256}.${Math.floor(host / 256) % 256}.${host % 256}:${id % 65_536}` as Address;
}

/** By which others reach a peer that listens everywhere. */
function outerHost(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}

/** Nobody signs anything here. */
const NO_SIGNER: Signer = {
  sign: () => '',
  verify: () => false,
  digest: () => '',
};
