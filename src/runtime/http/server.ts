import { getRequestListener } from '@hono/node-server';
import { Ajv, type ValidateFunction } from 'ajv';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { quoted } from '../../core/user-error.ts';
import { Connections, ROOM, type Room } from './connections.ts';
import type { Counts } from './counts.ts';
import { readJson } from './json.ts';
import type { Names } from './names.ts';
import { isFromNode, nodeListener, read, type NodeEndpoint } from './nodes.ts';
import { answerPlainly, answerText, type Plain } from './plain.ts';

/** Who stands behind the server: a replica, or in its place a test. */
export interface Endpoint extends NodeEndpoint {
  /** Under which it is asked. */
  readonly names: Names;
  /** Milliseconds that a user may wait for an answer. */
  readonly patience: number;
  /** The paths to which nodes post messages; to the first of them users post requests, too. */
  readonly paths: readonly string[];
  status(): string;
  fullStatus(): object;
  metrics(): Promise<string>;
  /** Orders what a user asks; resolves with what the user is told. @param key under which it is executed once, however often it is asked */
  order(data: string, key: string | undefined, signal: AbortSignal): Promise<Reply>;
}

export interface Reply {
  readonly status: 200 | 400 | 401 | 413 | 415 | 422 | 429 | 503 | 507;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a user may post, in bytes. */
export const USER_BYTES_MAX = 64 * 1024;

/** A server for a replica, which does not listen yet. */
export function serverFor(endpoint: Endpoint, limits: Limits = LIMITS): Server {
  const { counts, names, paths: [door = '', ...doors] } = endpoint;
  const app = new Hono();
  // Counted here and not in a middleware: without one, hono calls the handler and nothing else.
  const counted = (handler: (c: Context) => Response | Promise<Response>) => async (c: Context): Promise<Response> => {
    const answer = await handler(c);
    counts.add('answers', STATUSES[answer.status] ?? String(answer.status));
    return answer;
  };
  // One handler a path, whatever the method: hono composes several, and that costs.
  const on = (path: string, methods: readonly string[], handler: (c: Context) => Response | Promise<Response>): void => {
    app.all(path, counted((c) => (methods.includes(c.req.method) ? handler(c) : refuse(c, 405, `use ${methods[0]!}`, { allow: methods.join(', ') }))));
  };
  on('/status', ['GET', 'HEAD'], (c) => (c.req.query('full') === undefined ? c.json(endpoint.status()) : c.json(endpoint.fullStatus())));
  // Who look in the same moment see the same: to write it all down costs what a hundred other answers do.
  let metrics: Promise<string> | undefined;
  const look = (): Promise<string> => {
    if (metrics === undefined) setImmediate(() => (metrics = undefined));
    return (metrics ??= endpoint.metrics());
  };
  on('/metrics', ['GET', 'HEAD'], async (c) => c.text(await look(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }));
  const user = userHandler(endpoint);
  on(door, ['POST'], (c) => {
    if (mediaTypeOf(c) !== 'application/json') return mistake(c, 415, 'send application/json');
    if (!isPlainCoding(c.req.header('content-encoding'))) return mistake(c, 415, 'send it as it is, not compressed: Content-Encoding is not read here');
    return user(c);
  });
  for (const path of doors) on(path, ['POST'], (c) => refuse(c, 401, 'only nodes of the cluster post here'));
  app.notFound(counted((c) => refuse(c, 404, 'there is nothing here: GET /status, GET /metrics, POST /preprepare')));
  app.onError((error, c) => {
    // A client that goes away while it sends is nobody's error.
    if (c.req.raw.signal.aborted) return refuse(c, 400, 'the request broke off');
    throw error;
  });
  const users = getRequestListener(app.fetch);
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
    return isPlainOrder(request, door) ? order(endpoint, request, response) : void users(request, response);
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
/** Said so often that it is not said anew each time. */
const STATUSES: Readonly<Record<number, string>> = { 200: '200', 204: '204' };

type Refused = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429;

const refuse = (c: Context, status: Refused, text: string, headers: Record<string, string> = {}): Response => c.text(`${text}\n`, status, headers);

const mistake = (c: Context, status: 400 | 415, text: string): Response => told(c, mistaken(status, text, new URL(c.req.path, c.req.url)));

const told = (c: Context, { status, text, headers }: Reply): Response => c.text(text, status, { ...headers });

/** Says what is wrong, and below it what would be right, for the shells of either kind. */
function mistaken(status: 400 | 415, text: string, { href }: URL): Reply {
  return { status, text: `${text}\n${curl("'Content-Type: application/json'", `'{"data":"very-important-data"}'`, href)}\nin cmd.exe: ${curl('"Content-Type: application/json"', '"{\\"data\\":\\"very-important-data\\"}"', href)}\n` };
}

const curl = (header: string, data: string, url: string): string => `curl -X POST -H ${header} -d ${data} ${url}`;

const mediaTypeOf = (c: Context): string | undefined => c.req.header('content-type')?.split(';')[0]!.trim().toLowerCase();

export const isPlainCoding = (coding: string | undefined): boolean => coding === undefined || coding.trim().toLowerCase() === 'identity';

type Handler = (c: Context, path: string) => Promise<Response> | Response;

let compiled: ValidateFunction | undefined;

/** Compiled when the first user asks, and not for each server: that takes as long as a tenth of a thread's start, and few nodes meet a user. */
const isOrder = (value: unknown): boolean => {
  compiled ??= new Ajv({ meta: false, validateSchema: false }).compile({ type: 'object', required: ['data'], additionalProperties: false, properties: { data: { type: 'string' } } });
  return compiled(value);
};

function userHandler(endpoint: Endpoint): (c: Context) => Promise<Response> {
  return limited(USER_BYTES_MAX, async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer());
    return told(c, await fateOf(endpoint, body, { key: c.req.header('idempotency-key'), signal: c.req.raw.signal, url: () => new URL(c.req.path, c.req.url) }));
  });
}

/** What is to be known of an order beside its body. */
interface About {
  readonly key: string | undefined;
  /** Its user left. */
  readonly signal: AbortSignal;
  readonly url: () => URL;
}

async function fateOf(endpoint: Endpoint, body: Buffer, { key, signal, url }: About): Promise<Reply> {
  const found = readJson(body, USER_JSON);
  if ('flaw' in found) return mistaken(400, found.flaw, url());
  if (!isOrder(found.value)) return mistaken(400, 'send {"data": "…"}, and nothing else', url());
  const { data } = found.value as { data: string };
  if (!data.isWellFormed()) return mistaken(400, 'send text that is Unicode: it holds half a surrogate pair', url());
  return endpoint.order(data, key, signal);
}

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

/** An order has one field; somewhat more is told in other words what is wrong with it. */
const USER_JSON = { depth: 8, parts: 64 };

/** A handler that gets no more than so many bytes. A length that is told is believed, as Node reads no further; where none is told, hono counts. */
function limited(maxSize: number, handler: Handler): (c: Context, path?: string) => Promise<Response> {
  const tooLarge = (c: Context): Response => refuse(c, 413, `send no more than ${maxSize / 1024} KiB`, { connection: 'close' });
  const counting = bodyLimit({ maxSize, onError: tooLarge });
  return async (c, path = '') => {
    const length = c.req.header('content-length');
    if (length !== undefined && c.req.header('transfer-encoding') === undefined) return Number(length) > maxSize ? tooLarge(c) : handler(c, path);
    let answer: Response | undefined;
    const early = await counting(c, async () => {
      answer = await handler(c, path);
    });
    return early ?? answer!;
  };
}
