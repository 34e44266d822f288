import type { Job } from 'bullmq';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellOf, gridOf } from '../../src/campaign/grid.ts';
import { addressIn } from '../../src/campaign/many/queue/address.ts';
import { openQueuePool } from '../../src/campaign/many/queue/asker.ts';
import { openWorker, type Working } from '../../src/campaign/many/queue/worker.ts';
import { philox } from '../../src/core/philox.ts';
import type { Task } from '../../src/campaign/task.ts';
import { compiled } from '../../src/runtime/compiled.ts';
import { version } from '../../src/cli/version.ts';
import { MINE, ownFolder } from '../support/own.ts';
import { endAll, start, type Program } from '../support/program.ts';
import { OWN_HOST } from '../support/own-host.ts';
import { ownRedis, endRedis, redisUnavailable, type OwnRedis } from '../support/redis.ts';
import { generals, here, refusal } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const SIMULATED = ['--protocol', 'exchange,oral', '--members', '4..5', '--faults', '2', '--strategy', 'coin', '--orders', '2000', '--seed', '7', '--engine', 'simulator'];
const KERNELS = ['--protocol', 'exchange', '--members', '4..5', '--faults', '1..2', '--until', '0.02', '--seed', '7'];
/** Some seconds of work, in jobs of one. */
const LONG = ['--protocol', 'oral', '--members', '7', '--m', '2', '--faults', '2', '--strategy', 'coin,liar,silent', '--orders', '24000', '--seed', '5', '--engine', 'simulator'];

/** From 0 to 1, another for each number. */
const chance = (number: number): number => philox(number, 0, 0, 0, 20, 0) / 2 ** 32;

describe('a queue', () => {
  let folder = '';
  let redis: OwnRedis;
  let count = 0;
  const workers = new Set<Working>();
  const place = (): string => join(folder, String((count += 1)));
  const results = (path: string): string => readFileSync(join(path, 'results.json'), 'utf8');
  const silent = (): void => undefined;

  before(async function () {
    if (redisUnavailable !== undefined) skip(this, redisUnavailable);
    folder = mkdtempSync(join(tmpdir(), 'generals-queue-'));
    redis = await ownRedis();
  });
  afterEach(async () => {
    endAll();
    await Promise.all([...workers].map(async (worker) => worker.close()));
    workers.clear();
  });
  after(() => {
    endRedis();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  /** A queue of a test's own. */
  const queueAt = (server = redis): string => `${server.url}?prefix=test${(count += 1)}`;

  /** A worker in this process, which starts sooner. */
  async function work(url: string, { program = version(), threads = 1, say = silent as (line: string) => void } = {}): Promise<Working> {
    const worker = await openWorker({ address: addressIn(url, {}), program, threads, patience: 2000, say });
    workers.add(worker);
    return worker;
  }

  /** A worker of its own, that is there. */
  async function worker(url: string, ...more: string[]): Promise<Program> {
    const program = start(['worker', '--queue', url, '--threads', '1', '--patience', '2', ...more]);
    await program.line((line) => line.startsWith('Worker ') || line.includes('"working"'));
    return program;
  }

  /** Resolves when an asker has said so on standard error. */
  const says = (asker: Program, what: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (what.test(asker.errors())) resolve();
      };
      asker.child.stderr!.on('data', look);
      void asker.ended.then(() => (what.test(asker.errors()) ? resolve() : reject(new Error(`it ended without ${String(what)}: ${asker.errors()}`))));
      look();
    });

  /** What one machine comes to, counted once. */
  let known: Promise<string> | undefined;
  const longOne = (): Promise<string> => (known ??= local(LONG));

  const COUNTED = /^campaign: [^\n]*, [1-9][\d,]* of [\d,]+ orders/m;

  async function local(words: readonly string[]): Promise<string> {
    const out = place();
    const { code, err } = await here(['campaign', ...words, '--out', out]);
    expect(code, err).to.equal(0);
    return out;
  }

  function expectSame(path: string, whole: string): void {
    for (const name of ['results.json', 'results.csv']) expect(readFileSync(join(path, name), 'utf8'), name).to.equal(readFileSync(join(whole, name), 'utf8'));
  }

  describe('comes to the very numbers of one machine', () => {
    for (const [what, words] of Object.entries({ 'by the simulator': SIMULATED, 'by kernels, until a width': KERNELS })) {
      it(`${what}, with one, two or five workers, and leaves nothing behind`, async () => {
        const whole = await here(['campaign', ...words, '--json']);
        for (const many of process.env['SOAK'] === '1' ? [1, 2, 5] : [words === SIMULATED ? 5 : 2]) {
          const url = queueAt();
          for (let one = 0; one < many; one += 1) await work(url);
          const { code, out, err } = await here(['campaign', ...words, '--queue', url, '--json']);
          expect(code, err).to.equal(0);
          expect(out).to.equal(whole.out);
          const client = new Redis(redis.port);
          expect((await client.keys(`${new URL(url).searchParams.get('prefix')}:batches:*`)).filter((key) => key.includes('coin'))).to.deep.equal([]);
          client.disconnect();
        }
      });
    }

    it('with a worker that is killed, one that is paused, and one that joins; and lists them', async () => {
      const url = queueAt();
      const whole = await longOne();
      const [killed, paused] = [await worker(url), await worker(url)];
      const out = place();
      const asker = start(['campaign', ...LONG, '--queue', url, '--out', out]);
      await says(asker, /worker \S+ is there, one thread[^]*worker \S+ is there, one thread/);
      await says(asker, COUNTED);
      await killed.end('SIGKILL');
      paused.child.kill('SIGSTOP');
      await worker(url);
      await says(asker, /worker \S+ is gone; it did (one batch|\d+ batches)[^]*is gone; it did/).catch(silent);
      paused.child.kill('SIGCONT');
      expect(await asker.ended, asker.errors()).to.equal(0);
      expectSame(out, whole);
    });

    it('by an asker that is killed, and goes on with --resume', async () => {
      const url = queueAt();
      const whole = await longOne();
      await work(url);
      const out = place();
      const asker = start(['campaign', ...LONG, '--queue', url, '--out', out]);
      await says(asker, COUNTED);
      await asker.end('SIGKILL');
      const { code, err } = await here(['campaign', '--resume', out, '--queue', url]);
      expect(code, err).to.equal(0);
      expectSame(out, whole);
    });

    // These take long, and in short tests others stand for them.
    if (process.env['SOAK'] === '1') it('also where it is resumed without the queue, after a Ctrl-C that takes back what was asked for', async () => {
      const url = queueAt();
      const whole = await longOne();
      await work(url);
      const out = place();
      const asker = start(['campaign', ...LONG, '--queue', url, '--out', out]);
      await says(asker, COUNTED);
      expect(await asker.end('SIGINT')).to.equal(130);
      expect(JSON.parse((await here(['queue', 'status', '--queue', url, '--json'])).out)).to.deep.include({ waiting: 0 });
      expect((await here(['campaign', '--resume', out])).code).to.equal(0);
      expectSame(out, whole);
    });

    for (const [what, settings, signal] of ([['whose file is appended to', ['--appendonly', 'yes'], 'SIGKILL'], ['that forgets all', [], 'SIGKILL']] as const).slice(process.env['SOAK'] === '1' ? 0 : 1)) {
      it(`by a Redis that falls and comes back, ${what}`, async () => {
        const own = await ownRedis(settings);
        const whole = await longOne();
        const said: string[] = [];
        await work(own.url, { say: (line) => void said.push(line) });
        const out = place();
        const asker = start(['campaign', ...LONG, '--queue', own.url, '--out', out]);
        await says(asker, COUNTED);
        await own.end(signal);
        await says(asker, /^Redis is away; the campaign goes on when it is back$/m);
        await own.again();
        expect(await asker.ended, asker.errors()).to.equal(0);
        expect(asker.errors()).to.match(/^Redis is back$/m);
        expect(said.slice(0, 2)).to.deep.equal(['Redis is away', 'Redis is back']);
        expectSame(out, whole);
        await Promise.all([...workers].map(async (one) => one.close()));
        workers.clear();
        await own.end();
      });
    }

    if (process.env['SOAK'] === '1') it('with fifty kills at random instants of workers and asker', async () => {
      const whole = await longOne();
      const kills = 50;
      for (let done = 0; done < kills; ) {
        const url = queueAt();
        const out = place();
        let isOver = false;
        const stay = async (): Promise<void> => {
          while (!isOver && done < kills) {
            const one = await worker(url);
            const instant = 100 + 3000 * chance((done += 1));
            await Promise.race([new Promise((resolve) => setTimeout(resolve, instant)), one.ended]);
            await one.end('SIGKILL');
          }
        };
        const killing = [stay(), stay()];
        let isNew = true;
        for (let code: number | string = 'SIGKILL'; code !== 0; ) {
          const asker = start(['campaign', ...(isNew ? [...LONG, '--out', out] : ['--resume', out]), '--queue', url]);
          const timer = done < kills ? setTimeout(() => asker.child.kill('SIGKILL'), 500 + 6000 * chance(done)) : undefined;
          if (timer !== undefined) done += 1;
          else await work(url);
          code = await asker.ended;
          clearTimeout(timer);
          isNew = isNew && !existsSync(join(out, 'results.json'));
          expect([0, 'SIGKILL'], asker.errors()).to.include(code);
        }
        isOver = true;
        endAll();
        await Promise.all(killing.map((one) => one.catch(silent)));
        expect(results(out)).to.equal(results(whole));
      }
    });
  });

  describe('counts nothing wrong:', () => {
    const cell = cellOf('exchange', 1, 4, 1, 'coin');
    const GRID = gridOf({}, 1);
    const task: Task = { type: 'trials', cell, seed: 1, engine: 'simulator', size: 100, span: { from: 1, count: 100 } };
    const said: string[] = [];

    async function asking(url: string, what: Task): Promise<{ readonly answer: Promise<unknown>; readonly close: () => Promise<void> }> {
      said.length = 0;
      const pool = await openQueuePool({ address: addressIn(url, {}), program: version(), grid: GRID, engine: 'auto', cells: [{ cell, engine: 'simulator' }], say: (line) => void said.push(line), commandFor: ({ type }) => `generals campaign for ${type}` });
      const answer = pool.run(what).then((one): unknown => one, (error: unknown) => error);
      return { answer, close: async () => pool.close() };
    }

    /** A worker that answers with that. */
    async function poison(url: string, reply: (job: Job<{ campaign: string }>) => unknown): Promise<{ close(): Promise<void> }> {
      const { Worker } = await import('bullmq');
      const connection = new Redis(redis.port, { maxRetriesPerRequest: null });
      const bad = new Worker('batches', async (job: Job<{ campaign: string }>) => reply(job), { connection, prefix: new URL(url).searchParams.get('prefix')! });
      return {
        async close() {
          await bad.close();
          connection.disconnect();
        },
      };
    }

    const counts = { orders: 100, commanderLoyal: 75, agreementViolated: 0, validityViolated: 0, attack: 90, retreat: 10, messages: 900, violations: [] };
    const replied = (campaign: string, tally: object): object => ({ format: 'generals counts', campaign, answers: [{ tally: { ...counts, ...tally } }] });
    const poisons: readonly (readonly [what: string, reply: (campaign: string) => unknown, says: string])[] = [
      ['too many orders', (campaign) => replied(campaign, { orders: 101 }), 'orders is to be a whole number from 0 to 100, not 101'],
      ['too few', (campaign) => replied(campaign, { orders: 99, commanderLoyal: 7, attack: 7 }), 'answer 1.tally.orders is to be 100, as so many were asked for, not 99'],
      ['more that is violated than there was', (campaign) => replied(campaign, { agreementViolated: 1e6 }), 'agreementViolated is to be a whole number from 0 to 100, not 1000000'],
      ['no number', (campaign) => replied(campaign, { messages: 'many' }), 'messages is to be a whole number'],
      ['violations in orders that were not asked for', (campaign) => replied(campaign, { violations: [{ order: 7000, property: 'agreement' }] }), 'violations.0.order is to be a whole number from 1 to 100, not 7000'],
      ['counts of another grid', () => replied('0123456789abcdef', {}), 'it is of another grid, "0123456789abcdef"'],
      ['something else', () => ({ answer: 42 }), 'it holds no counts'],
      ['no answer to some tasks', (campaign) => ({ format: 'generals counts', campaign, answers: [] }), 'it is to be of 1 answers, not 0'],
      ['a megabyte', () => 'x'.repeat(2 ** 20), 'it has 1048578 characters, more than any answer'],
    ];
    for (const [what, reply, says] of poisons) {
      it(`a worker that answers with ${what} is told of in a line, and named at the third time`, async () => {
        const url = queueAt();
        const [bad, { answer, close }] = [await poison(url, ({ data }) => reply(data.campaign)), await asking(url, task)];
        const error = await answer as Error;
        await close();
        await bad.close();
        const refused = said.filter((line) => line.startsWith('what came of '));
        expect(refused).to.have.lengthOf(2);
        expect(refused[0]).to.include(says).and.to.match(/; it is asked for again$/).and.not.to.include('\n');
        expect(error.message).to.include('failed 3 times, at last as ').and.to.include('; to repeat it: generals campaign for trials');
        expect(error.message.length).to.be.below(600);
      });
    }

    it('20 MB, and what is not JSON, written past all workers', async () => {
      for (const [text, says] of [['x'.repeat(2e7), 'it has 20000000 characters, more than any answer'], ['{"half":', 'it is not JSON']] as const) {
        const url = queueAt();
        const prefix = new URL(url).searchParams.get('prefix')!;
        const { answer, close } = await asking(url, task);
        const client = new Redis(redis.port);
        const queue = new Queue('batches', { connection: client, prefix });
        const waiting = async (): Promise<Job> => (await queue.getWaiting())[0] ?? waiting();
        const { id } = await waiting();
        await client.hset(`${prefix}:batches:${id!}`, 'returnvalue', text, 'finishedOn', '1');
        await client.xadd(`${prefix}:batches:events`, '*', 'event', 'completed', 'jobId', id!, 'returnvalue', text);
        await work(url);
        expect(await answer).to.have.nested.property('tally.orders', 100);
        expect(said.filter((line) => line.startsWith('what came of ')).join()).to.include(says);
        await close();
        await queue.close();
        client.disconnect();
      }
    });

    it('a batch that fails three times is named with the command that repeats it', async () => {
      const url = queueAt();
      await work(url);
      // Of the king there are no kernels.
      const { answer, close } = await asking(url, { ...task, cell: cellOf('king', 1, 4, 1, 'coin'), engine: 'kernel' } as Task);
      const error = await answer as Error;
      await close();
      expect(error.message).to.match(/^[\da-f]{16}\.king-m1-n4-f1-coin\.1-100 failed 3 times, at last as "there is no kernel for king-m1-n4-f1-coin"; to repeat it: generals campaign for trials$/);
    });

    it('what was done twice counts once, and what was done for an asker that is gone is not done again', async () => {
      const url = queueAt();
      const one = await work(url);
      const first = await asking(url, task);
      const second = await asking(url, task);
      expect(await first.answer).to.deep.equal(await second.answer);
      await first.close();
      await second.close();
      expect(one.done()).to.be.within(1, 2);
    });

    it('a worker that loses one of its connections says nothing of a Redis that is none, and goes on', async () => {
      let lose: (() => void) | undefined;
      // Resets the first connection that waits for a batch.
      const between = createServer((socket) => {
        const there = connect(redis.port).on('error', silent);
        socket.on('error', silent).on('data', (data) => {
          if (lose !== undefined && /bzpopmin/i.test(String(data))) socket.resetAndDestroy();
          if (socket.destroyed) lose!();
        }).pipe(there).pipe(socket);
        socket.on('close', () => there.destroy());
      });
      const lost = new Promise<void>((resolve) => (lose = () => [resolve(), (lose = undefined)]));
      await new Promise<void>((resolve) => between.listen(0, OWN_HOST, resolve));
      const url = queueAt();
      const heard: string[] = [];
      const one = await work(url.replace(new URL(url).host, `${OWN_HOST}:${(between.address() as AddressInfo).port}`), { say: (line) => void heard.push(line) });
      await lost;
      const { answer, close } = await asking(url, task);
      expect(await answer).to.have.nested.property('tally.orders', 100);
      await close();
      await one.close();
      workers.delete(one);
      between.close();
      expect(heard).to.deep.equal([]);
    });

    it('a worker of another version is refused by name, also by one that asks later', async () => {
      const url = queueAt();
      const old = await work(url, { program: '0.0.9' });
      const { answer, close } = await asking(url, task);
      const trouble = await old.trouble.catch((error: unknown) => error as Error) as unknown as Error;
      expect(trouble.message).to.match(/^the queue at redis:\S+ works for version "0\.1\.0\/\d+", and this is 0\.0\.9\/\d+$/);
      await old.close();
      workers.delete(old);
      const another = await openWorker({ address: addressIn(url, {}), program: '0.0.8', threads: 1, patience: 2000, say: silent }).catch((error: unknown) => error as Error) as Error;
      expect(another.message).to.match(/works for version 0\.1\.0\/\d+, and this is 0\.0\.8\/\d+: all must be of one version, or generals queue clear empties it$/);
      await work(url);
      expect(await answer).to.have.nested.property('tally.orders', 100);
      expect(said.filter((line) => line.includes('is of version')).join('\n')).to.match(/^worker \S+:\d+ is of version 0\.0\.[89]\/\d+, and gets nothing to do: this is 0\.1\.0\/\d+/);
      await close();
    });

    it('jobs of somebody else are left alone', async () => {
      const url = queueAt();
      const prefix = new URL(url).searchParams.get('prefix')!;
      const client = new Redis(redis.port);
      const queue = new Queue('batches', { connection: client, prefix });
      // One that comes when a worker is there already.
      const idle = await work(url);
      await queue.add('send mail', { to: 'ann' });
      expect((await idle.trouble.catch((error: unknown) => error as Error) as unknown as Error).message).to.match(/^the queue at redis:\S+ holds a job of somebody else, "send mail"$/);
      await idle.close();
      workers.delete(idle);
      for (const words of [['worker', '--queue', url], ['campaign', '--queue', url], ['queue', 'status', '--queue', url], ['queue', 'clear', '--queue', url]]) {
        expect((await refusal(words)).err, words.join(' ')).to.match(/^generals: the queue at redis:\S+ holds jobs of somebody else, such as "send mail": another \?prefix= makes one of your own – see [^\n]*\n$/);
      }
      expect((await queue.getJobCounts('waiting'))['waiting']).to.equal(1);
      await queue.close();
      client.disconnect();
    });
  });

  describe('that cannot be is refused in one line:', () => {
    async function said(url: string, words = ['queue', 'status'], env: NodeJS.ProcessEnv = {}): Promise<string> {
      const { code, out, err } = await here([...words, '--queue', url], '', env);
      expect([code, out]).to.deep.equal([2, '']);
      expect(err).to.match(/^generals: [^\n]+ – see [^\n]+\n$/);
      return err.slice('generals: '.length, err.lastIndexOf(' – see '));
    }

    /** Something else that listens. */
    async function listening(server: Server): Promise<string> {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `redis://127.0.0.1:${(server.address() as AddressInfo).port}/0`;
    }

    it('where nobody listens', async () => {
      const server = createServer();
      const url = await listening(server);
      await new Promise((resolve) => server.close(resolve));
      for (const words of [['queue', 'status'], ['worker'], ['campaign', '--seed', '1']]) expect(await said(url, words), words.join(' ')).to.equal(`the queue at ${url} cannot be used: nobody listens there`);
    });

    it('where what answers is no Redis', async () => {
      const http = createHttp((_, response) => response.end('hello'));
      const url = await listening(http);
      expect(await said(url)).to.equal(`the queue at ${url} cannot be used: what answers there is no Redis, or speaks otherwise`);
      http.closeAllConnections();
      http.close();
    });

    it('where nothing answers', async () => {
      const server = createServer((socket) => socket.on('error', silent));
      const url = await listening(server);
      expect(await said(url)).to.equal(`the queue at ${url} cannot be used: nothing answered within 5 s`);
      server.close();
    });

    it('where it is Redis 5', async () => {
      // It does not know the first word of a connection today.
      const old = createServer((socket) => {
        socket.on('error', silent).on('data', (data) => {
          for (const _ of String(data).matchAll(/^\*\d+\r$/gm)) socket.write('-ERR unknown command `hello`, with args beginning with: `3`, \r\n');
        });
      });
      const url = await listening(old);
      expect(await said(url)).to.equal(`the queue at ${url} cannot be used: it is older than Redis 6.2, which a queue needs`);
      old.close();
    });

    it('where it evicts, is full, or can only be read', async () => {
      const settings: readonly (readonly [settings: readonly string[], says: string])[] = [
        [['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], 'it evicts what it holds when its memory is full (maxmemory-policy allkeys-lru), and a queue needs noeviction'],
        [['--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'], 'its memory is full'],
        [['--replicaof', `127.0.0.1 ${redis.port}`], 'it is a replica, which can only be read'],
      ];
      for (const [some, says] of settings) {
        const own = await ownRedis(some);
        for (const words of [['queue', 'status'], ['worker'], ['campaign', '--seed', '1']]) expect(await said(own.url, words)).to.equal(`the queue at ${own.url} cannot be used: ${says}`);
        await own.end();
      }
    });

    it('where it asks for a password; which is shown nowhere, and may stand in the environment', async () => {
      const own = await ownRedis(['--requirepass', 'hunter2']);
      expect(await said(own.url)).to.equal(`the queue at ${own.url} cannot be used: it asks for a password: give it in GENERALS_QUEUE_PASSWORD`);
      const wrong = own.url.replace('//', '//:wr0ng@');
      expect(await said(wrong)).to.equal(`the queue at ${own.url} cannot be used: it refuses the user or the password`);
      const shown = `${own.url}: 0 waiting, 0 being counted, 0 to be fetched, 0 failed\nnobody works on it\n`;
      expect((await here(['queue', 'status', '--queue', own.url.replace('//', '//:hunter2@')])).out).to.equal(shown);
      expect((await here(['queue', 'status'], '', { GENERALS_QUEUE: own.url, GENERALS_QUEUE_PASSWORD: 'hunter2' })).out).to.equal(shown);
      expect((await here(['queue', 'status', '--queue', own.url], '', { GENERALS_QUEUE_PREFIX: 'mine', GENERALS_QUEUE_PASSWORD: 'hunter2' })).out).to.equal(shown.replace('/0:', '/0?prefix=mine:'));
      await own.end();
    });

    it('where its certificate is nobody’s; with it trusted, TLS is spoken', async function () {
      if (spawnSync('openssl', ['version']).error !== undefined) skip(this, 'openssl is not installed');
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]);
      const own = await ownRedis([], ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no']);
      expect(await said(own.url)).to.equal(`the queue at ${own.url} cannot be used: its certificate is signed by nobody that is trusted: NODE_EXTRA_CA_CERTS names who is`);
      expect((await generals(['queue', 'status', '--queue', own.url], '', { NODE_EXTRA_CA_CERTS: certificate })).out).to.include(`${own.url}: 0 waiting`);
      await own.end();
    });

    const refused: readonly (readonly [words: string, says: string])[] = [
      ['worker', 'there is no queue: give it as --queue redis://host:6379/0, or rediss:// for TLS, or in GENERALS_QUEUE'],
      ['worker --queue nowhere', 'the queue is to be at redis://host:6379/0, or rediss:// for TLS; what was given is no address'],
      ['worker --queue http://localhost', 'not at "http:"'],
      ['worker --queue redis://localhost/two', 'a database of Redis has a number, such as redis://host:6379/0, or rediss:// for TLS, not "two"'],
      ['worker --queue redis://localhost?tls=no', 'an address of a queue has no "tls": only ?prefix=<word>'],
      ['worker --queue redis://localhost?prefix=a:b', 'a prefix is a word of letters, digits, dots and dashes, not "a:b"'],
      ['worker --queue redis://localhost --threads 0', '--threads is a whole number from 1 to 256, not "0"'],
      ['worker here', 'worker takes options only, not "here"'],
      ['queue', 'queue is to be followed by status or clear'],
      ['queue empty', 'queue is to be followed by status or clear, not "empty"'],
      ['campaign --queue redis://localhost --threads 2', 'workers at a queue have threads of their own: leave out --threads'],
      ['campaign --queue redis://localhost --seed 1 --shard 1/2 --out x', 'a queue divides the work by itself: leave out --shard'],
    ];
    for (const [line, says] of refused) {
      it(`generals ${line}`, async () => {
        const { out, err } = await refusal(line.split(' '));
        expect(out).to.equal('');
        expect(err).to.include(says).and.match(/^[^\n]+\n$/);
      });
    }

    it('code of one’s own; that of something else in the process is no matter', async () => {
      const own = ownFolder();
      const mine = own.write('mine.ts', MINE);
      const small = ['--members', '4', '--orders', '10', '--queue', 'http://localhost'];
      expect((await generals(['campaign', '--protocol', mine, ...small])).err).to.include('workers at a queue have no code of your own: --shard divides such a campaign');
      await compiled(mine);
      expect((await here(['campaign', '--protocol', 'oral', ...small])).err).to.include('not at "http:"');
      own.remove();
    });
  });

  if (process.env['SOAK'] === '1') it('that becomes full ends the campaign with what was counted, and --resume goes on', async () => {
    const own = await ownRedis();
    const whole = await longOne();
    await work(own.url);
    const out = place();
    const asker = start(['campaign', ...LONG, '--queue', own.url, '--out', out]);
    await says(asker, COUNTED);
    const client = new Redis(own.port);
    await client.config('SET', 'maxmemory', '100kb');
    const code = await asker.ended;
    // It had asked for all before.
    if (code !== 0) {
      expect(code).to.equal(1);
      expect(asker.errors()).to.match(/^generals: the queue at redis:\S+ (takes nothing more|cannot be used any more): its memory is full; --resume goes on with it$/m);
    }
    await client.config('SET', 'maxmemory', '0');
    client.disconnect();
    expect((await here(['campaign', '--resume', out, '--queue', own.url])).code).to.equal(0);
    expectSame(out, whole);
  });

  it('is looked at and emptied', async () => {
    const url = queueAt();
    const shown = url;
    const asker = start(['campaign', ...SIMULATED, '--queue', url, '--out', place()]);
    await says(asker, /^nobody works on the queue yet: generals worker --queue redis:/m);
    await asker.end('SIGKILL');
    expect((await here(['queue', 'status', '--queue', url])).out).to.match(/: [1-9]\d* waiting, 0 being counted, 0 to be fetched, 0 failed\nnobody works on it\n$/);
    expect((await here(['queue', 'clear', '--queue', url])).out).to.match(new RegExp(`^[1-9]\\d* batch(es)? taken out of the queue at ${shown.replaceAll(/[?.]/g, '\\$&')}\n$`));
    const own = await worker(url, '--json');
    expect(JSON.parse((await here(['queue', 'status', '--queue', url, '--json'])).out)).to.deep.include({ v: 1, type: 'queue', waiting: 0, active: 0 });
    expect((await here(['queue', 'status', '--queue', url])).out).to.match(/: 0 waiting.*\n1 worker:\n {2}\S+:\d+, 1 thread, version 0\.1\.0\/\d+, 0 batches done\n$/);
    expect(await own.end('SIGTERM')).to.equal(143);
  });
});
