import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeId, type NodeId } from '../../core/node.ts';
import { digestOf } from '../seal.ts';
import type { Counts } from './counts.ts';

/** Who takes the messages of nodes: a replica, or in its place a test. */
export interface NodeDesk {
  readonly counts: Counts;
  /** Whether that node is known, and this is its mark. */
  admits(envelope: Envelope): 'known' | 'unknown' | 'forged';
  /** How many bytes a message of that node may have. */
  bytesMax(from: NodeId): number;
  /** Takes a message of an admitted node. */
  hear(envelope: Envelope, message: unknown): 'taken' | 'malformed' | 'busy';
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

/** Bytes of long messages that one node may have on their way to here at once, over all its connections. */
export const UNDERWAY_MAX = 32 * 1024 * 1024;
/** A message of more bytes is a long one. */
const LONG = 64 * 1024;

/** Whether a request says that a node sends it. */
export const isFromNode = ({ headers }: IncomingMessage): boolean => headers[FROM] !== undefined;

/**
 * Takes what nodes post to a path of the protocol. Straight from Node's own server: a message between nodes is small, there
 * are thousands a second, and a router and objects of the Fetch standard for each would cost as much as all else about it.
 */
export function nodeListener(desk: NodeDesk): (request: IncomingMessage, response: ServerResponse) => void {
  /** How many bytes of long messages each node has on their way. */
  const underway = new Map<NodeId, number>();

  return (request, response) => {
    const answer = ({ status, text, headers }: Answer): void => {
      desk.counts.add('answers', String(status));
      // No more than a node needs to know: it keeps the connection anyway, and has a clock.
      response.sendDate = false;
      if (text === undefined) response.writeHead(status, KEPT).end();
      else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
    };
    const length = Number(request.headers['content-length'] ?? Infinity);
    const envelope = envelopeOf(request);
    // Who has not proved to be a node is refused before his message is read.
    const refusal = refused(desk, request, envelope, length);
    // The rest of what is refused is not read, unless it is short: then the connection goes on behind it.
    if (refusal !== undefined) return answer(length > LONG ? { ...refusal, headers: { ...refusal.headers, connection: 'close' } } : refusal);
    if (length > LONG && !reserve(envelope!.from, length, response)) return answer({ ...BUSY, headers: { ...BUSY.headers, connection: 'close' } });
    read(request, (body) => answer(fateOf(desk, envelope!, body)));
  };

  function reserve(from: NodeId, length: number, response: ServerResponse): boolean {
    const before = underway.get(from) ?? 0;
    if (before + length > UNDERWAY_MAX) return false;
    underway.set(from, before + length);
    response.once('close', () => underway.set(from, underway.get(from)! - length));
    return true;
  }
}

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const KEPT = { connection: 'keep-alive' };

const TAKEN: Answer = { status: 204 };
const BUSY: Answer = { status: 429, text: 'too much at once', headers: { 'retry-after': '1' } };

function refused(desk: NodeDesk, { method, headers }: IncomingMessage, envelope: Envelope | undefined, length: number): Answer | undefined {
  if (method !== 'POST') return { status: 405, text: 'use POST', headers: { allow: 'POST' } };
  if (headers['content-type'] !== 'application/json') return { status: 415, text: 'send application/json' };
  if (envelope === undefined) return { status: 400, text: `a message between nodes has the headers ${[FROM, TO, DIGEST, MAC].join(', ')}` };
  const standing = desk.admits(envelope);
  if (standing === 'unknown') return { status: 401, text: 'no node of this cluster has that id' };
  if (standing === 'forged') return { status: 403, text: 'that is not the mark of the node that it names' };
  if (length === Infinity) return { status: 411, text: 'tell how long the message is' };
  const most = desk.bytesMax(envelope.from);
  return length > most ? { status: 413, text: `send no more than ${most / 1024} KiB` } : undefined;
}

function envelopeOf({ headers, url }: IncomingMessage): Envelope | undefined {
  const { [FROM]: from, [TO]: to, [DIGEST]: digest, [MAC]: mac } = headers;
  if (!isId(from) || !isId(to) || typeof digest !== 'string' || typeof mac !== 'string') return undefined;
  return { from: nodeId(Number(from)), to: nodeId(Number(to)), path: url!, digest, mac };
}

const isId = (word: unknown): word is string => typeof word === 'string' && /^\d{1,6}$/.test(word);

/** Reads a body, which is as long as was told, to its end. A sender that goes away before is not answered. */
function read(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
}

function fateOf(desk: NodeDesk, envelope: Envelope, body: Buffer): Answer {
  if (digestOf(body) !== envelope.digest) return { status: 403, text: 'the message is not the one that was sealed' };
  const message = parsed(body);
  if (message === undefined) return { status: 400, text: 'that is not JSON' };
  const fate = desk.hear(envelope, message);
  switch (fate) {
    case 'taken':
      return TAKEN;
    case 'malformed':
      return { status: 400, text: 'that is no message of this protocol' };
    case 'busy':
      return BUSY;
    default:
      return fate satisfies never;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
