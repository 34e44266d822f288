import { once } from 'node:events';
import { createSocket, type Socket as Udp } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { addressOf, hostIn, portIn, type Address } from '../../src/words/address.ts';
import type { WordsSettings } from '../../src/words/context.ts';
import { PROMPT } from '../../src/words/udp/line-server.ts';
import { OWN_HOST } from './own-host.ts';
import { meet, type WordsNode } from '../../src/words/udp/node.ts';

/** Peers of this process that know each other. */
export async function groupOf(n: number, settings: Partial<WordsSettings> = {}): Promise<WordsNode[]> {
  const nodes: WordsNode[] = [];
  await meet(n, nodes, { settings });
  return nodes;
}

/** A client of the lines of a peer. */
export class Client {
  readonly socket: Socket;
  text = '';
  isOver = false;
  #look: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.#look();
    });
    const end = (): void => {
      this.isOver = true;
      this.#look();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }

  /** Connects, and takes the greeting. */
  static async to(port: number, options: { readonly allowHalfOpen?: boolean } = {}): Promise<Client> {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  /** All that comes until the next prompt, or the end. */
  async heard(): Promise<string> {
    const isWhole = (): boolean => this.isOver || this.text.endsWith(PROMPT);
    if (!isWhole()) await new Promise<void>((resolve) => (this.#look = () => isWhole() && resolve()));
    const { text } = this;
    this.text = '';
    return text.endsWith(PROMPT) ? text.slice(0, -PROMPT.length) : text;
  }

  async say(line: string | Buffer): Promise<string> {
    this.socket.write(line);
    return this.heard();
  }
}

/** Somebody on the network whom no rule binds. */
export class Stranger {
  readonly address: Address;
  readonly heard: Buffer[] = [];
  readonly #socket: Udp;
  #look: () => void = () => undefined;

  private constructor(socket: Udp) {
    this.#socket = socket;
    this.address = addressOf(OWN_HOST, socket.address().port)!;
    socket.on('message', (datagram) => {
      this.heard.push(datagram);
      this.#look();
    });
  }

  static async begun(): Promise<Stranger> {
    const socket = createSocket('udp4');
    socket.bind(0, OWN_HOST);
    await once(socket, 'listening');
    return new Stranger(socket);
  }

  /** @param datagram an object is sent as JSON */
  async say(to: Address, datagram: Buffer | string | object): Promise<void> {
    const bytes = Buffer.isBuffer(datagram) ? datagram : Buffer.from(typeof datagram === 'string' ? datagram : JSON.stringify(datagram));
    await new Promise<void>((resolve, reject) => this.#socket.send(bytes, portIn(to), hostIn(to), (error) => (error === null ? resolve() : reject(error))));
    // Peers of this process read what came, which else would be lost where much of it comes.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The first object that came, or comes, with that command. */
  async hears(command: string): Promise<Readonly<Record<string, unknown>>> {
    const find = (): Readonly<Record<string, unknown>> | undefined => this.heard.map((datagram) => JSON.parse(datagram.toString()) as Readonly<Record<string, unknown>>).find((fields) => fields['command'] === command);
    if (find() === undefined) await new Promise<void>((resolve) => (this.#look = () => find() !== undefined && resolve()));
    return find()!;
  }

  close(): void {
    this.#socket.close();
  }
}
