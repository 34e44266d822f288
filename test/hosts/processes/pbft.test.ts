import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeId } from '../../../src/core/node.ts';
import { LOG_FILE, openLog, repairLog } from '../../../src/hosts/log.ts';
import { costOf } from '../../../src/hosts/processes/cost.ts';
import { serviceNamed } from '../../../src/hosts/processes/services.ts';
import type { Tally } from '../../../src/hosts/processes/tally.ts';
import { DIGEST, FROM, MAC, TO } from '../../../src/hosts/processes/nodes.ts';
import { digestOf, networkEnvelopes, networkSeal } from '../../../src/hosts/seal.ts';
import { ask, placeIn, post, startReplicas, type Replicas } from '../../support/served.ts';

describe('PBFT over HTTP', function () {
  this.timeout(60_000);

  for (const n of [4, 7]) {
    it(`takes 2n(n − 1) HTTP requests for one request among ${n}, and 5(n − 1) with a collector`, async () => {
      expect((await costOf({ protocol: 'pbft', members: n, requests: 10 })).messages).to.equal(2 * n * (n - 1));
      expect((await costOf({ protocol: 'collector', members: n, requests: 10 })).messages).to.equal(5 * (n - 1));
    });
  }

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
      // They ask each other where they stand all the time, and who seems to lag gets its votes once more.
      four = await startReplicas(4, serviceNamed('pbft'), { settings: { statusEvery: 1 } });
      const expected = [6, 6, 6, 6];
      // Of the primary: three prepares and three commits; of a backup: the pre-prepare, two prepares and three commits.
      const isRepeated = (): boolean => received() > 24 * four.runs.length;
      do {
        expect((await ask(four.urls[0]!, 'counted')).status).to.equal(200);
        await votesFor(four.runs.at(-1)!.request, expected);
      } while (!isRepeated() || four.runs.length < 10);
      for (const { request } of four.runs.slice(-50)) expect((await votesFor(request, expected)).map(({ correct, corrupt }) => [correct, corrupt])).to.deep.equal(expected.map((votes) => [votes, 0]));
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
      four = await startReplicas(4, serviceNamed('pbft'));
    });
    after(() => four.close());

    it('knows where each request was executed, and how the decision reads', async () => {
      const before = four.runs.length;
      for (const data of ['the first', 'the second']) await ask(four.urls[0]!, data);
      const [first, second] = four.runs.slice(before);
      expect([first!.data, second!.data]).to.deep.equal(['the first', 'the second']);
      const [one, two] = [await placeIn(four, first!.request), await placeIn(four, second!.request)];
      expect(two.order).to.equal(one.order + 1);
      expect(four.replicas[0]!.placeOf('4:999')).to.equal(undefined);
    });

    it('refuses data that is too long for an operation, and takes what just fits', async () => {
      const { dataMax } = serviceNamed('pbft');
      expect((await ask(four.urls[0]!, 'x'.repeat(dataMax + 1))).status).to.equal(413);
      expect((await ask(four.urls[0]!, '😀'.repeat(dataMax / 2))).status).to.equal(200);
    });

    it('answers what was set', async () => {
      await ask(four.urls[0]!, 'set colour blue');
      const answer = await ask(four.urls[0]!, 'get colour');
      expect(decodeURIComponent(answer.headers.get('generals-result')!)).to.equal('"blue"');
    });

    it('orders a hundred requests at once, each exactly once', async () => {
      const before = four.replicas[1]!.status().executed;
      const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(four.urls[0]!, `at once ${index}`)));
      const places = answers.map((answer) => decodeURIComponent(answer.headers.get('generals-result')!));
      expect(new Set(places).size).to.equal(100);
      while (four.replicas.some((replica) => replica.status().executed < before + 100)) await new Promise((resolve) => setImmediate(resolve));
      expect(new Set(four.replicas.map((replica) => replica.status().digest)).size).to.equal(1);
      expect(four.replicas[1]!.status().executed).to.equal(before + 100);
    });

    it('stays small and goes on when a node floods it with votes beyond the window, of past views and with forged signatures', async () => {
      const keysOf = (id: number) => four.plan.members[id % 4];
      const options = { cluster: four.plan.cluster, self: nodeId(3), secret: four.secrets[3]!, keysOf };
      const [envelopes, seal] = [networkEnvelopes(options), networkSeal(options)];
      const vote = (sequence: number, view: number, isForged: boolean): Promise<Response> => {
        const body = { view, sequence, digest: `digest ${sequence}`, replica: 3 };
        const text = JSON.stringify({ type: 'prepare', body, signature: isForged ? 'A'.repeat(86) : seal.sign('prepare', body) });
        const digest = digestOf(Buffer.from(text));
        return post(`${four.urls[1]!}/prepare`, text, { [FROM]: '3', [TO]: '1', [DIGEST]: digest, [MAC]: envelopes.seal(nodeId(1), '/prepare', digest) });
      };
      const replica = four.replicas[1]!;
      const unheeded = (): number => replica.status().dropped;
      const size = (): number => JSON.stringify(replica.status()).length;
      const [before, unheededBefore] = [size(), unheeded()];
      for (let round = 0; round < 20; round += 1) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => vote(1_000_000 + round * 50 + index, index % 3, index % 2 === 0)));
        expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([204]));
      }
      expect(unheeded() - unheededBefore).to.equal(1000);
      expect(await (await fetch(`${four.urls[1]!}/metrics`)).text()).to.match(new RegExp(`^generals_unheeded ${unheeded()}$`, 'm'));
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
          const seal = networkSeal({ cluster: plan.cluster, self: nodeId(id), secret: secrets[id]!, keysOf: (of) => plan.members[of % 4] });
          const state = service.replica().recover({ self: nodeId(id), members, seal, settings: plan.settings }, saved);
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
