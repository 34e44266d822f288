import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ACCEPTED, type Effect, type Event } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { endpointOf, type Address } from '../../src/gossip/address.ts';
import type { Message } from '../../src/gossip/messages.ts';
import { LAN } from '../../src/gossip/settings.ts';
import type { GossipVocabulary } from '../../src/gossip/vocabulary.ts';
import { LIMITS } from '../../src/gossip/tcp/limits.ts';
import { GossipNode, type GossipMachine, type NodeOptions } from '../../src/gossip/tcp/node.ts';
import { parseMessage } from '../../src/gossip/parse.ts';
import { at } from './gossip.ts';
import { OWN_HOST } from './own-host.ts';

/** Waits until something is so that changes with what an emitter emits. */
export async function until(emitter: EventEmitter, isSo: () => boolean): Promise<void> {
  while (!isSo()) await once(emitter, 'change');
}

/**
 * A machine that does little: it greets whom it dials and who greets it, answers pings, and lists two peers for whoever asks. What it was
 * told stands in `events`.
 */
export class Recorder extends EventEmitter {
  readonly events: Event<GossipVocabulary>[] = [];
  readonly machine: GossipMachine = {
    begin: () => ({}),
    parse: parseMessage,
    step: (context, _state, event) => {
      this.events.push(event);
      this.emit('change');
      return this.#answer(event, context.address);
    },
  };

  #answer(event: Event<GossipVocabulary>, address: Address): Effect<GossipVocabulary>[] {
    if (event.type === 'input' && event.input.type === 'dial') return [{ type: 'dial', peer: nodeId(this.events.length), address: event.input.address }];
    if (event.type === 'joined' && event.peer < ACCEPTED) return [say(event.peer, { type: 'hello', address })];
    if (event.type !== 'message') return [];
    const { from, message } = event;
    if (message.type === 'hello' && from >= ACCEPTED) return [say(from, { type: 'hello', address })];
    if (message.type === 'ping') return [say(from, { type: 'pong', at: message.at })];
    if (message.type === 'register') return [say(from, { type: 'registered', ok: true })];
    if (message.type === 'get-peers') return [say(from, { type: 'peer-list', peers: [{ address: at(6001) }, { address: at(6002) }] })];
    // To see that what was said before it arrives.
    if (message.type === 'beacon' || message.type === 'dead-report') return [say(from, { type: 'pong', at: 7 }), { type: 'hang-up', peer: from }];
    return [];
  }

  get messages(): readonly Message[] {
    return this.events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
  }

  count(type: Event<GossipVocabulary>['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  async heard(type: Message['type'], count = 1): Promise<void> {
    await until(this, () => this.messages.filter((message) => message.type === type).length >= count);
  }

  async told(type: Event<GossipVocabulary>['type'], count = 1): Promise<void> {
    await until(this, () => this.count(type) >= count);
  }
}

const say = (to: NodeId, message: Message): Effect<GossipVocabulary> => ({ type: 'send', to: [to], message });

/** A node that runs such a machine, or another. */
export async function nodeOf(recorder: Recorder, options: Partial<NodeOptions> = {}, seeds: readonly Address[] = []): Promise<GossipNode> {
  const node = await GossipNode.listen({
    role: 'peer',
    machine: recorder.machine,
    host: OWN_HOST,
    port: 0,
    settings: LAN,
    dialect: '2026',
    version: '1',
    listener: { output: () => undefined, failed: (error) => { throw error; } },
    ...options,
    limits: { ...LIMITS, ...options.limits },
  });
  node.start(seeds);
  return node;
}

/** A bare connection, and what came by it. */
export class Raw extends EventEmitter {
  readonly socket: Socket;
  text = '';
  /** As they came, if the system did not put them together. */
  readonly segments: string[] = [];
  isOver = false;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
      this.segments.push(bytes.toString('latin1'));
      this.emit('change');
    });
    const over = (): void => {
      this.isOver = true;
      this.emit('change');
    };
    socket.on('error', over).on('end', over).on('close', over);
  }

  static async to(address: Address, options: { readonly allowHalfOpen?: boolean } = {}): Promise<Raw> {
    const { host, port } = endpointOf(address);
    const socket = connect({ host, port, ...(host === OWN_HOST ? { localAddress: host } : {}), ...options });
    const raw = new Raw(socket);
    await Promise.race([once(socket, 'connect'), until(raw, () => raw.isOver)]);
    return raw;
  }

  say(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }

  async has(text: string | RegExp): Promise<string> {
    await until(this, () => this.isOver || (typeof text === 'string' ? this.text.includes(text) : text.test(this.text)));
    return this.text;
  }

  async over(): Promise<string> {
    await until(this, () => this.isOver);
    return this.text;
  }
}

/** A bare listener, to be dialled. */
export class RawServer extends EventEmitter {
  readonly links: Raw[] = [];
  readonly #server: Server;

  private constructor(server: Server, met: (raw: Raw) => void) {
    super();
    this.#server = server;
    server.on('connection', (socket) => {
      const raw = new Raw(socket);
      this.links.push(raw);
      met(raw);
      raw.on('change', () => this.emit('change'));
      this.emit('change');
    });
  }

  static async listen(met: (raw: Raw) => void = () => undefined): Promise<RawServer> {
    const server = createServer();
    server.listen(0, OWN_HOST);
    await once(server, 'listening');
    return new RawServer(server, met);
  }

  get address(): Address {
    return at((this.#server.address() as AddressInfo).port, OWN_HOST);
  }

  async link(number: number): Promise<Raw> {
    await until(this, () => this.links.length >= number);
    return this.links[number - 1]!;
  }

  close(): void {
    this.#server.close();
    for (const { socket } of this.links) socket.destroy();
  }
}
