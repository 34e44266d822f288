/** What users may ask of a node beside the orders that nearly all post. Loaded when the first of them comes: with the objects of the Fetch standard it takes as long as a tenth of a node's start. */
import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { USER_BYTES_MAX, fateOf, mistaken, type Endpoint, type Reply } from './orders.ts';

/** Answers by what is asked at which path. */
export function routesOf(endpoint: Endpoint): ReturnType<typeof getRequestListener> {
  const { counts, paths: [door = '', ...doors] } = endpoint;
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
  return getRequestListener(app.fetch);
}

/** Said so often that it is not said anew each time. */
const STATUSES: Readonly<Record<number, string>> = { 200: '200', 204: '204' };

type Refused = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429;

const refuse = (c: Context, status: Refused, text: string, headers: Record<string, string> = {}): Response => c.text(`${text}\n`, status, headers);

const mistake = (c: Context, status: 400 | 415, text: string): Response => told(c, mistaken(status, text, new URL(c.req.path, c.req.url)));

const told = (c: Context, { status, text, headers }: Reply): Response => c.text(text, status, { ...headers });

const mediaTypeOf = (c: Context): string | undefined => c.req.header('content-type')?.split(';')[0]!.trim().toLowerCase();

const isPlainCoding = (coding: string | undefined): boolean => coding === undefined || coding.trim().toLowerCase() === 'identity';

type Handler = (c: Context, path: string) => Promise<Response> | Response;

function userHandler(endpoint: Endpoint): (c: Context) => Promise<Response> {
  return limited(USER_BYTES_MAX, async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer());
    return told(c, await fateOf(endpoint, body, { key: c.req.header('idempotency-key'), signal: c.req.raw.signal, url: () => new URL(c.req.path, c.req.url) }));
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
