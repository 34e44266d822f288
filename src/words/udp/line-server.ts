import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { figure } from '../../core/figures.ts';
import { UserError } from '../../core/user-error.ts';
import { executeLine } from './session.ts';
import type { WordsNode } from './node.ts';

/** What stands before each line that a client types. */
export const PROMPT = '> ';
/** How what a client hears first begins; and where there is no room for it. */
export const GREETING = 'peer ';
export const TURNED_AWAY = 'no more than ';

/** A longer line is none of ours. */
const LINE_MAX = 1024;
const CLIENTS_MAX = 32;

/** Who has said nothing for so many minutes gives its place to somebody else, where there is no other. */
const IDLE_MINUTES = 5;

/** Lines over TCP, as people type them into telnet or nc: each is answered, and then there is a prompt again. Several clients at once. */
export class LineServer {
  readonly port: number;
  readonly #server: Server;
  readonly #now: () => number;
  readonly #sockets = new Set<Socket>();
  /** When each of those who talk last said a line, whoever did so longest ago first; others only have not left yet. */
  readonly #talking = new Map<Socket, number>();

  /** @param now milliseconds by a clock that only goes on @throws UserError */
  static async listen(node: WordsNode, host: string, port: number, now: () => number = () => performance.now()): Promise<LineServer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host, port });
    try {
      await once(server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(`${host}:${port} cannot be listened at for commands: ${code === 'EADDRINUSE' ? 'somebody listens there already' : String(code)}`);
    }
    return new LineServer(node, server, now);
  }

  private constructor(node: WordsNode, server: Server, now: () => number) {
    this.#server = server;
    this.#now = now;
    this.port = (server.address() as AddressInfo).port;
    server.on('error', () => undefined);
    server.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
      this.#sockets.add(socket);
      if (!this.#hasPlace()) return farewell(socket, `${TURNED_AWAY}${CLIENTS_MAX} can talk to this peer at once\n`);
      this.#talking.set(socket, this.#now());
      void serve(node, socket, () => this.#note(socket)).finally(() => this.#talking.delete(socket));
    });
  }

  /** Where there is none, whoever is silent longest loses its own, if that is long enough. */
  #hasPlace(): boolean {
    if (this.#talking.size < CLIENTS_MAX) return true;
    const [socket, last] = this.#talking.entries().next().value!;
    if (this.#now() - last < IDLE_MINUTES * 60_000) return false;
    this.#talking.delete(socket);
    farewell(socket, `\nnothing was said here for ${IDLE_MINUTES} minutes, and somebody else wants this place\n`);
    return true;
  }

  /** It says something, if it still has its place. */
  #note(socket: Socket): void {
    if (this.#talking.delete(socket)) this.#talking.set(socket, this.#now());
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Answers one client, line by line, until it says exit or no more. @param heard is told of each line, before and after it is answered */
export async function serve(node: WordsNode, socket: Duplex, heard: () => void = () => undefined): Promise<void> {
  socket.write(`${GREETING}${node.name}, at ${node.address}; help shows what can be said\n${PROMPT}`);
  try {
    for await (const line of linesOf(socket)) {
      // Its place may have gone to somebody else.
      if (socket.writableEnded) return;
      heard();
      if (line.trim() !== '') {
        const { lines, isOver } = await executeLine(node, line, (text) => socket.write(`${text}\n`));
        if (isOver) break;
        heard();
        socket.write(lines.map((one) => `${one}\n`).join(''));
      }
      // Who does not read what it is told is told no more until it does.
      if (!socket.write(PROMPT)) await drained(socket);
      if (socket.destroyed) return;
    }
  } catch (error) {
    if (!(error instanceof TooLong)) return void socket.destroy();
    return farewell(socket, `a line has at most ${figure(LINE_MAX)} bytes\n`);
  }
  farewell(socket, '');
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('drain', end).off('close', end);
      resolve();
    };
    socket.on('drain', end).on('close', end);
  });
}

/** A connection that is reset while a last line is on its way can lose it: so what else comes is read, and left, until the client ends too, or has had its time. */
function farewell(socket: Duplex, last: string): void {
  socket.end(last);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), FAREWELL);
  socket.once('close', () => clearTimeout(timer));
}

/** Milliseconds in which a client can read its last line. */
const FAREWELL = 1000;

class TooLong extends Error {}

/** The lines that come, without their ends and without what telnet says to itself. While one is being answered no more are read. */
async function* linesOf(socket: Duplex): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  // Whoever takes no more lines may have a last one to write.
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      if (end > LINE_MAX) throw new TooLong();
      yield textOf(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LINE_MAX) throw new TooLong();
  }
  if (rest.length > 0) yield textOf(rest);
}

const LF = 10;

/** RFC 854: a command of telnet is 255, what it is, and for most what about. */
function textOf(bytes: Buffer): string {
  const kept: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 255) kept.push(bytes[at]!);
    else at += bytes[at + 1]! >= 251 ? 2 : 1;
  }
  return Buffer.from(kept).toString().replace(/\r$/, '');
}
