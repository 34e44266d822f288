import { expect } from 'chai';
import fc from 'fast-check';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { askIn } from '../../src/web/server/asks.ts';
import { servePage, type Live, type PageServer } from '../../src/web/server/serve.ts';
import { BEHIND_MAX, READERS_MAX } from '../../src/web/server/readers.ts';
import type { Ask, News } from '../../src/web/news.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Asks with whatever headers, as other programs may. */
function ask(url: string, { method = 'GET', headers = {}, body }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.on('error', reject).end(body);
  });
}

/** A page that looks on, and what it is told. */
function reader(server: PageServer): Promise<{ readonly status: number; readonly response: IncomingMessage; until(enough: (news: readonly News[]) => boolean): Promise<readonly News[]> }> {
  const { origin, search } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request(`${origin}/events${search}`, { agent: false }, (response) => {
      let text = '';
      const news: News[] = [];
      let look = (): void => undefined;
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const events = text.split('\n\n');
        text = events.pop()!;
        news.push(...events.filter((event) => event.startsWith('data: ')).map((event) => JSON.parse(event.slice('data: '.length)) as News));
        look();
      });
      const until = (enough: (all: readonly News[]) => boolean): Promise<readonly News[]> => new Promise((done) => {
        look = () => { if (enough(news)) done(news); };
        look();
      });
      resolve({ status: response.statusCode!, response, until });
    }).on('error', reject).end();
  });
}

const SNAPSHOT: readonly News[] = [{ type: 'begun', entries: [] }];

describe('the server of a live page', () => {
  let server: PageServer;
  let asked: Ask[];
  let origin: string;
  let token: string;
  const live: Live = { shows: 'army', snapshot: () => SNAPSHOT, ask: (one) => void asked.push(one) };

  beforeEach(async () => {
    asked = [];
    server = await servePage(0, live);
    ({ origin } = new URL(server.url));
    token = new URL(server.url).searchParams.get('token')!;
  });

  afterEach(() => server.close());

  const post = (headers: Readonly<Record<string, string>>, body = '{"type":"line","line":"g-state"}'): Promise<Answer> => ask(`${origin}/ask`, { method: 'POST', headers, body });
  const whole = (): Record<string, string> => ({ 'x-token': token, 'content-type': 'application/json' });

  it('shows the page to whoever has the URL that was printed, and to nobody else', async () => {
    const { status, headers, text } = await ask(server.url);
    expect(status).to.equal(200);
    expect(text).to.include('<html lang="en" data-live>');
    expect(headers['content-security-policy']).to.include("default-src 'none'").and.not.include('unsafe-inline');
    expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(headers).not.to.have.property('access-control-allow-origin');
    for (const url of [origin, `${origin}/?token=`, `${origin}/?token=${'0'.repeat(token.length)}`, `${origin}/events`, `${origin}/events?token=x`]) expect((await ask(url)).status, url).to.equal(403);
    expect(text, 'nothing in line, as the policy has it').not.to.match(/<script>|<style>| on\w+=/);
  });

  it('answers under names of loopback only, as another may mean this machine for a moment', async () => {
    for (const host of ['evil.example', 'evil.example:80', '192.0.2.1', '127.0.0.1.evil.example', 'localhost.evil.example']) expect((await ask(server.url, { headers: { host } })).status, host).to.equal(421);
    const { port } = new URL(origin);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) expect((await ask(server.url, { headers: { host } })).status, host).to.equal(200);
  });

  it('obeys pages of its own origin only', async () => {
    for (const other of ['http://evil.example', 'null', `${origin}0`, 'http://127.0.0.1:1', origin.replace('http', 'https')]) {
      const answer = await post({ ...whole(), origin: other });
      expect(answer.status, other).to.equal(403);
    }
    expect((await post({ ...whole(), origin })).status).to.equal(204);
    expect(asked).to.have.length(1);
  });

  it('obeys nobody without the token, and nothing that is not JSON, which a form of another page could send', async () => {
    expect((await post({ 'content-type': 'application/json' })).status).to.equal(403);
    expect((await post({ ...whole(), 'x-token': `${token}0` })).status).to.equal(403);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) expect((await post({ ...whole(), 'content-type': type })).status, type).to.equal(415);
    for (const body of ['', 'x', '[]', 'null', '{"type":"begin"}', '{"type":"line"}', '{"type":"line","line":1}', '{"type":"line","line":"a\\nb"}', '{"type":"__proto__"}', '{"type":"why","id":-1}']) expect((await post(whole(), body)).status, body).to.equal(400);
    expect((await post(whole(), JSON.stringify({ type: 'line', line: 'x'.repeat(2 ** 21) }))).status).to.equal(413);
    expect((await ask(`${origin}/ask`, { headers: whole() })).status).to.equal(404);
    expect(asked).to.deep.equal([]);
  });

  it('tells each page how things stand, then what happens', async () => {
    const page = await reader(server);
    expect(page.status).to.equal(200);
    expect(page.response.headers['content-type']).to.equal('text/event-stream');
    server.tell({ type: 'mistake', message: 'one' });
    expect(await page.until((news) => news.length === 2)).to.deep.equal([...SNAPSHOT, { type: 'mistake', message: 'one' }]);
    page.response.destroy();
  });

  it(`has room for ${READERS_MAX} pages, says so from the fifth, and has room again when one goes`, async () => {
    const pages: Awaited<ReturnType<typeof reader>>[] = [];
    for (let count = 0; count < READERS_MAX; count += 1) pages.push(await reader(server));
    expect(pages.map(({ status }) => status)).to.deep.equal(pages.map(() => 200));
    expect((await pages[4]!.until((news) => news.length === 2))[1]).to.deep.include({ type: 'mistake' });
    const more = await reader(server);
    expect(more.status).to.equal(503);
    const gone = new Promise((resolve) => pages[0]!.response.on('close', resolve));
    pages[0]!.response.destroy();
    await gone;
    for (;;) {
      const next = await reader(server);
      pages.push(next);
      if (next.status === 200) break;
    }
    for (const { response } of pages) response.destroy();
  });

  it('keeps little for a page that reads nothing, and tells it how things stand when it reads again', async () => {
    const { port } = new URL(origin);
    const socket = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.pause();
    const quick = await reader(server);
    socket.write(`GET /events?token=${token} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await quick.until((news) => news.length >= 1);
    const message = 'x'.repeat(2 ** 16);
    // Far more than the system keeps for a socket, and more than is kept here.
    const many = Math.ceil((BEHIND_MAX * 24) / message.length);
    for (let count = 0; count < many; count += 1) {
      server.tell({ type: 'mistake', message });
      await quick.until((news) => news.length >= count + 2);
    }
    server.tell({ type: 'mistake', message: 'the last' });
    let text = '';
    const isTold = new Promise<void>((resolve) => socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if ((text.match(/"begun"/g) ?? []).length === 2) resolve();
    }));
    socket.resume();
    await isTold;
    expect(text.length).to.be.lessThan(many * message.length);
    socket.destroy();
    quick.response.destroy();
  });
});

describe('the server of a laboratory', () => {
  it('serves the page, its script and its style, and obeys nobody', async () => {
    const server = await servePage(0);
    const { origin } = new URL(server.url);
    const token = new URL(server.url).searchParams.get('token')!;
    try {
      expect((await ask(server.url)).text).to.include('<html lang="en">');
      expect((await ask(`${origin}/lab.js`)).headers['content-type']).to.equal('text/javascript; charset=utf-8');
      expect((await ask(`${origin}/style.css`)).headers['content-type']).to.equal('text/css; charset=utf-8');
      for (const path of ['/events', '/nothing', '/../package.json', '/%2e%2e/package.json', '/lab.js/../../package.json']) expect((await ask(`${origin}${path}?token=${token}`)).status, path).to.equal(404);
      expect((await ask(`${origin}/ask`, { method: 'POST', headers: { 'x-token': token, 'content-type': 'application/json' }, body: '{"type":"stop"}' })).status).to.equal(404);
    } finally {
      await server.close();
    }
  });

  it('says in one line that its port is taken', async () => {
    const server = await servePage(0);
    const { port } = new URL(server.url);
    try {
      await servePage(Number(port));
      expect.fail('two servers at one port');
    } catch (error) {
      expect((error as Error).message).to.equal(`the page cannot be served at port ${port} of 127.0.0.1: something listens there`);
    } finally {
      await server.close();
    }
  });
});

describe('what a page asks', () => {
  it('is read as that, or as nothing', () => {
    const asks: readonly Ask[] = [
      { type: 'line', line: 'g-state' }, { type: 'why', id: 3 }, { type: 'stop' }, { type: 'odds', strategy: 'coin', orders: 10 },
      { type: 'fork', change: { round: 1, from: 2, to: 3, index: 0, word: 'attack' } },
    ];
    for (const one of asks) expect(askIn(JSON.stringify(one))).to.deep.equal(one);
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const read = askIn(JSON.stringify(value));
      if (read !== undefined) expect(read).to.have.property('type').that.is.oneOf(asks.map(({ type }) => type));
    }), { seed: 1 });
    for (const one of asks) for (const field of Object.keys(one)) {
      if (one.type === 'stop') continue;
      for (const value of [null, -1, 1.5, 2 ** 53, 'x\ny', [], {}, '__proto__']) expect(askIn(JSON.stringify({ ...one, [field]: value })) === undefined || field === 'line' || field === 'strategy', `${one.type} ${field} ${JSON.stringify(value)}`).to.equal(true);
    }
  });
});
