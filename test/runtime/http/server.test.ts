import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeId } from '../../../src/core/node.ts';
import { DIGEST, FROM, MAC, TO, UNDERWAY_MAX } from '../../../src/runtime/http/nodes.ts';
import { USER_BYTES_MAX } from '../../../src/runtime/http/orders.ts';
import { WAITING_MAX, WAITING_REFUSED_MAX } from '../../../src/runtime/http/server.ts';
import { digestOf, networkEnvelopes } from '../../../src/runtime/signer.ts';
import { opened, textOf } from '../../support/raw.ts';
import { ask, post, startReplicas, type Replicas } from '../../support/served.ts';
import { TOY_BYTES_MAX, toyService } from '../../support/toy.ts';

describe('replicas over HTTP', () => {
  let four: Replicas;
  const at = (id: number): string => four.urls[id]!;

  before(async () => {
    four = await startReplicas(4, toyService);
  });
  after(() => four.close());

  describe('to users', () => {
    it('tell that they are there, in the old words', async () => {
      const answer = await fetch(`${at(2)}/status`);
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).to.deep.equal([200, 'application/json', '"Node 2 Up and Running"']);
    });

    it('take a request at the commander, and answer when it is decided', async () => {
      const answer = await ask(at(0), 'very-important-data');
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.match(/^\nPBFT Consensus Time: \d+(\.\d+)?(e-\d+)?s\n$/);
      expect(four.runs.length).to.be.at.least(1);
    });

    it('answer 401 at all others, and say who commands', async () => {
      const answer = await ask(at(3), 'data');
      expect([answer.status, answer.headers.get('generals-commander'), await answer.text()]).to.deep.equal([401, '0', 'Node 3 does not command, node 0 does\n']);
    });

    it('show what they know', async () => {
      await ask(at(0), 'to be shown');
      const shown = (await (await fetch(`${at(0)}/status?full`)).json()) as Record<string, unknown>;
      expect(shown).to.include({ id: 0, protocol: 'toy', view: 0, commander: 0 });
      expect(shown['tail']).to.include('to be shown');
      expect(shown['counts']).to.have.property('messages_sent');
    });

    it('count for Prometheus', async () => {
      const answer = await fetch(`${at(0)}/metrics`);
      expect(answer.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      expect(text).to.match(/^# TYPE generals_messages_sent_total counter$/m);
      expect(text).to.match(/^generals_messages_sent_total\{type="preprepare"\} \d+$/m);
      expect(text).to.match(/^generals_consensus_seconds_count \d+$/m);
    });

    it('count by the rules that Prometheus checks: what only rises is a counter and ends in _total, nothing else does, and each is explained', async () => {
      await ask(at(0), 'to be counted');
      const text = await (await fetch(`${at(0)}/metrics`)).text();
      const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
      for (const [name, type] of types) {
        expect(text).to.match(new RegExp(`^# HELP ${name} [A-Z].*$`, 'm'));
        expect(name.endsWith('_total'), `${name} is a ${type}`).to.equal(type === 'counter');
      }
      for (const name of ['executed', 'unheeded', 'messages_sent', 'accusations']) expect(types.get(`generals_${name}_total`), name).to.equal('counter');
      for (const name of ['view', 'backlog', 'waiting']) expect(types.get(`generals_${name}`), name).to.equal('gauge');
      const named = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => /^(\w+?)(_bucket|_sum|_count)?(\{[^}]*\})? \S+$/.exec(line)?.[1]);
      for (const name of named) expect([...types.keys()], `${name} has no type`).to.include(name);
      const executed = four.replicas[0]!.status().executed;
      expect(text).to.match(new RegExp(`^generals_executed_total ${executed}$`, 'm'));
    });

    const WRONG = [
      ['no JSON', '{"data"', 400],
      ['no object', '"data"', 400],
      ['another field', '{"data":"x","more":1}', 400],
      ['no text', '{"data":7}', 400],
      ['half a surrogate pair', '{"data":"\\ud800"}', 400],
      ['nothing', '', 400],
      ['too much', JSON.stringify({ data: 'x'.repeat(USER_BYTES_MAX) }), 413],
    ] as const;
    for (const [what, body, status] of WRONG) {
      it(`answer ${status} to ${what}`, async () => {
        const answer = await post(`${at(0)}/preprepare`, body);
        expect(answer.status).to.equal(status);
        const [line, ...more] = (await answer.text()).trimEnd().split('\n');
        expect(line).to.match(/^[a-z]/);
        expect(more).to.have.length(status === 400 ? 2 : 0);
      });
    }

    it('answer 404, 405 and 415 where these are due', async () => {
      expect((await fetch(`${at(0)}/nothing`)).status).to.equal(404);
      const wrong = await fetch(`${at(0)}/preprepare`);
      expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST']);
      expect((await post(`${at(0)}/status`, '{}')).status).to.equal(405);
      expect((await fetch(`${at(0)}/preprepare`, { method: 'POST', body: '{"data":"x"}', headers: { 'content-type': 'text/plain' } })).status).to.equal(415);
    });

    it('answer 413 to a body of untold length that grows too long, and read no further', async () => {
      const call = request(`${at(0)}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' } });
      call.on('error', () => undefined);
      const answered = once(call, 'response') as Promise<[{ statusCode: number }]>;
      for (let count = 0; count < 5; count += 1) call.write('x'.repeat(20_000));
      expect((await answered)[0].statusCode).to.equal(413);
      call.destroy();
    });

    it('answer 408 to who sends too slowly, be it headers or body', async () => {
      const own = await startReplicas(4, toyService, { limits: { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 } });
      for (const begun of ['POST /preprepare HTTP/1.1\r\nHost: localhost\r\n', 'POST /preprepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"da']) {
        const socket = opened(own.urls[0]!);
        socket.write(begun);
        expect(await textOf(socket)).to.match(/^HTTP\/1\.1 408 /);
      }
      await own.close();
    });

    it('answer 400 to what is no HTTP', async () => {
      const socket = opened(at(0));
      socket.write('vote for me\r\n\r\n');
      expect(await textOf(socket)).to.match(/^HTTP\/1\.1 400 /);
    });

    it('answer 429 to more than they can keep waiting, and serve those who come when there is room', async () => {
      const own = await startReplicas(4, { ...toyService, clientWindow: 1 }, { clients: 2 });
      try {
        // Without two of four nodes nobody is answered.
        await Promise.all(own.replicas.slice(2).map((replica) => replica.close()));
        const leaving = new AbortController();
        const waiting = ['a', 'b'].map((data) => fetch(`${own.urls[0]!}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }), signal: leaving.signal }).catch(() => undefined));
        const shown = async (): Promise<number> => ((await (await fetch(`${own.urls[0]!}/status?full`)).json()) as { waiting: number }).waiting;
        while ((await shown()) < 2);
        const refused = await ask(own.urls[0]!, 'c');
        expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '1']);
        leaving.abort();
        await Promise.all(waiting);
        while ((await shown()) > 0);
      } finally {
        await own.close();
      }
    });

    it('answer each of many pipelined requests: in turn as many as may wait, and 429 what is beyond, without a reset', async () => {
      const look = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
      const last = look.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
      const patient = opened(at(2));
      patient.write(look.repeat(WAITING_MAX - 1) + last);
      expect((await textOf(patient)).match(/^HTTP\/1\.1 200 OK/gm)).to.have.length(WAITING_MAX);
      const impatient = opened(at(2));
      impatient.write(look.repeat(10 * WAITING_MAX - 1) + last);
      const statuses = [...(await textOf(impatient)).matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => status);
      expect(statuses).to.have.length(10 * WAITING_MAX);
      expect(statuses.slice(0, WAITING_MAX)).to.deep.equal(Array.from({ length: WAITING_MAX }, () => '200'));
      expect(new Set(statuses.slice(WAITING_MAX))).to.deep.equal(new Set(['429']));
    });

    it('break with who asks a thousand times before it reads an answer', async () => {
      const before = four.replicas[2]!.counts.of('answers')['200']!;
      const flood = opened(at(2));
      flood.on('error', () => undefined).resume();
      const isOver = new Promise((resolve) => flood.once('close', resolve));
      flood.write('GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(4 * WAITING_REFUSED_MAX));
      await isOver;
      expect(four.replicas[2]!.counts.of('dropped')['impatient']).to.be.at.least(1);
      expect((await fetch(`${at(2)}/status`)).status).to.equal(200);
      expect(four.replicas[2]!.counts.of('answers')['200']).to.be.at.most(before + WAITING_MAX + 1);
    });

    it('refuse a flood of forged messages, and serve users after it', async () => {
      for (let round = 0; round < 10; round += 1) {
        const flood = Array.from({ length: 50 }, (_, index) => post(`${at(1)}/prepare`, `{"flood":${index}}`, { [FROM]: '2', [TO]: '1', [DIGEST]: 'x', [MAC]: 'y' }));
        expect(new Set((await Promise.all(flood)).map(({ status }) => status))).to.deep.equal(new Set([403]));
      }
      expect((await ask(at(0), 'after the flood')).status).to.equal(200);
    });

    it('forget a user who hangs up', async () => {
      const leaving = new AbortController();
      const call = fetch(`${at(0)}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"data":"bye"}', signal: leaving.signal });
      leaving.abort();
      expect(await call.catch((error: Error) => error.name)).to.equal('AbortError');
      expect((await ask(at(0), 'who stays')).status).to.equal(200);
    });
  });

  describe('among each other', () => {
    const body = JSON.stringify({ type: 'prepare', order: 900, client: 4, ticket: 1, data: 'x', signature: 'none' });
    const sealedBy = (from: number, to: number, path: string, text: string, own = from): Record<string, string> => {
      const envelopes = networkEnvelopes({ cluster: four.plan.cluster, self: nodeId(own), secret: four.secrets[own % 4]!, keysOf: (id) => four.plan.members[id % 4] });
      const digest = digestOf(Buffer.from(text));
      return { [FROM]: String(from), [TO]: String(to), [DIGEST]: digest, [MAC]: envelopes.mac(nodeId(to), path, digest) };
    };
    const counted = (id: number): Record<string, Record<string, number>> => four.replicas[id]!.counts.all() as Record<string, Record<string, number>>;

    it('take what carries the mark of its sender, and accuse who forges a vote', async () => {
      const before = counted(1)['accusations']?.['2'] ?? 0;
      expect((await post(`${at(1)}/prepare`, body, sealedBy(2, 1, '/prepare', body))).status).to.equal(204);
      expect(counted(1)['accusations']!['2']).to.equal(before + 1);
      expect(counted(1)['forgeries']!['2']).to.be.at.least(1);
    });

    it('answer 401 to who is no node, 403 to who lies about who it is', async () => {
      expect((await post(`${at(1)}/prepare`, body)).status).to.equal(401);
      expect((await post(`${at(1)}/prepare`, body, { ...sealedBy(2, 1, '/prepare', body), [FROM]: '77' })).status).to.equal(401);
      expect((await post(`${at(1)}/prepare`, body, sealedBy(2, 1, '/prepare', body, 3))).status).to.equal(403);
      expect((await post(`${at(1)}/commit`, body, sealedBy(2, 1, '/prepare', body))).status).to.equal(404);
      expect((await post(`${at(1)}/preprepare`, body, sealedBy(2, 1, '/prepare', body))).status).to.equal(403);
      expect((await post(`${at(0)}/prepare`, body, sealedBy(2, 1, '/prepare', body))).status, 'meant for another').to.equal(401);
      expect((await post(`${at(1)}/prepare`, body.replace('900', '901'), sealedBy(2, 1, '/prepare', body))).status, 'altered').to.equal(403);
      expect((await post(`${at(1)}/prepare`, body, { [FROM]: '2' })).status).to.equal(400);
    });

    it('answer 400 to what is no message of the protocol', async () => {
      for (const text of ['{', '[]', '{"type":"vote"}', '{"type":"request"}']) expect((await post(`${at(1)}/prepare`, text, sealedBy(2, 1, '/prepare', text))).status, text).to.equal(400);
    });

    /** The beginning of a message from one node to another, of which nothing but its length is told. */
    const begun = (headers: Record<string, string>, length: string): string =>
      `POST /prepare HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

    it('hang up on who sends much that is refused, without reading it', async () => {
      const forged = { ...sealedBy(2, 1, '/prepare', body), [MAC]: 'y' };
      for (const length of ['Content-Length: 1000000000', 'Transfer-Encoding: chunked']) {
        const socket = opened(at(1));
        socket.write(begun(forged, length));
        expect(await textOf(socket)).to.match(/^HTTP\/1\.1 403 .*\r\n(.*\r\n)*connection: close\r\n/);
      }
    });

    it('are told beforehand how much it is, and take so much as a node may send', async () => {
      const cases = [[sealedBy(2, 1, '/prepare', body), 'Transfer-Encoding: chunked', 411], [sealedBy(2, 1, '/prepare', body), `Content-Length: ${TOY_BYTES_MAX + 1}`, 413], [sealedBy(6, 1, '/prepare', body), `Content-Length: ${USER_BYTES_MAX + 1}`, 413]] as const;
      for (const [headers, length, status] of cases) {
        const socket = opened(at(1));
        socket.write(begun(headers, length));
        expect(await textOf(socket), length).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      }
    });

    it('answer 429 to more long messages than one node may have on their way, and hear the others', async () => {
      // The node that is asked must not lose patience with who sends slowly while this test sends.
      const own = await startReplicas(4, toyService);
      try {
        const long = JSON.stringify('x'.repeat(100_000));
        const sealed = (from: number): Record<string, string> => {
          const envelopes = networkEnvelopes({ cluster: own.plan.cluster, self: nodeId(from), secret: own.secrets[from]!, keysOf: (id) => own.plan.members[id % 4] });
          const digest = digestOf(Buffer.from(long));
          return { [FROM]: String(from), [TO]: '1', [DIGEST]: digest, [MAC]: envelopes.mac(nodeId(1), '/prepare', digest) };
        };
        const slow = Array.from({ length: UNDERWAY_MAX / TOY_BYTES_MAX }, () => opened(own.urls[1]!));
        for (const socket of slow) socket.write(begun(sealed(2), `Content-Length: ${TOY_BYTES_MAX}`));
        const sent = async (from: number): Promise<number> => (await post(`${own.urls[1]!}/prepare`, long, sealed(from))).status;
        // It is 400, for it is no vote, as soon as it is read.
        while ((await sent(2)) !== 429);
        expect(await sent(3)).to.equal(400);
        expect((await ask(own.urls[0]!, 'meanwhile')).status).to.equal(200);
        for (const socket of slow) socket.destroy();
        while ((await sent(2)) !== 400);
      } finally {
        await own.close();
      }
    });

    it('send one HTTP request for each message, over one connection to each peer', async () => {
      const own = await startReplicas(4, toyService);
      try {
        const sockets = (): Promise<number[]> => Promise.all(own.replicas.map((replica) => replica.connections()));
        await ask(own.urls[0]!, 'first');
        const [before, socketsBefore] = [own.replicas.map((one) => one.counts.total('messages_sent')), await sockets()];
        for (let count = 0; count < 20; count += 1) await ask(own.urls[0]!, `request ${count}`);
        const sent = own.replicas.map((one, id) => one.counts.total('messages_sent') - before[id]!);
        // Of the toy: the commander's pre-prepare, each other's prepare to all others and reply.
        expect(sent).to.deep.equal([20 * 3, 20 * 4, 20 * 4, 20 * 4]);
        // Node 0 also has the connections of the user.
        expect((await sockets()).slice(1)).to.deep.equal(socketsBefore.slice(1));
      } finally {
        await own.close();
      }
    });
  });

  it('come back with what they had logged, and with nobody else’s log', async () => {
    const data = mkdtempSync(join(tmpdir(), 'generals-data-'));
    try {
      const first = await startReplicas(4, toyService, { data });
      for (const word of ['one', 'two', 'three']) await ask(first.urls[0]!, word);
      await first.close();
      const second = await startReplicas(4, toyService, { data, earlier: first });
      expect(second.replicas.map((replica) => replica.status().digest)).to.deep.equal(Array.from({ length: 4 }, () => 'one|two|three'));
      await second.close();
      const stranger = await startReplicas(4, toyService, { data }).catch((error: Error) => error.message);
      expect(stranger).to.match(/holds the log of node 0 of cluster "[\w-]+", not that of node 0 of "[\w-]+"$/);
    } finally {
      rmSync(data, { recursive: true });
    }
  });
});
