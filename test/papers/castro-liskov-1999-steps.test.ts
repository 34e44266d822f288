import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyMachine } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import type { Effect, Message, NewView, PrePrepare, PreparedCertificate, ViewChange, VoteMessage } from '../../src/replicas/pbft/messages.ts';
import { NO_REQUESTS } from '../../src/replicas/pbft/new-view.ts';
import { ANSWERS_PAGE } from '../../src/replicas/pbft/pages.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import { CLIENT_WINDOW } from '../../src/replicas/pbft/settings.ts';
import { emptyStore, executeBatch } from '../../src/replicas/pbft/store.ts';
import { localDisk } from '../../src/runtime/disk.ts';
import { Driver } from '../../src/runtime/driver.ts';
import { LOG_FILE, openLog } from '../../src/runtime/log.ts';
import { batchOf, certificate, checkpoint, CLIENT, executedIn, K, OneReplica, prePrepare, request, saidIn, signerOf, signed, viewChange, vote } from '../support/one-replica.ts';
import { Cluster } from '../support/replicas.ts';

const ids = (effects: readonly Effect[], type: Message['type']): readonly number[] => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === type ? effect.to : []));

/** The rules of “Practical Byzantine Fault Tolerance” that one replica keeps, message by message. */
describe('Castro and Liskov 1999: one replica', () => {
  describe('Section 4.1, the client:', () => {
    it('a backup passes a request on to the primary, and starts a timer', () => {
      const effects = new OneReplica(1).hears(CLIENT, request(1));
      expect(ids(effects, 'request')).to.deep.equal([0]);
      expect(effects).to.deep.include({ type: 'set-timer', timer: 'view', after: 1000 });
    });

    it('a request that was executed is answered again, to its client alone, and not ordered again', () => {
      const primary = new OneReplica(0);
      const [proposal] = saidIn(primary.hears(CLIENT, request(1)), 'pre-prepare');
      for (const id of [1, 2]) primary.hears(id, vote('prepare', id, proposal!.body));
      const replies = [1, 2].flatMap((id) => primary.hears(id, vote('commit', id, proposal!.body)));
      expect(saidIn(replies, 'reply').map(({ body }) => body.answers)).to.deep.equal([[[1, signerOf(0).digest(request(1).body), '1']]]);
      const again = primary.hears(CLIENT, request(1));
      expect(saidIn(again, 'pre-prepare')).to.deep.equal([]);
      expect(saidIn(again, 'reply').map(({ body }) => body)).to.deep.equal([{ view: 0, client: 4, replica: 0, answers: [[1, signerOf(0).digest(request(1).body), '1']] }]);
      expect(primary.hears(1, request(1))).to.deep.equal([]);
    });

    it('a request is executed at most once, at the edge of the window of a client’s timestamps as well', () => {
      const store = emptyStore();
      const executed = new Map<number, number>();
      const execute = (timestamp: number): void => {
        if (executeBatch(store, batchOf(request(timestamp)), 'digest', signerOf(0), 4).size > 0) executed.set(timestamp, (executed.get(timestamp) ?? 0) + 1);
      };
      // One number is left out, and asked for when it is at the edge, the last that is still taken.
      const [late, lost] = [40, 50];
      const last = CLIENT_WINDOW + 3 * ANSWERS_PAGE;
      for (let highest = 1; highest <= last; highest += 1) {
        if (highest !== late && highest !== lost) execute(highest);
        if (highest === late + CLIENT_WINDOW - 1) execute(late);
        if (highest === lost + CLIENT_WINDOW) execute(lost);
        // Every timestamp so far is asked again, those at the edge too.
        for (const timestamp of executed.keys()) execute(timestamp);
      }
      expect([...executed.values()].filter((times) => times !== 1)).to.deep.equal([]);
      expect([executed.size, executed.has(late), executed.has(lost)]).to.deep.equal([last - 1, true, false]);
      expect(store.position).to.equal(last - 1);
    });

    it('a request that no client signed is not ordered', () => {
      const effects = new OneReplica(0).hears(CLIENT, { ...request(1), signature: request(2).signature });
      expect(saidIn(effects, 'pre-prepare')).to.deep.equal([]);
    });

    it('a client asks the primary, and in time all; from replies it learns who is primary', () => {
      const cluster = new Cluster(4);
      const asked: number[] = [];
      cluster.link = (from, to, message) => {
        if (from.id === CLIENT && message.type === 'request') asked.push(to.id);
        return [1];
      };
      cluster.network.crash(cluster.node(0));
      cluster.ask('order');
      expect(cluster.untilAnswered()).to.equal(true);
      expect(asked.slice(0, 5)).to.deep.equal([0, 0, 1, 2, 3]);
      asked.length = 0;
      cluster.ask('another');
      expect(cluster.untilAnswered()).to.equal(true);
      expect(asked).to.deep.equal([1]);
    });
  });

  describe('Section 4.2, normal-case operation:', () => {
    it('the primary gives requests the next numbers, and multicasts each in a pre-prepare', () => {
      const primary = new OneReplica(0, { batch: 1 });
      for (const timestamp of [1, 2, 3]) {
        const effects = primary.hears(CLIENT, request(timestamp));
        expect(saidIn(effects, 'pre-prepare').map(({ body }) => [body.view, body.sequence])).to.deep.equal([[0, timestamp]]);
        expect(ids(effects, 'pre-prepare')).to.deep.equal([1, 2, 3]);
      }
    });

    it('a backup that accepts a pre-prepare multicasts a prepare for it, and has saved both before', () => {
      const effects = new OneReplica(1).hears(0, prePrepare());
      const [prepare] = saidIn(effects, 'prepare');
      expect(prepare!.body).to.deep.equal({ ...prePrepare().body, replica: 1 });
      expect(ids(effects, 'prepare')).to.deep.equal([0, 2, 3]);
      const types = effects.map(({ type }) => type);
      expect(types.indexOf('save')).to.be.within(0, types.indexOf('send') - 1);
    });

    const good = prePrepare();
    const refused: Readonly<Record<string, readonly [from: number, message: PrePrepare]>> = {
      'that its primary did not sign': [0, { ...good, signature: prePrepare({ sequence: 2 }).signature }],
      'of one who is not primary': [2, prePrepare({ by: 2 })],
      'of another view': [1, prePrepare({ view: 1 })],
      'with the digest of another request': [0, prePrepare({ digest: signerOf(0).digest(batchOf(request(2))) })],
      'of a request that its client did not sign': [0, prePrepare({ batch: batchOf({ ...request(1), signature: request(2).signature }) })],
      'at the low water mark h': [0, prePrepare({ sequence: 0 })],
      'above the high water mark H': [0, prePrepare({ sequence: 2 * K + 1 })],
    };
    for (const [name, [from, message]] of Object.entries(refused)) {
      it(`a backup accepts no pre-prepare ${name}`, () => {
        const backup = new OneReplica(from === 1 ? 2 : 1);
        expect(saidIn(backup.hears(from, message), 'prepare')).to.deep.equal([]);
        expect(saidIn(backup.hears(0, good), 'prepare'), 'and the right one after it').to.have.length(1);
      });
    }

    it('a backup accepts a pre-prepare at the high water mark H', () => {
      expect(saidIn(new OneReplica(1).hears(0, prePrepare({ sequence: 2 * K })), 'prepare')).to.have.length(1);
    });

    it('a backup accepts no second pre-prepare for a view and number with another digest', () => {
      const backup = new OneReplica(1);
      backup.hears(0, good);
      const effects = backup.hears(0, prePrepare({ batch: batchOf(request(2)) }));
      expect(saidIn(effects, 'prepare')).to.deep.equal([]);
      expect(effects).to.deep.include({ type: 'accuse', kind: 'misbehaviour', suspect: 0, evidence: 'two pre-prepares for view 0, sequence number 1' });
    });

    /** What a backup says that has accepted the pre-prepare, and then hears that. */
    const upon = (...votes: readonly VoteMessage[]): Effect[] => {
      const backup = new OneReplica(1);
      backup.hears(0, good);
      return votes.flatMap((one) => backup.hears(one.body.replica, one));
    };
    const match = vote('prepare', 2, good.body);
    const uncounted: Readonly<Record<string, VoteMessage>> = {
      'of the primary': vote('prepare', 0, good.body),
      'for another digest': vote('prepare', 2, { ...good.body, digest: 'another' }),
      'of another view': vote('prepare', 2, { ...good.body, view: 1 }),
      'for another number': vote('prepare', 2, { ...good.body, sequence: 2 }),
      'that is forged': { ...match, signature: vote('prepare', 3, good.body).signature },
    };
    it('prepared: upon 2f prepares that match the pre-prepare, its own among them, a replica multicasts a commit', () => {
      const effects = upon(match);
      expect(saidIn(effects, 'commit').map(({ body }) => body)).to.deep.equal([{ ...good.body, replica: 1 }]);
      expect(ids(effects, 'commit')).to.deep.equal([0, 2, 3]);
      const types = effects.map(({ type }) => type);
      expect(types.indexOf('save')).to.be.within(0, types.indexOf('send') - 1);
    });
    for (const [name, one] of Object.entries(uncounted)) {
      it(`prepared: a prepare ${name} does not count`, () => {
        expect(saidIn(upon(one, one), 'commit')).to.deep.equal([]);
      });
    }
    it('what is multicast is on disk before: a prepare, a commit and a view-change, on a real file', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'generals-durable-'));
      /** What a loss of power would leave of the log. */
      let onDisk = '';
      const said: string[] = [];
      const missing: string[] = [];
      const { context } = new OneReplica(1);
      let tell: () => void = () => undefined;
      const log = openLog(folder, { synced: () => driver.synced(), failed: (error) => { throw error; } }, {}, {
        ...localDisk,
        syncSoon(fd, done) {
          const written = readFileSync(join(folder, LOG_FILE), 'utf8');
          localDisk.syncSoon(fd, (error) => {
            onDisk = written;
            done(error);
          });
        },
      });
      const driver = new Driver(replica as unknown as AnyMachine, context, log, {
        send(_to, sent) {
          const message = sent as Message;
          if (message.type !== 'prepare' && message.type !== 'commit' && message.type !== 'view-change') return;
          said.push(message.type);
          // For a prepare the proposal, for a commit the prepares, for a view-change all that it says.
          const record = { prepare: '{"type":"pre-prepared",', commit: '{"type":"prepared",', 'view-change': message.signature }[message.type];
          if (!onDisk.includes(record)) missing.push(message.type);
          tell();
        },
        output: () => undefined,
        accuse: () => undefined,
      });
      const heard = (from: number, message: Message, until: number): Promise<void> => {
        driver.take({ type: 'message', from: nodeId(from), message });
        return new Promise((resolve) => (tell = () => (said.length >= until ? resolve() : undefined))());
      };
      try {
        driver.start([]);
        await heard(0, good, 1);
        await heard(2, match, 2);
        driver.take({ type: 'timeout', timer: 'view' });
        await new Promise<void>((resolve) => (tell = () => (said.length >= 3 ? resolve() : undefined))());
        expect(said).to.deep.equal(['prepare', 'commit', 'view-change']);
        expect(missing).to.deep.equal([]);
      } finally {
        driver.stop();
        await log.close();
        rmSync(folder, { recursive: true });
      }
    });

    it('prepared: prepares without the pre-prepare are not enough', () => {
      const backup = new OneReplica(1);
      const effects = [2, 3].flatMap((id) => backup.hears(id, vote('prepare', id, good.body)));
      expect(saidIn(effects, 'commit')).to.deep.equal([]);
      expect(saidIn(backup.hears(0, good), 'commit')).to.have.length(1);
    });

    it('committed-local: 2f + 1 commits that match, its own among them, and no fewer, have the request executed', () => {
      const commits = [0, 2, 3].map((id) => vote('commit', id, good.body));
      expect(executedIn(upon(match, commits[0]!))).to.deep.equal([]);
      expect(executedIn(upon(match, commits[0]!, commits[0]!))).to.deep.equal([]);
      expect(executedIn(upon(match, commits[0]!, vote('commit', 2, { ...good.body, digest: 'another' })))).to.deep.equal([]);
      expect(executedIn(upon(match, commits[0]!, commits[1]!))).to.deep.equal([1]);
    });

    it('a commit counts by who sent it, and those that prove nothing to others are not shown to them', () => {
      const forged = { ...vote('commit', 0, good.body), signature: vote('prepare', 0, good.body).signature };
      const backup = new OneReplica(1);
      backup.hears(0, good);
      backup.hears(2, match);
      backup.hears(0, forged);
      expect(executedIn(backup.hears(2, vote('commit', 2, good.body)))).to.deep.equal([1]);
      const status: Message = { type: 'status', view: 0, isChanging: false, executed: 0, stable: 0 };
      const unproven = backup.hears(3, status);
      expect(saidIn(unproven, 'committed')).to.deep.equal([]);
      expect(saidIn(unproven, 'commit').map(({ body }) => body.replica)).to.deep.equal([1]);
      expect(saidIn(unproven, 'executed')).to.deep.equal([{ type: 'executed', sequence: 1, batch: good.batch }]);
      expect(backup.hears(3, vote('commit', 3, good.body))).to.deep.equal([]);
      backup.times('status');
      expect(saidIn(backup.hears(3, status), 'committed').map(({ commits }) => commits.map(({ body }) => body.replica))).to.deep.equal([[1, 2, 3]]);
    });

    it('requests are executed in the order of their numbers, whatever commits first', () => {
      const backup = new OneReplica(1);
      expect(executedIn(backup.commits(2))).to.deep.equal([]);
      expect(executedIn(backup.commits(3))).to.deep.equal([]);
      expect(executedIn(backup.commits(1))).to.deep.equal([1, 2, 3]);
    });

    it('a request that stands at two numbers is executed once', () => {
      const backup = new OneReplica(1);
      const batch = batchOf(request(1));
      backup.commits(1, batch);
      const effects = backup.commits(2, batch);
      expect(executedIn(effects)).to.deep.equal([2]);
      expect(saidIn(effects, 'reply')).to.deep.equal([]);
      expect(backup.state.store.position).to.equal(1);
    });
  });

  describe('Section 4.3, garbage collection:', () => {
    /** A backup that has executed K requests, and its own checkpoint. */
    const grown = (): { backup: OneReplica; own: Extract<Message, { type: 'checkpoint' }> } => {
      const backup = new OneReplica(1);
      const effects = Array.from({ length: K }, (_, index) => backup.commits(index + 1)).flat();
      const points = saidIn(effects, 'checkpoint');
      expect(points.map(({ body }) => body.sequence), 'a checkpoint after every K').to.deep.equal([K]);
      return { backup, own: points[0]! };
    };
    const held = ({ state }: OneReplica): number[] => state.slots.flatMap((slot) => (slot === undefined ? [] : [slot.sequence])).toSorted((a, b) => a - b);

    it('upon 2f + 1 equal checkpoints all up to it is discarded, and the water marks move', () => {
      const { backup, own } = grown();
      const beyond = prePrepare({ sequence: 2 * K + 1 });
      backup.hears(0, checkpoint(0, K, own.body.digest));
      expect([backup.state.stable, held(backup)]).to.deep.equal([0, [1, 2, 3, 4]]);
      expect(saidIn(backup.hears(0, beyond), 'prepare')).to.deep.equal([]);
      backup.hears(2, checkpoint(2, K, own.body.digest));
      expect([backup.state.stable, held(backup), backup.state.batches.size]).to.deep.equal([K, [], 0]);
      expect(saidIn(backup.hears(0, beyond), 'prepare')).to.have.length(1);
      expect(saidIn(backup.hears(0, prePrepare({ sequence: K })), 'prepare'), 'at h').to.deep.equal([]);
    });

    it('checkpoints of other digests, forged ones, and one of the same replica twice do not count', () => {
      const { backup, own } = grown();
      backup.hears(0, checkpoint(0, K, own.body.digest));
      backup.hears(0, checkpoint(0, K, own.body.digest));
      backup.hears(2, checkpoint(2, K, 'another'));
      backup.hears(3, { ...checkpoint(3, K, own.body.digest), signature: own.signature });
      expect(backup.state.stable).to.equal(0);
    });
  });

  describe('Section 4.4, view changes:', () => {
    it('a timer runs from a request to its execution, and for nothing else', () => {
      const backup = new OneReplica(1);
      expect(backup.hears(CLIENT, request(1))).to.deep.include({ type: 'set-timer', timer: 'view', after: 1000 });
      expect(backup.commits(1)).to.deep.include({ type: 'cancel-timer', timer: 'view' });
    });

    /** A backup whose timer has expired. */
    const left = (id = 2): { backup: OneReplica; effects: Effect[] } => {
      const backup = new OneReplica(id);
      backup.hears(0, prePrepare());
      backup.hears(3, vote('prepare', 3, prePrepare().body));
      return { backup, effects: backup.times('view') };
    };

    it('a backup whose timer expires multicasts a view-change for the next view, with what has prepared', () => {
      const { effects } = left();
      const [change] = saidIn(effects, 'view-change');
      expect(change!.body).to.deep.include({ view: 1, stable: 0, proof: [], replica: 2 });
      expect(change!.body.prepared.map(({ prePrepare: { body } }) => body)).to.deep.equal([prePrepare().body]);
      expect(ids(effects, 'view-change')).to.deep.equal([0, 1, 3]);
    });

    it('then it takes no pre-prepare, prepare or commit of the view that it left, but checkpoints still', () => {
      const { backup } = left();
      expect(saidIn(backup.hears(0, prePrepare({ sequence: 2, batch: batchOf(request(2)) })), 'prepare')).to.deep.equal([]);
      expect([0, 1, 3].flatMap((id) => executedIn(backup.hears(id, vote('commit', id, prePrepare().body))))).to.deep.equal([]);
      for (const id of [0, 1, 3]) backup.hears(id, checkpoint(id, K, 'state'));
      expect(backup.state.stable).to.equal(K);
    });

    it('the primary of view v is v mod n: with 2f + 1 view-changes, and no fewer, it multicasts a new-view', () => {
      const { backup: primary } = left(1);
      expect(saidIn(primary.hears(2, viewChange(2, 1)), 'new-view')).to.deep.equal([]);
      const effects = primary.hears(3, viewChange(3, 1));
      const [newView] = saidIn(effects, 'new-view');
      expect(newView!.body.viewChanges.map(({ body }) => body.replica)).to.deep.equal([1, 2, 3]);
      expect(newView!.body.prePrepares.map(({ body }) => body)).to.deep.equal([{ ...prePrepare().body, view: 1 }]);
      expect(ids(effects, 'new-view')).to.deep.equal([0, 2, 3]);
      const { backup: other } = left(2);
      expect([1, 3, 0].flatMap((id) => saidIn(other.hears(id, viewChange(id, 1)), 'new-view')), 'of another').to.deep.equal([]);
    });

    const batch = batchOf(request(1));
    const changes = [viewChange(1, 1, [certificate(0, 2, batch)]), viewChange(2, 1), viewChange(3, 1)].map(({ body, signature }) => ({ body, signature }));
    const plan = [
      { view: 1, sequence: 1, digest: signerOf(0).digest(NO_REQUESTS) },
      { view: 1, sequence: 2, digest: signerOf(0).digest(batch) },
    ];
    const newView = ({ view = 1, viewChanges = changes, bodies = plan, by = 1 }: { view?: number; viewChanges?: typeof changes; bodies?: typeof plan; by?: number } = {}): NewView => ({
      type: 'new-view',
      ...signed(by, 'new-view', { view, viewChanges, prePrepares: bodies.map((body) => signed(by, 'pre-prepare', body)) }),
    });

    it('a backup enters a view whose O follows from V, with the null request where nothing prepared, and prepares it all', () => {
      const backup = new OneReplica(2);
      backup.hears(CLIENT, request(1));
      const effects = [...backup.hears(1, newView()), ...backup.hears(1, { type: 'batch', batch })];
      expect(backup.state).to.deep.include({ view: 1, isChanging: false });
      expect(saidIn(effects, 'prepare').map(({ body }) => body)).to.deep.equal(plan.map((body) => ({ ...body, replica: 2 })));
    });

    const [first, second] = changes;
    const wrong: Readonly<Record<string, NewView>> = {
      'without one of O': newView({ bodies: plan.slice(0, 1) }),
      'with another request than the one that prepared': newView({ bodies: [plan[0]!, { ...plan[1]!, digest: signerOf(0).digest(batchOf(request(9))) }] }),
      'with a request where nothing prepared': newView({ bodies: [{ ...plan[0]!, digest: plan[1]!.digest }, plan[1]!] }),
      'with more than O': newView({ bodies: [...plan, { ...plan[1]!, sequence: 3 }] }),
      'from 2f view-changes': newView({ viewChanges: [first!, second!] }),
      'from a view-change twice': newView({ viewChanges: [...changes, second!] }),
      'from a view-change for another view': newView({ viewChanges: [first!, second!, viewChange(3, 2)] }),
      'from a forged view-change': newView({ viewChanges: [first!, second!, { body: changes[2]!.body, signature: second!.signature }] }),
      'of one who is not its primary': newView({ by: 3 }),
    };
    for (const [name, message] of Object.entries(wrong)) {
      it(`a backup enters no view by a new-view ${name}`, () => {
        const backup = new OneReplica(2);
        const effects = backup.hears(1, message);
        expect(backup.state).to.deep.include({ view: 0, isChanging: false });
        expect(effects.map(({ type }) => type)).to.deep.equal(['accuse']);
      });
    }

    /** A view-change of a replica whose checkpoint at K is stable. */
    const beyond = (by: number, prepared: readonly PreparedCertificate[] = []): ViewChange => {
      const proof = [0, 2, 3].map((id) => checkpoint(id, K, 'state')).map(({ body, signature }) => ({ body, signature }));
      return { type: 'view-change', ...signed(by, 'view-change', { view: 1, stable: K, proof, prepared, replica: nodeId(by) }) };
    };

    it('O is from min-s, the latest stable checkpoint in V, to max-s, the highest number that prepared: nothing that is done is done again', () => {
      for (const changes of [[beyond(2, [certificate(0, K + 2, batch)]), viewChange(3, 1)], [viewChange(2, 1), beyond(3, [certificate(0, K + 2, batch)])]]) {
        const { backup: primary } = left(1);
        const [newView] = saidIn(changes.flatMap((change) => primary.hears(change.body.replica, change)), 'new-view');
        expect(newView!.body.prePrepares.map(({ body }) => [body.sequence, body.digest])).to.deep.equal([[K + 1, signerOf(0).digest(NO_REQUESTS)], [K + 2, signerOf(0).digest(batch)]]);
        expect(primary.state.stable).to.equal(K);
        const backup = new OneReplica(0);
        backup.hears(1, newView!);
        expect([backup.state.view, backup.state.stable, backup.state.isChanging], 'a backup finds the same').to.deep.equal([1, K, false]);
      }
    });

    it('the null request changes nothing when it is executed', () => {
      const store = emptyStore();
      executeBatch(store, batch, 'digest', signerOf(0), 4);
      const before = structuredClone(store);
      expect(executeBatch(store, NO_REQUESTS, 'null', signerOf(0), 4)).to.deep.equal(new Map());
      expect(store).to.deep.equal(before);
    });
  });

  describe('Section 4.5.2, liveness:', () => {
    it('f + 1 view-changes for later views have a replica ask for the lowest of these, its timer or not; f do not', () => {
      const backup = new OneReplica(3);
      expect(saidIn(backup.hears(1, viewChange(1, 3)), 'view-change')).to.deep.equal([]);
      expect(saidIn(backup.hears(2, viewChange(2, 4)), 'view-change').map(({ body }) => [body.view, body.replica])).to.deep.equal([[3, 3]]);
      expect(backup.state).to.deep.include({ view: 3, isChanging: true });
    });

    it('the timer for a new view starts when 2f + 1 ask for it, and not before; it expires for the view after', () => {
      const backup = new OneReplica(3);
      const first = backup.times('view');
      const early = backup.hears(0, viewChange(0, 1));
      for (const effects of [first, early]) expect(effects.filter(({ type }) => type === 'set-timer')).to.deep.equal([]);
      expect(backup.hears(2, viewChange(2, 1))).to.deep.include({ type: 'set-timer', timer: 'view', after: 2000 });
      expect(saidIn(backup.times('view'), 'view-change').map(({ body }) => body.view)).to.deep.equal([2]);
    });

    it('timeouts double with every view change in vain, and begin anew once a request is executed', () => {
      const cluster = new Cluster(7, { timeout: 1000 });
      cluster.network.crash(cluster.node(0));
      cluster.link = (_from, _to, message) => (message.type === 'new-view' ? [] : [1]);
      cluster.ask('order');
      const starts: number[] = [];
      for (let view = 1; view <= 4; view += 1) {
        cluster.network.run(100_000, () => cluster.status(6).view === view);
        starts.push(cluster.network.now);
      }
      const gaps = starts.slice(1).map((time, index) => Math.round((time - starts[index]!) / 1000));
      expect(gaps).to.deep.equal([2, 4, 8]);
      cluster.link = () => [1];
      expect(cluster.untilAnswered(40_000)).to.equal(true);
      expect(cluster.state(6).doublings).to.equal(0);
    });

    it('who waits for a view lets no second view-change of one replica for it count', () => {
      const primary = new OneReplica(1);
      primary.times('view');
      const again = [viewChange(2, 1), viewChange(2, 1)].flatMap((message) => primary.hears(2, message));
      expect(saidIn(again, 'new-view')).to.deep.equal([]);
      expect(primary.state.viewChanges[nodeId(2)]!.body.view).to.equal(1);
    });
  });
});
