import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NodeId } from '../../core/node.ts';
import type { Counts } from './counts.ts';

/** One connection to a server. */
interface Connection {
  readonly address: string;
  /** The node at its other end, once it has proved to be one. */
  peer: NodeId | undefined;
  /** The last request on it. */
  request: IncomingMessage | undefined;
  /** The answers that it waits for, the oldest first. */
  readonly answers: ServerResponse[];
}

/** Those of one node, the oldest first, and how many of them may still be closed in this second. */
interface PeerConnections {
  readonly sockets: Set<Socket>;
  closings: number;
  refill: NodeJS.Timeout | undefined;
}

/**
 * How many connections of one node are closed a second for the sake of newer ones. A traitor opens each anew at once, and a new one
 * costs more than one that waits, as all do that a node has beyond what it may ask. Of those there are never more than CROWD.
 */
const CLOSINGS = 16;
const CROWD = 256;

/** The most connections of users at one server, those of one address, and those of one node. */
export interface Room {
  readonly users: number;
  readonly address: number;
  readonly peer: number;
}

/**
 * A node itself keeps one connection; another may be on its way in when the last is not gone yet. Many users may be
 * behind one address, so it may have a quarter of the room; on loopback there is but one address for all, and it may have all.
 */
export const ROOM: Room = { users: 1024, address: 256, peer: 2 };

/**
 * The connections of a server, so that idle ones, be they thousands, keep nobody out. When there is no room for another user the
 * connection that has been idle the longest gives way, one of the same address first; only when every one of them waits for
 * an answer the new one is refused. Connections of nodes are counted apart, and never give way to a user's. A connection is a node's
 * once a message on it bore the node's mark; a fresh one is a user's until then.
 */
export class Connections {
  readonly #counts: Counts;
  readonly #room: Room;
  readonly #all = new WeakMap<Socket, Connection>();
  /** Of users, the one that has been idle the longest first. */
  readonly #users = new Map<Socket, Connection>();
  readonly #addresses = new Map<string, number>();
  readonly #peers = new Map<NodeId, PeerConnections>();

  constructor(counts: Counts, room: Room) {
    this.#counts = counts;
    this.#room = room;
  }

  open(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (!this.#makeRoom(address)) {
      this.#counts.add('connections_closed', 'no room');
      socket.destroy();
      return;
    }
    const connection: Connection = { address, peer: undefined, request: undefined, answers: [] };
    this.#all.set(socket, connection);
    this.#users.set(socket, connection);
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    socket.once('end', () => this.#probe(socket, connection));
    socket.once('close', () => {
      this.#dropUser(socket);
      if (connection.peer !== undefined) this.#peers.get(connection.peer)?.sockets.delete(socket);
    });
  }

  /** A request came. @returns how many answers its connection waits for now */
  begin(request: IncomingMessage, response: ServerResponse): number {
    const { socket } = request;
    const connection = this.#all.get(socket);
    if (connection === undefined) return 1;
    connection.request = request;
    connection.answers.push(response);
    response.once('close', () => {
      connection.answers.splice(connection.answers.indexOf(response), 1);
    });
    if (this.#users.delete(socket)) this.#users.set(socket, connection);
    return connection.answers.length;
  }

  /** A message bore the mark of that node. */
  prove(socket: Socket, peer: NodeId): void {
    const connection = this.#all.get(socket);
    if (connection === undefined || connection.peer !== undefined) return;
    connection.peer = peer;
    this.#dropUser(socket);
    let connections = this.#peers.get(peer);
    if (connections === undefined) this.#peers.set(peer, (connections = { sockets: new Set(), closings: CLOSINGS, refill: undefined }));
    connections.sockets.add(socket);
    this.#closeOldest(connections);
  }

  #closeOldest(connections: PeerConnections): void {
    const { sockets } = connections;
    for (const oldest of sockets) {
      if (sockets.size <= this.#room.peer) return;
      if (connections.closings === 0 && sockets.size <= CROWD) break;
      connections.closings = Math.max(0, connections.closings - 1);
      this.#counts.add('connections_closed', 'of a node');
      sockets.delete(oldest);
      oldest.destroy();
    }
    connections.refill ??= setTimeout(() => {
      connections.refill = undefined;
      connections.closings = CLOSINGS;
      this.#closeOldest(connections);
    }, 1000).unref();
  }

  /** The node at its other end, if it has proved to be one. */
  peerOf(socket: Socket): NodeId | undefined {
    return this.#all.get(socket)?.peer;
  }

  /** Whether a part of an answer is on its way, so that nothing else can be said there. */
  isAnswering(socket: Socket): boolean {
    return this.#all.get(socket)?.answers[0]?.headersSent === true;
  }

  #makeRoom(address: string): boolean {
    const { users, address: most } = this.#room;
    const isCrowd = !isLoopback(address) && (this.#addresses.get(address) ?? 0) >= most;
    if (!isCrowd && this.#users.size < users) return true;
    const idle = [...this.#users].filter(([, connection]) => isIdle(connection));
    const [victim] = idle.find(([, connection]) => connection.address === address) ?? (isCrowd ? [] : (idle[0] ?? []));
    if (victim === undefined) return false;
    this.#counts.add('connections_closed', 'idle');
    this.#dropUser(victim);
    victim.destroy();
    return true;
  }

  #dropUser(socket: Socket): void {
    const connection = this.#users.get(socket);
    if (connection === undefined) return;
    this.#users.delete(socket);
    const count = this.#addresses.get(connection.address)! - 1;
    if (count === 0) this.#addresses.delete(connection.address);
    else this.#addresses.set(connection.address, count);
  }

  /**
   * The other end says no more. It may wait for answers all the same, or be gone, and only what is written to it can tell: so it is
   * told now and then that its request is under way, as HTTP/1.1 allows before any answer.
   */
  #probe(socket: Socket, { answers }: Connection): void {
    const ask = (): void => {
      const [answer] = answers;
      if (answer?.headersSent === false && answer.req.httpVersion === '1.1') answer.writeProcessing();
    };
    if (answers.length === 0) return;
    ask();
    const probes = setInterval(ask, PROBE);
    socket.once('close', () => clearInterval(probes));
  }
}

/** Milliseconds between two looks whether a silent user is still there. */
const PROBE = 500;

/** Whether it waits for nothing that this server would have to do: it has no request, or does not finish it, or does not read the answer. */
const isIdle = ({ request, answers }: Connection): boolean => request === undefined || !request.complete || answers.every(({ writableEnded }) => writableEnded);

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);
