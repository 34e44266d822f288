import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError, quoted } from '../../core/user-error.ts';
import { Names } from '../../runtime/http/names.ts';
import { servedDocument } from '../document.ts';
import type { LiveNews } from '../live/news.ts';
import type { Ask, News } from '../news.ts';
import { askIn } from './asks.ts';
import { liveScript, liveStyle, script, style } from './files.ts';
import { READERS_MAX, Readers } from './readers.ts';

/** What stands behind a page that shows something live. */
export interface Live {
  readonly shows: 'army' | 'nodes';
  /** All that a page is to know that has just come. */
  readonly snapshot: () => readonly (News | LiveNews)[];
  /** A page asks; what comes of it is told to all. */
  readonly ask: (ask: Ask) => void;
}

export interface PageServer {
  /** With the token without which nothing is shown. */
  readonly url: string;
  /** Tells all pages. */
  tell(news: News | LiveNews): void;
  close(): Promise<void>;
}

/** The most that a page may ask at a time, in bytes: a line of the prompt fits in. */
const ASK_MAX = 2 ** 21;

const REASONS: Readonly<Record<string, string>> = { EADDRINUSE: 'something listens there', EACCES: 'that takes more rights' };

/** What the browser may load for a served page: what this server has, and nothing else. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Serves the page at 127.0.0.1. Any website may have a browser ask what listens there; so the name that is asked for, the page that asks,
 * and a token that only the printed URL has are looked at, and what is not JSON is refused.
 * @param port 0 lets the system choose
 * @param live what the page shows; where there is nothing it runs a laboratory of its own
 * @param own a script that brings something of somebody's own to that
 */
export async function servePage(port: number, live?: Live, own = ''): Promise<PageServer> {
  const token = randomBytes(16).toString('hex');
  const names = new Names();
  const readers = new Readers(() => live?.snapshot() ?? []);
  const app = new Hono<{ Bindings: HttpBindings }>();
  const isToken = (given: string | undefined): boolean => given !== undefined && given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token));
  const refuse = (c: Context, status: 400 | 403 | 404 | 405 | 413 | 415 | 421 | 503, text: string): Response => c.text(`${text}\n`, status);

  app.use(async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (!names.isHost(host)) return refuse(c, 421, `there is no ${quoted(host)} here: ask for 127.0.0.1`);
    const origin = c.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`) return refuse(c, 403, `pages of ${quoted(origin)} may not ask here`);
    await next();
    for (const [name, value] of Object.entries({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })) c.header(name, value);
    return undefined;
  });
  app.get('/', (c) => (isToken(c.req.query('token')) ? c.html(servedDocument(live?.shows)) : refuse(c, 403, 'open the URL that was printed, with its token')));
  for (const [path, read] of Object.entries({ '/lab.js': () => script(own), '/live.js': liveScript })) app.get(path, (c) => c.body(read(), 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  for (const [path, read] of Object.entries({ '/style.css': style, '/live.css': liveStyle })) app.get(path, (c) => c.body(read(), 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/events', (c) => {
    if (live === undefined) return refuse(c, 404, 'nothing goes on here that could be told');
    if (!isToken(c.req.query('token'))) return refuse(c, 403, 'open the URL that was printed, with its token');
    if (readers.count >= READERS_MAX) return refuse(c, 503, `${READERS_MAX} pages look on already`);
    readers.open(c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.post('/ask', bodyLimit({ maxSize: ASK_MAX, onError: (c) => refuse(c, 413, 'that is too long') }), async (c) => {
    if (live === undefined) return refuse(c, 404, 'nothing listens here');
    if (!isToken(c.req.header('x-token'))) return refuse(c, 403, 'open the URL that was printed, with its token');
    if (c.req.header('content-type')?.split(';')[0]?.trim() !== 'application/json') return refuse(c, 415, 'send application/json');
    const ask = askIn(await c.req.text());
    if (ask === undefined) return refuse(c, 400, 'that is nothing that a page asks');
    live.ask(ask);
    return c.body(null, 204);
  });
  app.notFound((c) => refuse(c, 404, 'there is nothing here'));
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => reject(new UserError(`the page cannot be served at port ${port} of 127.0.0.1: ${REASONS[code ?? ''] ?? message}`)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}/?token=${token}`,
    tell: (news) => readers.tell(news),
    close: () => new Promise((resolve) => {
      readers.close();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
