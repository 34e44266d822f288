import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { quoted } from '../../core/user-error.ts';
import { Connections, ROOM, type Room } from './connections.ts';
import type { Counts } from './counts.ts';
import type { Names } from './names.ts';
import { isFromNode, nodeListener, read } from './nodes.ts';
import { USER_BYTES_MAX, fateOf, type Endpoint } from './orders.ts';
import { answerPlainly, answerText, type Plain } from './plain.ts';
import type { routesOf } from './routes.ts';

/** A server for a replica, which does not listen yet. */
export function serverFor(endpoint: Endpoint, limits: Limits = LIMITS): Server {
  const { counts, names, paths: [door = ''] } = endpoint;
  let users: Promise<ReturnType<typeof routesOf>> | undefined;
  const connections = new Connections(counts, limits.room ?? ROOM);
  const nodes = nodeListener(endpoint, connections);
  const paths = new Set(['/status', ...endpoint.paths]);
  const server = createServer({ ...limits, maxHeaderSize: 8192, requireHostHeader: false }, (request, response) => {
    if (isFromNode(request) && paths.has(request.url!)) return nodes(request, response);
    const waiting = connections.begin(request, response);
    if (waiting > WAITING_REFUSED_MAX) {
      counts.add('dropped', 'impatient');
      request.socket.destroy();
      return undefined;
    }
    const refusal = waiting > WAITING_MAX ? IMPATIENT : misdirected(request, names);
    if (refusal !== undefined) return answerPlainly(counts, response, refusal);
    return isPlainOrder(request, door) ? order(endpoint, request, response) : void (users ??= routed(endpoint)).then((answer) => (response.destroyed ? undefined : answer(request, response)));
  });
  // One timer for each connection, that which each byte moves on: another between requests would be made anew for each of them.
  server.keepAliveTimeout = 0;
  server.timeout = Math.max(IDLE_MAX, 2 * endpoint.patience);
  server.on('connection', (socket) => connections.open(socket));
  server.on('checkExpectation', (_request, response) => answerPlainly(counts, response, { status: 417, text: 'expect nothing but 100-continue' }));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => answerGarbage(counts, connections, error, socket));
  // Who has sent all that it will may still wait for answers: Node has this for `net` alone among its types.
  return Object.assign(server, { httpAllowHalfOpen: true });
}

async function routed(endpoint: Endpoint): Promise<ReturnType<typeof routesOf>> {
  return (await import('./routes.ts')).routesOf(endpoint);
}

/** How many answers one connection of a user may wait for; more are refused, and after so many more the connection is broken. */
export const WAITING_MAX = 32;
export const WAITING_REFUSED_MAX = 1024;
const IMPATIENT: Plain = { status: 429, text: `wait for answers before you ask more: no more than ${WAITING_MAX} at once on one connection`, headers: { 'retry-after': '1' } };

/** What is wrong with where a request is to go, or whence it comes. */
function misdirected(request: IncomingMessage, names: Names): Plain | undefined {
  const { headers, rawHeaders, method, httpVersionMinor, socket } = request;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === 'host') hosts += 1;
  if (hosts > 1) return { status: 400, text: 'send one Host, not several' };
  if (headers.host === undefined) {
    // Probes of old speak HTTP/1.0 and name nobody. No browser does.
    if (httpVersionMinor !== 0 || (method !== 'GET' && method !== 'HEAD')) return { status: 400, text: 'say whom you ask: Host is missing' };
    headers.host = `localhost:${socket.localPort}`;
  }
  const host = /^http:\/\/([^/?#]*)/i.exec(request.url!)?.[1] ?? headers.host;
  if (!names.isHost(host)) return { status: 421, text: `no node of the cluster is known as ${quoted(host)} here: ask it by its address, as in cluster.json` };
  const { origin } = headers;
  if (origin !== undefined && !names.isOrigin(origin)) return { status: 403, text: `pages of ${quoted(origin)} may not ask this node` };
  return undefined;
}

/** What is no HTTP, or comes too slowly, gets an answer too. */
function answerGarbage(counts: Counts, connections: Connections, { code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET' || connections.isAnswering(socket)) return void socket.destroy();
  const [status, text] = GARBAGE[code ?? ''] ?? [400, 'that is not HTTP'];
  counts.add('answers', String(status));
  const body = `${text}\n`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  // Closed at once with something unread, the connection would be reset, and the answer lost.
  const linger = setTimeout(() => socket.destroy(), LINGER);
  socket.once('close', () => clearTimeout(linger));
}

const GARBAGE: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'that came too slowly'],
  HPE_HEADER_OVERFLOW: [431, 'send no more than 8 KiB of headers'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'send chunks without extensions'],
};
/** Milliseconds. */
const LINGER = 200;

/** Milliseconds after which a client that sends slowly is answered 408, and how often that is looked at; and for how many connections there is room. */
export interface Limits {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
  readonly room?: Room;
}

const LIMITS: Limits = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };
/** Milliseconds without a byte in either direction after which a connection is over, or longer, if users wait longer for an answer. */
const IDLE_MAX = 120_000;
/**
 * Whether it is an order as nearly all are, of which nothing but its body is still to be looked at. A router and the objects of the
 * Fetch standard would cost it as much as all else that its node does about it but for signatures.
 */
function isPlainOrder({ method, url, headers, rawHeaders }: IncomingMessage, door: string): boolean {
  if (method !== 'POST' || url !== door || headers['content-type'] !== 'application/json') return false;
  if (headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined || !(Number(headers['content-length']) <= USER_BYTES_MAX)) return false;
  // Of two Node shows the first alone.
  let types = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]!.length === 12 && rawHeaders[index]!.toLowerCase() === 'content-type') types += 1;
  return types === 1;
}

function order(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void {
  const { headers, url } = request;
  const leaving = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) leaving.abort();
  });
  read(request, (body) => {
    void fateOf(endpoint, body, { key: headers['idempotency-key'] as string | undefined, signal: leaving.signal, url: () => new URL(url!, `http://${headers.host}`) }).then(({ status, text, headers: more }) =>
      answerText(endpoint.counts, response, { status, text, headers: more }),
    );
  });
}
