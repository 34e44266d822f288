import { performance } from 'node:perf_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { nodeId, type NodeId } from '../../core/node.ts';
import { digestOf } from '../signer.ts';
import { Allowance, type Rates } from './allowance.ts';
import type { Connections } from './connections.ts';
import type { Counts } from './counts.ts';
import { readJson, type Size } from './json.ts';
import { answerPlainly, type Plain } from './plain.ts';

/** Who takes the messages of nodes: a replica, or in its place a test. */
export interface NodeEndpoint {
  readonly counts: Counts;
  /** How many other nodes there are, and what each may ask. */
  readonly peers: number;
  readonly rates: Rates;
  /** Whether that node is known, and this is its mark; `other` if it was started with other settings. */
  admits(envelope: Envelope): 'known' | 'unknown' | 'forged' | 'other';
  /** The node that somebody is, or whose client. */
  homeOf(id: NodeId): NodeId;
  /** How large such a message may be. */
  sizeMax(envelope: Envelope): Size;
  /** Takes a greeting of an admitted node. @returns what is wrong with it, if something is */
  greet(from: NodeId, shared: string): string | undefined;
  /** Takes a message of an admitted node; `vain` if nothing came of it. */
  hear(envelope: Envelope, message: unknown): 'taken' | 'vain' | 'malformed' | 'busy';
}

/** What is on the outside of a message between nodes. */
export interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly path: string;
  readonly digest: string;
  readonly mac: string;
}

/** The headers of an envelope. */
export const FROM = 'generals-from';
export const TO = 'generals-to';
export const DIGEST = 'generals-digest';
export const MAC = 'generals-mac';
/** In a greeting, what the sender was started with. */
export const SHARED = 'generals-shared';

/** Bytes of long messages that one node may have on their way to here at once, over all its connections. */
export const UNDERWAY_MAX = 32 * 1024 * 1024;
/** A message of more bytes is a long one. */
const LONG = 64 * 1024;

/** Whether a request says that a node sends it. */
export const isFromNode = ({ headers }: IncomingMessage): boolean => headers[FROM] !== undefined;

/**
 * Takes what nodes post to a path of the protocol, and their greetings. Straight from Node's own server: a message between
 * nodes is small, there are thousands a second, and a router and objects of the Fetch standard for each would cost as much as
 * all else about it.
 */
export function nodeListener(endpoint: NodeEndpoint, connections: Connections): (request: IncomingMessage, response: ServerResponse) => void {
  const { counts } = endpoint;
  /** How many bytes of long messages each node has on their way. */
  const underway = new Map<NodeId, number>();
  const allowance = new Allowance(endpoint.rates, endpoint.peers, () => performance.now());

  return (request, response) => {
    let spent = 0;
    const answer = (plain: Plain): void => {
      // No more than a node needs to know: it has a clock.
      response.sendDate = false;
      answerPlainly(counts, response, plain);
      const peer = connections.peerOf(request.socket);
      if (peer !== undefined && plain.text === WAIT.text) counts.add('throttled', String(peer));
      if (peer !== undefined && plain !== TAKEN && plain !== BUSY) allowance.spend(peer, lengthOf(request), spent + busySince());
    };
    spent += Math.min(busySince(), CARRIAGE_MAX);
    const envelope = envelopeOf(request);
    const isGreeting = request.method === 'HEAD';
    const length = lengthOf(request);
    // Who has not proved to be a node is refused before his message is read. What was sent before its node was told to wait, or
    // in spite of that, is not even worth a look at its mark.
    const refusal = held.has(request.socket) ? WAIT : (strange(endpoint, request, envelope) ?? allowed(request, response, envelope!, length));
    // The rest of what is refused is not read, unless it is short: then the connection goes on behind it.
    if (refusal !== undefined) return answer(length > LONG ? { ...refusal, headers: { ...refusal.headers, connection: 'close' } } : refusal);
    if (isGreeting) return answer(greeted(request, envelope!));
    return read(request, (body) => {
      spent += Math.min(busySince(), CARRIAGE_MAX);
      answer(fateOf(endpoint, envelope!, body));
    });
  };

  /** Why an admitted node may not say that, if it may not. */
  function allowed(request: IncomingMessage, response: ServerResponse, envelope: Envelope, length: number): Plain | undefined {
    const home = endpoint.homeOf(envelope.from);
    connections.prove(request.socket, home);
    if (length === Infinity) return { status: 411, text: 'tell how long the message is' };
    const { bytes } = endpoint.sizeMax(envelope);
    if (length > bytes) return { status: 413, text: `send no more than ${bytes} bytes to ${envelope.path}` };
    const wait = allowance.take(home, length);
    if (wait > 0) {
      pause(request.socket, wait);
      return { ...WAIT, headers: { 'retry-after': String(Math.ceil(wait / 1000)) } };
    }
    return length <= LONG || reserve(envelope.from, length, bytes, response) ? undefined : BUSY;
  }

  function reserve(from: NodeId, length: number, largest: number, response: ServerResponse): boolean {
    const before = underway.get(from) ?? 0;
    if (before + length > Math.max(UNDERWAY_MAX, largest)) return false;
    underway.set(from, before + length);
    response.once('close', () => underway.set(from, underway.get(from)! - length));
    return true;
  }

  function greeted({ headers: { [SHARED]: shared } }: IncomingMessage, envelope: Envelope): Plain {
    if (typeof shared !== 'string' || digestOf(Buffer.from(shared)) !== envelope.digest) return { status: 403, text: 'the greeting is not the one that was marked' };
    const flaw = endpoint.greet(envelope.from, shared);
    return flaw === undefined ? { status: 200 } : { status: 409, text: flaw };
  }
}

/**
 * Milliseconds that this thread was busy since this was last asked. What goes on between two messages is mostly for the
 * second: to read it, to part its headers, to look at its mark.
 */
function busySince(): number {
  const [now, { idleTime: idle }] = [performance.now(), performance.nodeTiming];
  const busy = now - last.now - (idle - last.idle);
  last.now = now;
  last.idle = idle;
  return Math.max(0, busy);
}

/** Of the thread, not of a node: it may be home to several. */
const last = { now: performance.now(), idle: performance.nodeTiming.idleTime };

/** Longer than this, most of it was for something else, such as users, or collecting garbage. */
const CARRIAGE_MAX = 0.2;

/** Reads no more from a connection for a while: what it goes on to send would cost something even if it were refused. */
function pause(socket: Socket, milliseconds: number): void {
  if (held.has(socket)) return;
  held.add(socket);
  // Whoever reads a request to its end has the next one come.
  const hold = (): void => void socket.pause();
  const release = (): void => {
    clearTimeout(waiting);
    held.delete(socket);
    socket.off('resume', hold).off('close', release).resume();
  };
  const waiting = setTimeout(release, milliseconds);
  socket.on('resume', hold).on('close', release);
  process.nextTick(hold);
}

const held = new WeakSet<Socket>();

const TAKEN: Plain = { status: 204 };
const VAIN: Plain = { status: 204 };
const WAIT: Plain = { status: 429, text: 'you ask too much', headers: { 'retry-after': '1' } };
const BUSY: Plain = { status: 429, text: 'too much at once', headers: { 'retry-after': '1' } };

const lengthOf = ({ method, headers }: IncomingMessage): number => (method === 'HEAD' ? 0 : Number(headers['content-length'] ?? Infinity));

/** Why somebody is not heard as a node of this cluster, if he is not. */
function strange(endpoint: NodeEndpoint, { method, headers }: IncomingMessage, envelope: Envelope | undefined): Plain | undefined {
  if (method === 'HEAD' ? headers[SHARED] === undefined : method !== 'POST') return { status: 405, text: 'use POST', headers: { allow: 'POST' } };
  if (method === 'POST' && headers['content-type'] !== 'application/json') return { status: 415, text: 'send application/json' };
  if (headers['content-encoding'] !== undefined) return { status: 415, text: 'send it as it is, not compressed' };
  if (envelope === undefined) return { status: 400, text: `a message between nodes has the headers ${[FROM, TO, DIGEST, MAC].join(', ')}` };
  const standing = endpoint.admits(envelope);
  switch (standing) {
    case 'unknown':
      return { status: 401, text: 'no node of this cluster has that id' };
    case 'forged':
      return { status: 403, text: 'that is not the mark of the node that it names' };
    case 'other':
      if (method === 'HEAD') return undefined;
      endpoint.counts.add('differing', String(endpoint.homeOf(envelope.from)));
      return { status: 409, text: 'you were started with other settings' };
    case 'known':
      return undefined;
    default:
      return standing satisfies never;
  }
}

function envelopeOf({ headers, url }: IncomingMessage): Envelope | undefined {
  const { [FROM]: from, [TO]: to, [DIGEST]: digest, [MAC]: mac } = headers;
  if (!isId(from) || !isId(to) || typeof digest !== 'string' || typeof mac !== 'string') return undefined;
  return { from: nodeId(Number(from)), to: nodeId(Number(to)), path: url!, digest, mac };
}

const isId = (word: unknown): word is string => typeof word === 'string' && /^\d{1,6}$/.test(word);

/** Reads a body, which is as long as was told, to its end. A sender that goes away before is not answered. */
export function read(request: IncomingMessage, done: (body: Buffer) => void): void {
  // Nearly always all of it came with the headers. It is taken as soon as it is there, which is before the stream is told of its end:
  // no listener has to be set, and nothing made to flow.
  process.nextTick(() => {
    if (!request.destroyed && request.readableLength === lengthOf(request)) done((request.read() as Buffer | null) ?? NO_BYTES);
    else readOn(request, done);
  });
}

const NO_BYTES = Buffer.alloc(0);

function readOn(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
}

function fateOf(endpoint: NodeEndpoint, envelope: Envelope, body: Buffer): Plain {
  if (digestOf(body) !== envelope.digest) return { status: 403, text: 'the message is not the one that was marked' };
  const read = readJson(body, endpoint.sizeMax(envelope));
  if ('flaw' in read) return { status: 400, text: read.flaw };
  const fate = endpoint.hear(envelope, read.value);
  switch (fate) {
    case 'taken':
      return TAKEN;
    case 'vain':
      return VAIN;
    case 'malformed':
      return { status: 400, text: 'that is no message of this protocol' };
    case 'busy':
      return BUSY;
    default:
      return fate satisfies never;
  }
}
