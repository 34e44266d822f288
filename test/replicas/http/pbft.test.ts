import { expect } from 'chai';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { choosesNothing } from '../../../src/core/choice.ts';
import type { Settings } from '../../../src/core/machine.ts';
import { nodeId } from '../../../src/core/node.ts';
import { LOG_FILE, openLog, repairLog } from '../../../src/runtime/log.ts';
import { Counts } from '../../../src/runtime/http/counts.ts';
import type { Endpoint } from '../../../src/runtime/http/orders.ts';
import { serverFor } from '../../../src/runtime/http/server.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import type { Slot } from '../../../src/replicas/http/service.ts';
import type { Tally } from '../../../src/replicas/http/tally.ts';
import { DIGEST, FROM, MAC, TO } from '../../../src/runtime/http/nodes.ts';
import { digestOf, networkEnvelopes, networkSigner } from '../../../src/runtime/signer.ts';
import { OPERATION_LENGTH } from '../../../src/replicas/pbft/settings.ts';
import { moment } from '../../support/load.ts';
import { ask, placeIn, resultOf, startReplicas, type Replicas } from '../../support/served.ts';
import { written } from '../../support/written.ts';

/** Waits until all have executed the same. */
async function level({ replicas }: Replicas): Promise<void> {
  while (new Set(replicas.map((replica) => replica.status().digest)).size > 1) await moment();
}

describe('PBFT over HTTP', () => {

  // How many messages a request takes: `test/cli/compare.test.ts`.
  describe('among four loyal ones', () => {
    let four: Replicas;
    afterEach(() => four.close());

    /** The votes that each node received for a request, when it has received all. */
    async function votesFor(request: string, expected: readonly number[]): Promise<readonly Tally[]> {
      const place = await placeIn(four, request);
      for (const [id, replica] of four.replicas.entries()) while (replica.tallyOf(place).correct < expected[id]!) await new Promise((resolve) => setImmediate(resolve));
      return four.replicas.map((replica) => replica.tallyOf(place));
    }

    const received = (): number => four.replicas.reduce((sum, { counts }) => sum + ['preprepare', 'prepare', 'commit'].reduce((all, type) => all + (counts.of('messages_received')[type] ?? 0), 0), 0);

    it('each node counts six votes for a request, though many are said again', async () => {
      // They ask each other where they stand all the time, and who seems to lag gets its votes once more. None is held off for that, nor suspected.
      four = await startReplicas(4, serviceNamed('pbft'), { rates: { messages: 1e9, bytes: 1e9, vain: 1e9 }, settings: { statusEvery: 1, timeout: 600_000, retryAfter: 600_000 } });
      // Of the primary: three prepares and three commits; of a backup: the pre-prepare, two prepares and three commits.
      const [six, places]: [number, Slot[]] = [6, []];
      const isRepeated = (): boolean => received() > 4 * six * four.runs.length;
      // A vote that was lost is not said again once all have executed: some requests are counted in full, and none beyond that.
      const isFull = (place: Slot): boolean => four.replicas.every((replica) => replica.tallyOf(place).correct === six);
      do {
        expect((await ask(four.urls[0]!, 'counted')).status).to.equal(200);
        places.push(await placeIn(four, four.runs.at(-1)!.request));
        for (const place of places.slice(-20)) for (const replica of four.replicas) expect(replica.tallyOf(place)).to.satisfy(({ correct, corrupt }: Tally) => correct <= six && corrupt === 0);
      } while (!isRepeated() || places.slice(-50).filter(isFull).length < 10);
    });

    it('each node counts the votes of a collector’s certificates as if they had come alone', async () => {
      four = await startReplicas(4, serviceNamed('collector'), { settings: { collectorTimeout: 600_000, timeout: 600_000, statusEvery: 600_000, retryAfter: 600_000 } });
      // A certificate holds three votes, its receiver's own among them at times; the collector, node 1, gets three of others. Backups get the pre-prepare.
      const expected = [6, 7, 7, 7];
      for (const data of ['one', 'two', 'three']) {
        expect((await ask(four.urls[0]!, data)).status).to.equal(200);
        expect((await votesFor(four.runs.at(-1)!.request, expected)).map(({ correct, corrupt }) => [correct, corrupt])).to.deep.equal(expected.map((votes) => [votes, 0]));
      }
    });
  });

  describe('among four', () => {
    let four: Replicas;
    before(async () => {
      // What the protocol makes of a flood is to be seen: none is held off before.
      four = await startReplicas(4, serviceNamed('pbft'), { rates: { messages: 1e9, bytes: 1e9, vain: 1e9 } });
    });
    after(() => four.close());

    it('knows where each request was executed, and how the decision reads', async () => {
      const before = four.runs.length;
      for (const data of ['the first', 'the second']) await ask(four.urls[0]!, data);
      const [first, second] = four.runs.slice(before);
      expect([first!.data, second!.data]).to.deep.equal(['the first', 'the second']);
      const [one, two] = [await placeIn(four, first!.request), await placeIn(four, second!.request)];
      expect(two.order).to.equal(one.order + 1);
      expect(four.replicas[0]!.slotOf('4:999')).to.equal(undefined);
    });

    it('refuses data that is too long for an operation, and takes what just fits', async () => {
      expect((await ask(four.urls[0]!, 'x'.repeat(OPERATION_LENGTH + 1))).status).to.equal(413);
      expect((await ask(four.urls[0]!, '😀'.repeat(OPERATION_LENGTH / 2))).status).to.equal(200);
    });

    it('answers what was set, and tells what is empty from what is missing', async () => {
      for (const [data, result] of [['set colour blue', undefined], ['get colour', 'blue'], ['set colour ', undefined], ['get color', null], ['get colour', '']] as const) {
        const answer = await ask(four.urls[0]!, data);
        expect(answer.status).to.equal(200);
        if (result !== undefined) expect(resultOf(answer)).to.equal(result);
      }
    });

    it('refuses what is wrong with a line that says what is right, at any node, and orders nothing', async () => {
      const executed = (): readonly number[] => four.replicas.map((replica) => replica.status().executed);
      await level(four);
      const before = executed();
      const refused = [['get a b', 400, /get <key>/], ['set key', 400, /set <key> <value>/], ['get', 400, /get <key>/], [`set k ${'v'.repeat(257)}`, 413, /256 characters/], [`get ${'k'.repeat(257)}`, 413, /256 characters/]] as const;
      for (const url of [four.urls[0]!, four.urls[2]!]) {
        for (const [data, status, words] of refused) {
          const answer = await ask(url, data);
          expect(answer.status, data).to.equal(status);
          expect(await answer.text()).to.match(words).and.to.match(/^[^\n]+\n$/);
        }
      }
      for (const key of ['', 'two words', 'ä', 'x'.repeat(129)]) expect((await ask(four.urls[0]!, 'order', key)).status, key).to.equal(400);
      expect(executed()).to.deep.equal(before);
    });

    it('executes once what is asked again under an Idempotency-Key, gives the one answer, and refuses other data under it', async () => {
      const [first, again] = await Promise.all([ask(four.urls[0]!, 'pay 5', 'order-17'), ask(four.urls[0]!, 'pay 5', 'order-17')]);
      expect([first.status, again.status, resultOf(again)]).to.deep.equal([200, 200, resultOf(first)]);
      expect(resultOf(await ask(four.urls[0]!, 'pay 5', 'order-17'))).to.equal(resultOf(first));
      const other = await ask(four.urls[0]!, 'pay 6', 'order-17');
      expect([other.status, await other.text()]).to.deep.equal([422, 'this key was used for other data\n']);
      await level(four);
      for (const replica of four.replicas) expect(replica.status().tail.filter((data) => String(data).startsWith('pay'))).to.deep.equal(['pay 5']);
    });

    it('orders a hundred requests at once, each exactly once', async () => {
      const before = four.replicas[1]!.status().executed;
      const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(four.urls[0]!, `at once ${index}`)));
      const places = answers.map((answer) => decodeURIComponent(answer.headers.get('generals-result')!));
      expect(new Set(places).size).to.equal(100);
      while (four.replicas.some((replica) => replica.status().executed < before + 100)) await moment();
      expect(new Set(four.replicas.map((replica) => replica.status().digest)).size).to.equal(1);
      expect(four.replicas[1]!.status().executed).to.equal(before + 100);
    });

    it('stays small and goes on when a node floods it with votes beyond the window, of past views and with forged signatures', async () => {
      const keysOf = (id: number) => four.plan.members[id % 4];
      const options = { cluster: four.plan.cluster, self: nodeId(3), secret: four.secrets[3]!, keysOf };
      const [envelopes, signer] = [networkEnvelopes(options), networkSigner(options)];
      // As a node does, over one connection: of many the replica would close some.
      const connection = new Client(four.urls[1]!);
      const vote = async (sequence: number, view: number, isForged: boolean): Promise<number> => {
        const body = { view, sequence, digest: `digest ${sequence}`, replica: 3 };
        const text = JSON.stringify({ type: 'prepare', body, signature: isForged ? 'A'.repeat(86) : signer.sign('prepare', body) });
        const digest = digestOf(Buffer.from(text));
        const headers = { 'content-type': 'application/json', [FROM]: '3', [TO]: '1', [DIGEST]: digest, [MAC]: envelopes.mac(nodeId(1), '/prepare', digest) };
        const answer = await connection.request({ path: '/prepare', method: 'POST', headers, body: text });
        await answer.body.dump();
        return answer.statusCode;
      };
      const replica = four.replicas[1]!;
      const unheeded = (): number => replica.status().dropped;
      const size = (): number => JSON.stringify(replica.status()).length;
      const [before, unheededBefore] = [size(), unheeded()];
      for (let count = 0; count < 1000; count += 1) expect(await vote(1_000_000 + count, count % 3, count % 2 === 0)).to.equal(204);
      await connection.close();
      expect(unheeded() - unheededBefore).to.equal(1000);
      expect(await (await fetch(`${four.urls[1]!}/metrics`)).text()).to.match(new RegExp(`^generals_unheeded_total ${unheeded()}$`, 'm'));
      expect(replica.counts.of('forgeries'), 'a signature that changes nothing was verified').to.deep.equal({});
      expect(size()).to.be.at.most(before + 200);
      expect((await ask(four.urls[0]!, 'after the flood')).status).to.equal(200);
    });
  });

  it('tells who commands in a view that has begun, and not in one that a node asks for alone', async () => {
    const replicas = await startReplicas(4, serviceNamed('pbft'), { settings: { timeout: 50, retryAfter: 30 } });
    for (const id of [0, 1, 2]) await replicas.fall(id);
    void ask(replicas.urls[3]!, 'alone').catch(() => undefined);
    while (replicas.replicas[3]!.status().view === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(replicas.replicas[3]!.command()).to.deep.equal({ view: 1, commander: 1, hasBegun: false });
    // It looks who commands whenever it hears something.
    void ask(replicas.urls[3]!, 'alone again').catch(() => undefined);
    while (replicas.replicas[3]!.status()['waiting'] !== 2) await new Promise((resolve) => setImmediate(resolve));
    await replicas.close();
    expect(replicas.commands.filter(({ id }) => id === 3)).to.deep.equal([{ id: 3, view: 0 }]);
  });

  it('answers the 1,025th key with 507, be it refused before it is ordered or in a race for the last', async () => {
    // As many as there are come to the same state: what is asked for here is what a user is told.
    const own = await startReplicas(1, serviceNamed('pbft'));
    try {
      for (let start = 0; start < 1020; start += 102) await Promise.all(Array.from({ length: 102 }, (_, index) => ask(own.urls[0]!, `set key${start + index} v`)));
      const raced = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(own.urls[0]!, `set more${index} v`)));
      expect(raced.map(({ status }) => status).toSorted((a, b) => a - b)).to.deep.equal([200, 200, 200, 200, 507, 507, 507, 507, 507, 507]);
      const before = own.replicas[0]!.status()['sequence'];
      const answer = await ask(own.urls[0]!, 'set another v');
      expect([answer.status, await answer.text()]).to.deep.equal([507, '1024 keys have a value, and no more can: set one of those\n']);
      expect(own.replicas[0]!.status()['sequence']).to.equal(before);
      expect((await ask(own.urls[0]!, 'set key7 w')).status).to.equal(200);
    } finally {
      await own.close();
    }
  });

  it('lets a user wait as long as its timeouts say, and no connection end before', async () => {
    const service = serviceNamed('pbft');
    const patience = (settings: Settings): number => service.patience({ ...service.settings(4), ...settings }, 4);
    expect(patience({})).to.equal(30_000);
    expect(patience({ timeout: 10_000, retryAfter: 1000 })).to.equal(72_000);
    expect(patience({ timeout: 3_600_000 })).to.equal(280_000);
    const desk = { patience: 280_000, paths: [], counts: new Counts() } as Partial<Endpoint> as Endpoint;
    const server = serverFor(desk);
    expect(server.timeout).to.be.above(280_000);
    server.close();
  });

  it('says of what was not answered in time that it may still be executed, and how to ask it again', async () => {
    const service = { ...serviceNamed('pbft'), patience: () => 50 };
    const own = await startReplicas(4, service);
    try {
      for (const id of [2, 3]) await own.fall(id);
      for (const [key, words] of [[undefined, /may still be executed; with an Idempotency-Key/], ['mine', /may still be executed; ask it again under the same Idempotency-Key/]] as const) {
        const answer = await ask(own.urls[0]!, 'order', key);
        expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1']);
        expect(await answer.text()).to.match(words);
      }
    } finally {
      await own.close();
    }
  });

  for (const [name, lose] of [
    ['lost', (folder: string) => rmSync(folder, { recursive: true })],
    ['put back to an earlier time', (folder: string) => cpSync(`${folder}.earlier`, folder, { recursive: true, force: true })],
  ] as const) {
    it(`answers what is asked now, and nothing else, at a node whose clients’ disk was ${name}`, async () => {
      const data = mkdtempSync(join(tmpdir(), 'generals-forgetful-'));
      const folder = join(data, 'replica-0/client-0');
      let earlier: Replicas | undefined;
      const life = async (orders: readonly (readonly [string, unknown])[]): Promise<void> => {
        const own = await startReplicas(4, serviceNamed('pbft'), { data, ...(earlier === undefined ? {} : { earlier }) });
        earlier = own;
        for (const [order, result] of orders) expect(resultOf(await ask(own.urls[0]!, order)), order).to.equal(result);
        await own.close();
      };
      try {
        await life([['set k one', '1'], ['get k', 'one']]);
        cpSync(folder, `${folder}.earlier`, { recursive: true });
        await life([['set k more', '3']]);
        await life([['get k', 'more']]);
        lose(folder);
        await life([['set k two', '5'], ['get k', 'two']]);
        const places = await written([0, 1, 2, 3].map((id) => join(data, `replica-${id}`)));
        expect([...places.values()].filter((order) => order.startsWith('set'))).to.deep.equal(['set k one', 'set k more', 'set k two']);
      } finally {
        rmSync(data, { recursive: true });
      }
    });
  }

  it('brings a replica level that comes back with an empty disk to a state of many chunks', async () => {
    const own = await startReplicas(4, serviceNamed('pbft'), { settings: { checkpointEvery: 8, statusEvery: 100 } });
    try {
      await own.fall(3);
      for (let start = 0; start < 400; start += 100) await Promise.all(Array.from({ length: 100 }, (_, index) => ask(own.urls[0]!, `set ${start + index}-${'€'.repeat(240)} ${'€'.repeat(256)}`)));
      for (let count = 0; count < 10; count += 1) await ask(own.urls[0]!, `order ${count}`);
      await own.rise(3);
      await level(own);
      const { messages_received: received } = own.replicas[3]!.counts.all();
      expect(received!['chunk']).to.be.above(25);
    } finally {
      await own.close();
    }
  });

  it('answers anew what is asked of a node whose client has lost its log', async () => {
    const data = mkdtempSync(join(tmpdir(), 'generals-client-'));
    try {
      const service = serviceNamed('pbft');
      const first = await startReplicas(4, service, { data });
      for (const word of ['one', 'two']) expect((await ask(first.urls[0]!, word)).headers.get('generals-result')).to.equal(encodeURIComponent(`"${word === 'one' ? 1 : 2}"`));
      await first.close();
      const folder = join(data, 'replica-0/client-0');
      writeFileSync(join(folder, LOG_FILE), 'nothing of it is left\n');
      expect(repairLog(folder)?.kept).to.equal(0);
      const second = await startReplicas(4, service, { data, earlier: first });
      expect((await ask(second.urls[0]!, 'three')).headers.get('generals-result')).to.equal(encodeURIComponent('"3"'));
      while (second.replicas.some((replica) => replica.status().executed < 3)) await new Promise((resolve) => setImmediate(resolve));
      for (const replica of second.replicas) expect(replica.status().tail).to.deep.equal(['one', 'two', 'three']);
      await second.close();
    } finally {
      rmSync(data, { recursive: true });
    }
  });

  it('writes its log anew when that has grown, and has forgotten nothing when it is started again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'generals-renewed-'));
    try {
      const [service, logBytes] = [serviceNamed('pbft'), 20_000];
      const first = await startReplicas(1, service, { data, settings: { checkpointEvery: 4 }, logBytes });
      // What was written in all, as far as the log's length shows it, and how long it is in the end.
      let [written, last] = [0, 0];
      for (let count = 0; count < 200; count += 1) {
        await ask(first.urls[0]!, `set key${count % 5} ${count}`);
        const size = statSync(join(data, 'replica-0', LOG_FILE)).size;
        written += Math.max(0, size - last);
        last = size;
      }
      await first.close();
      expect(written).to.be.above(10 * logBytes);
      expect(last).to.be.below(written / 4);
      const second = await startReplicas(1, service, { data, earlier: first });
      expect(second.replicas[0]!.status().executed).to.equal(200);
      expect((await ask(second.urls[0]!, 'get key4')).headers.get('generals-result')).to.equal(encodeURIComponent('"199"'));
      await second.close();
    } finally {
      rmSync(data, { recursive: true });
    }
  });

  it('recovers from what it keeps as from all that it saved', async () => {
    const data = mkdtempSync(join(tmpdir(), 'generals-kept-'));
    try {
      const service = serviceNamed('pbft');
      const settings = { checkpointEvery: 4 };
      const replicas = await startReplicas(4, service, { data, settings });
      for (let count = 0; count < 30; count += 1) await ask(replicas.urls[0]!, `set key${count % 5} ${count}`);
      await replicas.close();
      for (const id of [0, 1, 2, 3]) {
        const log = openLog(join(data, `replica-${id}`), { synced: () => undefined, failed: () => undefined });
        await log.close();
        const records = log.records.slice(1);
        const kept = service.keep(records);
        expect(kept.length).to.be.below(records.length / 2);
        const members = [0, 1, 2, 3].map(nodeId);
        const statusAfter = (saved: readonly unknown[]): unknown => {
          const { plan, secrets } = replicas;
          const signer = networkSigner({ cluster: plan.cluster, self: nodeId(id), secret: secrets[id]!, keysOf: (of) => plan.members[of % 4] });
          const state = service.replica().recover!({ self: nodeId(id), members, signer, settings: plan.settings, choose: choosesNothing }, saved);
          return service.status(state);
        };
        expect(statusAfter(kept)).to.deep.equal(statusAfter(records));
        expect(service.keep(kept)).to.deep.equal(kept);
      }
    } finally {
      rmSync(data, { recursive: true });
    }
  });
});
