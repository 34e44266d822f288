import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ratesFor } from '../../../src/runtime/http/allowance.ts';
import type { Room } from '../../../src/runtime/http/connections.ts';
import { Counts } from '../../../src/runtime/http/counts.ts';
import { Names } from '../../../src/runtime/http/names.ts';
import type { Endpoint } from '../../../src/runtime/http/orders.ts';
import { serverFor } from '../../../src/runtime/http/server.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import { moment } from '../../support/load.ts';
import { opened, said, sealed, textOf } from '../../support/raw.ts';
import { ask, post, startReplicas, type Replicas } from '../../support/served.ts';
import { toyService } from '../../support/toy.ts';

const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };

describe('a node as a stranger finds it', () => {
  let four: Replicas;
  const at = (id: number): string => four.urls[id]!;
  before(async () => {
    four = await startReplicas(4, toyService);
  });
  after(() => four.close());

  describe('speaks HTTP as it is spoken:', () => {
    const json = (body: string, more = ''): string => `POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

    it('who sends, and says that nothing more will come, gets the answer', async () => {
      const socket = opened(at(0), true);
      socket.end(json('{"data":"and no more"}'));
      expect(await textOf(socket)).to.match(/HTTP\/1\.1 200 OK\r\n/);
    });

    it('who asks for the status by HTTP/1.0 without naming a host is served, as probes do; who posts so is not', async () => {
      expect(await said(at(1), 'GET /status HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*"Node 1 Up and Running"$/);
      expect(await said(at(1), 'HEAD /status HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
      expect(await said(at(1), 'POST /preprepare HTTP/1.0\r\nContent-Length: 0\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
      expect(await said(at(1), 'GET /status HTTP/1.1\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 400 [^]*\r\n\r\nsay whom you ask: Host is missing\n$/);
    });

    it('a whole URL where a path is wont to be is served', async () => {
      expect(await said(at(1), `GET ${at(1)}/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    });

    it('two Hosts are refused', async () => {
      expect(await said(at(1), 'GET /status HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 400 [^]*\r\n\r\nsend one Host, not several\n$/);
    });

    it('chunks with trailers are read, and who waits for 100 is told to continue', async () => {
      const chunked = 'POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n10\r\n{"data":"chunks"\r\n1\r\n}\r\n0\r\nX-Sum: 1\r\n\r\n';
      expect(await said(at(0), chunked)).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      expect(await said(at(0), json('{"data":"wait"}', 'Expect: 100-continue\r\nConnection: close\r\n'))).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    });

    it('the same order is answered the same, whether its length was told or not', async () => {
      const told = async (body: string, length: string): Promise<string> => {
        const text = await said(at(0), `POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\nConnection: close\r\n\r\n${body}`);
        const [head = '', ...rest] = text.split('\r\n\r\n');
        const lines = head.toLowerCase().replace(/result: \d+/, 'result: NUMBER').split('\r\n').filter((line) => !/^(date|content-length|transfer-encoding):/.test(line));
        return [...lines.toSorted(), ...rest.join('').replace(/\d+\.\d+s/, 'SECONDS').replace(/^[0-9a-f]+\r\n|\r\n0$/g, '').split('\n')].join('\n');
      };
      for (const body of ['{"data":"x"}', '{"data":1}', '{"data":"x","more":1}', '{"data":"\\ud800"}', '[]', '{', '', '[[[[[[[[[]]]]]]]]]']) {
        const chunks = `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`;
        expect(await told(body, `Content-Length: ${body.length}`), body).to.equal(await told(chunks, 'Transfer-Encoding: chunked'));
      }
    });

    it('two types are refused, whichever comes first', async () => {
      for (const types of [['application/json', 'text/plain'], ['text/plain', 'application/json'], ['application/json', 'application/json']]) {
        const headers = types.map((type) => `Content-Type: ${type}\r\n`).join('');
        expect(await said(at(0), `POST /preprepare HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: 12\r\nConnection: close\r\n\r\n{"data":"x"}`)).to.match(/^HTTP\/1\.1 415 /);
      }
    });

    it('who expects anything else is told so in a line', async () => {
      expect(await said(at(0), json('{"data":"x"}', 'Expect: the-unexpected\r\nConnection: close\r\n'))).to.match(/^HTTP\/1\.1 417 [^]*\r\n\r\nexpect nothing but 100-continue\n$/);
    });

    it('what is no HTTP, or has endless headers, is told so in a line', async () => {
      expect(await said(at(1), 'vote for me\r\n\r\n')).to.match(/^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\nthat is not HTTP\n$/);
      expect(await said(at(1), `GET /status HTTP/1.1\r\nHost: localhost\r\n${'X-More: and more\r\n'.repeat(2000)}\r\n`)).to.match(/^HTTP\/1\.1 431 [^]*\r\n\r\nsend no more than 8 KiB of headers\n$/);
    });

    const BODIES = [
      ['invalid UTF-8', Buffer.from('{"data":"\xff"}', 'latin1'), {}, 400, 'that is not UTF-8'],
      ['a name that stands twice', Buffer.from('{"data":"one","data":"two"}'), {}, 400, 'that has a name twice in one object'],
      ['a name that stands twice, once in disguise', Buffer.from('{"data":"one","d\\u0061ta":"two"}'), {}, 400, 'that has a name twice in one object'],
      ['brackets in brackets', Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)), {}, 400, 'that is nested deeper than 8'],
      ['what is compressed', gzipSync('{"data":"x"}'), { 'content-encoding': 'gzip' }, 415, 'send it as it is, not compressed: Content-Encoding is not read here'],
      ['another type', Buffer.from('data=x'), { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'send application/json'],
    ] as const;
    for (const [what, body, headers, status, line] of BODIES) {
      it(`${what} is refused, with the right line for curl in either shell`, async () => {
        const answer = await fetch(`${at(0)}/preprepare`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
        expect(answer.status).to.equal(status);
        expect((await answer.text()).split('\n')).to.deep.equal([
          line,
          `curl -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' ${at(0)}/preprepare`,
          `in cmd.exe: curl -X POST -H "Content-Type: application/json" -d "{\\"data\\":\\"very-important-data\\"}" ${at(0)}/preprepare`,
          '',
        ]);
      });
    }
  });

  it('writes its metrics down once for all who look in one moment, and anew for the next', async () => {
    let written = 0;
    const desk: Endpoint = {
      counts: new Counts(),
      names: new Names(),
      peers: 0,
      rates: ratesFor(0),
      patience: 1,
      paths: ['/preprepare'],
      status: () => '',
      fullStatus: () => ({}),
      metrics: () => Promise.resolve(`written ${(written += 1)}`),
      order: () => Promise.resolve({ status: 503, text: '' }),
      admits: () => 'unknown',
      homeOf: (id) => id,
      sizeMax: () => ({ bytes: 0, depth: 0, parts: 0 }),
      greet: () => undefined,
      hear: () => 'malformed',
    };
    const server = serverFor(desk).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const look = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n';
    const text = await said(url, `${look}\r\n`.repeat(20) + `${look}Connection: close\r\n\r\n`);
    expect(text.match(/written 1(?!\d)/g)).to.have.length(21);
    expect(await (await fetch(`${url}/metrics`)).text()).to.equal('written 2');
    server.close();
    server.closeAllConnections();
  });

  describe('is asked under its own names only:', () => {
    const asked = (id: number, headers: Record<string, string>, path = '/status'): Promise<[number | undefined, string]> =>
      new Promise((resolve, reject) => {
        const call = request(`${at(id)}${path}`, { headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          answer.on('end', () => resolve([answer.statusCode, text]));
        });
        call.on('error', reject).end();
      });

    for (const host of ['localhost', 'LOCALHOST:8080', 'localhost.', '127.0.0.1', '127.8.9.10:1', '[::1]:8080']) {
      it(`Host: ${host} is served`, async () => {
        expect((await asked(0, { host }))[0]).to.equal(200);
      });
    }

    for (const host of ['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'localhost@evil.example', 'evil.example#localhost']) {
      it(`Host: ${host} is refused with 421, in one line`, async () => {
        const [status, text] = await asked(0, { host });
        expect(status).to.equal(421);
        expect(text).to.match(/^no node of the cluster is known as "[^\n]*" here: [^\n]+\n$/);
      });
    }

    it('a whole URL of another host is refused, whatever Host says', async () => {
      expect(await said(at(0), 'GET http://evil.example/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1\.1 421 /);
      expect(await said(at(0), 'GET /status HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'), 'no host at all').to.match(/^HTTP\/1\.1 421 /);
    });

    for (const origin of ['http://evil.example', 'https://localhost.evil.example', 'null', 'file://']) {
      it(`Origin: ${origin} is refused with 403`, async () => {
        expect(await asked(0, { origin })).to.deep.equal([403, `pages of ${JSON.stringify(origin)} may not ask this node\n`]);
      });
    }

    it('a page of this machine may ask', async () => {
      expect((await asked(0, { origin: 'http://localhost:3000' }))[0]).to.equal(200);
    });

    it('the names in the URLs of the cluster are its own, wherever it listens, and one opened to the network is asked by any address', async () => {
      const own = await startReplicas(1, toyService, { urls: ['http://node-0.cluster.example:8080'], host: '0.0.0.0' });
      try {
        const [url] = own.urls;
        const status = async (host: string): Promise<string> => (await said(url!, `GET /status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(9, 12);
        expect(await status('node-0.cluster.example:8080')).to.equal('200');
        expect(await status('10.1.2.3:8080')).to.equal('200');
        expect(await status('[2001:db8::1]')).to.equal('200');
        expect(await status('evil.example')).to.equal('421');
      } finally {
        await own.close();
      }
    });
  });

  describe('has room:', () => {
    let own: Replicas;
    const started = async (room: Partial<Room>): Promise<void> => {
      own = await startReplicas(4, toyService, { limits: { ...LIMITS, room: { users: 8, address: 4, peer: 2, ...room } } });
    };
    const closed = (id: number): Record<string, number> => ({ ...own.replicas[id]!.counts.of('connections_closed') });
    const idle = async (count: number): Promise<Socket[]> => {
      const sockets = Array.from({ length: count }, () => opened(own.urls[0]!).on('error', () => undefined));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      return sockets;
    };
    afterEach(() => own.close());

    it('a thousand idle connections keep neither users out nor a node that comes back', async () => {
      await started({});
      const sockets = await idle(1000);
      expect((await ask(own.urls[0]!, 'meanwhile')).status).to.equal(200);
      for (const { counts } of own.replicas) expect(counts.total('connection_errors'), 'the connections of nodes stay').to.equal(0);
      await own.fall(3);
      await own.rise(3);
      expect((await ask(own.urls[0]!, 'after it came back')).status).to.equal(200);
      while (own.replicas[3]!.status().executed < 1) await new Promise((resolve) => setImmediate(resolve));
      expect(closed(0)['idle']).to.be.at.least(990);
      for (const socket of sockets) socket.destroy();
    });

    it('who waits for an answer does not give way, half-sent requests do', async () => {
      await started({ users: 3 });
      await Promise.all(own.replicas.slice(2).map((replica) => replica.close()));
      // Without two of four nobody is answered.
      const waiting = opened(own.urls[0]!);
      const body = '{"data":"patience"}';
      waiting.write(`POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const shown = async (): Promise<number> => ((await (await fetch(`${own.urls[0]!}/status?full`)).json()) as { waiting: number }).waiting;
      while ((await shown()) === 0);
      const half = opened(own.urls[0]!);
      const isOver = once(half, 'close');
      half.on('error', () => undefined).resume().write('POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"da');
      const sockets = await idle(50);
      await isOver;
      expect(await shown()).to.equal(1);
      expect(waiting.destroyed).to.equal(false);
      for (const socket of [waiting, ...sockets]) socket.destroy();
    });

    it('when all wait for answers the next one is refused, and whoever hangs up makes room', async () => {
      await started({ users: 2 });
      await Promise.all(own.replicas.slice(2).map((replica) => replica.close()));
      const leaving = new AbortController();
      const waiting = ['a', 'b'].map((data) => fetch(`${own.urls[0]!}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }), signal: leaving.signal }).catch(() => undefined));
      // The commander has told three others of both.
      while ((own.replicas[0]!.counts.of('messages_sent')['preprepare'] ?? 0) < 6) await new Promise((resolve) => setImmediate(resolve));
      expect(await textOf(opened(own.urls[0]!)).catch(() => '')).to.equal('');
      expect(closed(0)).to.deep.equal({ 'no room': 1 });
      leaving.abort();
      await Promise.all(waiting);
      while ((await fetch(`${own.urls[0]!}/status`).catch(() => undefined))?.status !== 200) await moment();
    });

    /** New connections of node 2 to node 1, each with one message on it that is taken. */
    const ofNode = async (count: number): Promise<Socket[]> => {
      const body = JSON.stringify({ type: 'reply', ticket: 1, order: 1 });
      const headers = Object.entries(sealed(own, { from: 2, to: 1, path: '/reply', body })).map(([name, value]) => `${name}: ${value}\r\n`).join('');
      const sockets: Socket[] = [];
      while (sockets.length < count) {
        const socket = opened(own.urls[1]!).on('error', () => undefined);
        sockets.push(socket);
        const answered = once(socket, 'data') as Promise<[Buffer]>;
        socket.write(`POST /reply HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`);
        expect(String((await answered)[0])).to.match(/^HTTP\/1\.1 (204|429) /);
      }
      return sockets;
    };

    it('a node has a few connections, and its newest ones', async () => {
      await started({});
      const sockets = await ofNode(5);
      expect(closed(1)).to.deep.equal({ 'of a node': 4 });
      for (const socket of sockets) socket.destroy();
    });

    it('a node that opens many is not rid of them at once, since it would open each anew; and in the end has a few', async () => {
      await started({});
      const began = performance.now();
      const sockets = await ofNode(300);
      const seconds = Math.ceil((performance.now() - began) / 1000);
      expect(closed(1)['of a node']).to.be.within(45, 45 + 16 * seconds);
      while (closed(1)['of a node']! < 60 + 16 * seconds) await new Promise((resolve) => setImmediate(resolve));
      for (const socket of sockets) socket.destroy();
    });
  });

  describe('takes from a node that holds its keys', () => {
    let own: Replicas;
    afterEach(() => own.close());
    /** By a connection of its own each time. */
    const told = (from: number, path: string, body: string): Promise<[number | undefined, string | undefined]> =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': body.length, ...sealed(own, { from, to: 1, path, body }) };
        const call = request(`${own.urls[1]!}${path}`, { method: 'POST', agent: false, headers }, (answer) => {
          answer.resume().on('end', () => resolve([answer.statusCode, answer.headers['retry-after']]));
        });
        call.on('error', reject).end(body);
      });
    const vote = (view: number): string => JSON.stringify({ type: 'prepare', body: { view, sequence: 1, digest: 'D'.repeat(43), replica: 2 }, signature: 'S'.repeat(86) });

    it('nothing larger than such a message can be, and nothing nested deeper or of more parts, before it parses any', async () => {
      own = await startReplicas(4, serviceNamed('pbft'));
      expect((await told(2, '/prepare', `[${' '.repeat(2000)}]`))[0]).to.equal(413);
      expect((await told(2, '/newview', '['.repeat(200_000) + ']'.repeat(200_000)))[0]).to.equal(400);
      expect((await told(2, '/preprepare', `[${'[],'.repeat(700_000)}[]]`))[0]).to.equal(400);
      expect((await told(2, '/prepare', vote(7).replace('"view":7', '"view":7,"view":8')))[0], 'a name twice').to.equal(400);
      expect((await told(2, '/prepare', vote(7)))[0]).to.equal(204);
      expect((await ask(own.urls[0]!, 'meanwhile')).status).to.equal(200);
    });

    it('so many messages a second, counts by name what is beyond, and hears the others', async () => {
      own = await startReplicas(4, serviceNamed('pbft'), { rates: { messages: 20, bytes: 1e9, vain: 1e9 } });
      const answers: [number | undefined, string | undefined][] = [];
      while (answers.at(-1)?.[0] !== 429) answers.push(await told(2, '/prepare', vote(answers.length)));
      expect(answers.at(-1)![1]).to.equal('1');
      expect((await told(3, '/prepare', vote(7)))[0]).to.equal(204);
      expect(own.replicas[1]!.counts.of('throttled')).to.deep.equal({ 2: 1 });
    });

    it('so much time a second for what leads to nothing, be it forged or merely useless', async () => {
      own = await startReplicas(4, serviceNamed('pbft'), { rates: { messages: 1e9, bytes: 1e9, vain: 20 } });
      while ((await told(2, '/prepare', vote(7)))[0] !== 429);
      expect((await told(3, '/standing', JSON.stringify({ type: 'status', view: 0, isChanging: false, executed: 0, stable: 0 })))[0]).to.equal(204);
      expect((await ask(own.urls[0]!, 'meanwhile')).status).to.equal(200);
    });

    it('a flood at full rate, and goes on serving', async () => {
      // All share this thread with the flood itself: nobody is to be suspected for that.
      own = await startReplicas(4, serviceNamed('pbft'), { settings: { timeout: 60_000, retryAfter: 60_000 } });
      const text = vote(7);
      const headers = Object.entries(sealed(own, { from: 2, to: 1, path: '/prepare', body: text })).map(([name, value]) => `${name}: ${value}\r\n`).join('');
      const message = `POST /prepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n${headers}\r\n${text}`;
      const socket = opened(own.urls[1]!);
      const flood = (): void => {
        while (!socket.destroyed && socket.write(message.repeat(20)));
      };
      socket.on('error', () => undefined).on('drain', flood).resume();
      flood();
      const { counts } = own.replicas[1]!;
      do expect((await ask(own.urls[0]!, 'during the flood')).status).to.equal(200);
      while (counts.total('throttled') === 0);
      expect(Object.keys(counts.of('throttled'))).to.deep.equal(['2']);
      socket.destroy();
    });
  });

  it('pages of strangers cannot post as nodes either', async () => {
    const body = '{}';
    expect((await post(`${at(1)}/prepare`, body, { ...sealed(four, { from: 2, to: 1, path: '/prepare', body, by: 3 }), origin: 'http://evil.example' })).status).to.equal(403);
  });
});
