import { getRequestListener } from '@hono/node-server';
import { Ajv } from 'ajv';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isFromNode, nodeListener, type NodeDesk } from './nodes.ts';

/** Who stands behind the server: a replica, or in its place a test. */
export interface Desk extends NodeDesk {
  /** How many characters a user's data may have. */
  readonly dataMax: number;
  /** The paths to which nodes post messages; to the first of them users post requests, too. */
  readonly paths: readonly string[];
  status(): string;
  fullStatus(): object;
  metrics(): Promise<string>;
  /** Orders what a user asks; resolves with what the user is told. */
  order(data: string, signal: AbortSignal): Promise<Told>;
}

export interface Told {
  readonly status: 200 | 401 | 429 | 503;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a user may post, in bytes. */
export const USER_BYTES_MAX = 64 * 1024;

/** A server for a replica, which does not listen yet. */
export function serverFor(desk: Desk, limits: Limits = LIMITS): Server {
  const app = new Hono();
  // Counted here and not in a middleware: without one, hono calls the handler and nothing else.
  const counted = (handler: (c: Context) => Response | Promise<Response>) => async (c: Context): Promise<Response> => {
    const answer = await handler(c);
    desk.counts.add('answers', STATUSES[answer.status] ?? String(answer.status));
    return answer;
  };
  // One handler a path, whatever the method: hono composes several, and that costs.
  const on = (path: string, methods: readonly string[], handler: (c: Context) => Response | Promise<Response>): void => {
    app.all(path, counted((c) => (methods.includes(c.req.method) ? handler(c) : refuse(c, 405, `use ${methods[0]!}`, { allow: methods.join(', ') }))));
  };
  on('/status', ['GET', 'HEAD'], (c) => (c.req.query('full') === undefined ? c.json(desk.status()) : c.json(desk.fullStatus())));
  on('/metrics', ['GET', 'HEAD'], async (c) => c.text(await desk.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }));
  const user = userHandler(desk);
  for (const [index, path] of desk.paths.entries()) {
    on(path, ['POST'], (c) => {
      if (mediaTypeOf(c) !== 'application/json') return refuse(c, 415, 'send application/json');
      return index === 0 ? user(c) : refuse(c, 401, 'only nodes of the cluster post here');
    });
  }
  app.notFound(counted((c) => refuse(c, 404, 'there is nothing here: GET /status, GET /metrics, POST /preprepare')));
  app.onError((error, c) => {
    // A client that goes away while it sends is nobody's error.
    if (c.req.raw.signal.aborted) return refuse(c, 400, 'the request broke off');
    throw error;
  });
  const users = getRequestListener(app.fetch);
  const nodes = nodeListener(desk);
  const paths = new Set(desk.paths);
  const isPatient = patience();
  const server = createServer({ ...limits, maxHeaderSize: 8192 }, (request, response) => {
    if (isFromNode(request) && paths.has(request.url!)) return nodes(request, response);
    if (isPatient(request.socket, response)) return void users(request, response);
    if (!request.socket.destroyed) desk.counts.add('dropped', 'impatient');
    request.socket.destroy();
  });
  server.keepAliveTimeout = 120_000;
  server.timeout = IDLE_MAX;
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

/** Whether a user waits for answers before asking more. Who does not, and does not read them either, would fill the memory with them. */
function patience(): (socket: Socket, response: ServerResponse) => boolean {
  const waiting = new WeakMap<Socket, number>();
  return (socket, response) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > WAITING_MAX) return false;
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, waiting.get(socket)! - 1));
    return true;
  };
}

/** How many answers one connection of a user may wait for. */
export const WAITING_MAX = 32;

/** Milliseconds after which a client that sends slowly is answered 408, and how often that is looked at. */
export interface Limits {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
}

const LIMITS: Limits = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };
const CONNECTIONS_MAX = 1024;
/** Milliseconds without a byte in either direction after which a connection is over: longer than a user waits for an answer. */
const IDLE_MAX = 60_000;
/** Said so often that it is not said anew each time. */
const STATUSES: Readonly<Record<number, string>> = { 200: '200', 204: '204' };

type Refused = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429;

const refuse = (c: Context, status: Refused, text: string, headers: Record<string, string> = {}): Response => c.text(`${text}\n`, status, headers);

const mediaTypeOf = (c: Context): string | undefined => c.req.header('content-type')?.split(';')[0]!.trim().toLowerCase();

type Handler = (c: Context, path: string) => Promise<Response> | Response;

/** Compiled once, and not for each server: that takes some 30 ms. */
const isOrder = new Ajv().compile({ type: 'object', required: ['data'], additionalProperties: false, properties: { data: { type: 'string' } } });

function userHandler(desk: Desk): (c: Context) => Promise<Response> {
  return limited(USER_BYTES_MAX, async (c) => {
    const value = parsed(await c.req.text());
    if (value === undefined) return refuse(c, 400, 'that is not JSON');
    if (!isOrder(value)) return refuse(c, 400, 'send {"data": "…"}, and nothing else');
    const { data } = value as { data: string };
    if (data.length > desk.dataMax) return refuse(c, 413, `send data of no more than ${desk.dataMax} characters`);
    if (!data.isWellFormed()) return refuse(c, 400, 'send text that is Unicode: it holds half a surrogate pair');
    const { status, text, headers } = await desk.order(data, c.req.raw.signal);
    return c.text(text, status, { ...headers });
  });
}

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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
