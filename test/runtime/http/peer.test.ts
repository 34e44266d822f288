import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counts } from '../../../src/runtime/http/counts.ts';
import { Peer, QUEUE_MAX } from '../../../src/runtime/http/peer.ts';
import { OWN_HOST } from '../../support/own-host.ts';

describe('the way to a peer', () => {
  let server: Server;
  let heard: string[];
  let connections: number;
  let counts: Counts;
  let peer: Peer;
  let waiting: (() => void) | undefined;
  /** What is answered to that request; 204 if nothing is said. */
  let statusOf: (method: string, count: number) => number;
  let requests: string[];

  const listening = async (port = 0): Promise<number> => {
    server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        requests.push(`${request.method} ${request.url} ${String(request.headers['generals-from'])}`);
        const status = statusOf(request.method!, requests.length);
        if (request.method === 'POST' && status === 204) heard.push(text);
        response.writeHead(status).end();
        waiting?.();
      });
    });
    server.on('connection', () => (connections += 1));
    server.listen(port, OWN_HOST);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const closed = (): Promise<unknown> => {
    const end = once(server, 'close');
    server.close();
    server.closeAllConnections();
    return end;
  };
  const until = (isTrue: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiting = () => {
        if (isTrue()) resolve();
      };
      waiting();
    });
  const post = (text: string): void => peer.post({ path: '/prepare', headers: [], body: Buffer.from(text) });

  beforeEach(() => {
    heard = [];
    connections = 0;
    counts = new Counts();
    waiting = undefined;
    requests = [];
    statusOf = () => 204;
  });
  afterEach(async () => {
    await peer.close();
    if (server.listening) await closed();
  });

  it('carries each message as one request, in order, all over one connection', async () => {
    peer = new Peer(`http://${OWN_HOST}:${await listening()}`, counts);
    const words = Array.from({ length: 500 }, (_, index) => `message ${index}`);
    for (const word of words) post(word);
    await until(() => heard.length === 500);
    expect(heard).to.deep.equal(words);
    expect(connections).to.equal(1);
  });

  it('holds what it cannot send, and sends it in order when the peer is back', async () => {
    const port = await listening();
    await closed();
    peer = new Peer(`http://${OWN_HOST}:${port}`, counts);
    const words = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    for (const word of words) post(word);
    expect(await peer.isThere()).to.equal(false);
    await listening(port);
    await until(() => heard.length === 100);
    expect(heard).to.deep.equal(words);
    expect(await peer.isThere()).to.equal(true);
    expect(counts.total('connection_errors')).to.be.at.least(1);
  });

  it('to one that is away never holds more than so much: the oldest gives way', async () => {
    const port = await listening();
    await closed();
    peer = new Peer(`http://${OWN_HOST}:${port}`, counts);
    for (let index = 0; index < 3 * QUEUE_MAX; index += 1) post(`message ${index}`);
    expect(counts.of('dropped')['queue full']).to.be.at.least(2 * QUEUE_MAX - 64);
    await listening(port);
    await until(() => heard.includes(`message ${3 * QUEUE_MAX - 1}`));
    expect(heard.length).to.be.at.most(QUEUE_MAX + 64);
  });

  it('to one that hangs knows that it is not there', async () => {
    const port = await listening();
    server.removeAllListeners('request');
    peer = new Peer(`http://${OWN_HOST}:${port}`, counts);
    expect(await peer.isThere()).to.equal(false);
  });

  it('begins with a greeting on each connection, and says nothing else before that is answered', async () => {
    const port = await listening();
    peer = new Peer(`http://${OWN_HOST}:${port}`, counts, { greeting: { headers: ['generals-from', '7'] } });
    post('first');
    post('second');
    await until(() => heard.length === 2);
    await closed();
    post('third');
    await listening(port);
    await until(() => heard.length === 3);
    expect(requests).to.deep.equal(['HEAD /status 7', 'POST /prepare undefined', 'POST /prepare undefined', 'HEAD /status 7', 'POST /prepare undefined']);
    expect(connections).to.equal(2);
  });

  it('to one that is asked too much waits, and then says all of it', async () => {
    statusOf = (method, count) => (method === 'POST' && count % 3 !== 0 && count < 60 ? 429 : 204);
    peer = new Peer(`http://${OWN_HOST}:${await listening()}`, counts);
    const words = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    for (const word of words) post(word);
    await until(() => heard.length === 100);
    expect(heard.toSorted()).to.deep.equal(words.toSorted());
    expect(counts.of('requests_sent')['429']).to.be.at.least(1);
    expect(counts.total('dropped')).to.equal(0);
  });

  it('to one that wants nothing of this node is told so, and says nothing but greetings', async () => {
    let answered = 409;
    statusOf = (method) => (method === 'HEAD' ? answered : 204);
    const refusals: number[] = [];
    peer = new Peer(`http://${OWN_HOST}:${await listening()}`, counts, { greeting: { headers: [], refused: (status) => void refusals.push(status) } });
    post('kept');
    await until(() => refusals.length === 2);
    expect(await peer.isThere()).to.equal(false);
    expect(requests.every((line) => line.startsWith('HEAD'))).to.equal(true);
    answered = 200;
    await until(() => heard.length === 1);
  });
});
