import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { Army, type ArmyOptions } from '../../src/index.ts';
import type { Cycles } from '../support/measure.ts';
import { measured } from '../support/measured.ts';
import { skip } from '../support/skip.ts';
import { soaked } from '../support/trials.ts';

/** So long that no test ends by it; those that wait for a deadline set their own. */
const PATIENT = 60_000;

const MEGABYTE = 2 ** 20;

/** How often a general comes, serves and goes, in each of the two halves that are compared. */
const CYCLES = soaked(225, 9);

describe('an army of threads', () => {
  const armies: Army[] = [];
  /** The threads that were started since the test began, in the order of the generals' ids. */
  const workers: Worker[] = [];
  const warnings: Error[] = [];
  const seen = (worker: Worker): void => void workers.push(worker);
  const warned = (warning: Error): void => void warnings.push(warning);

  beforeEach(() => {
    process.on('worker', seen).on('warning', warned);
  });

  afterEach(async () => {
    await Promise.all(armies.splice(0).map((army) => army.disband()));
    process.off('worker', seen).off('warning', warned);
    workers.length = 0;
    expect(warnings.splice(0).map(({ message }) => message), 'warnings of Node').to.deep.equal([]);
  });

  async function muster(count: number, options: ArmyOptions = {}): Promise<Army> {
    const army = await Army.muster(count, { host: 'threads', seed: 1, deadline: PATIENT, ...options });
    armies.push(army);
    await army.elect(1);
    return army;
  }

  it('is one thread a general, and none is left when it is disbanded', async () => {
    const army = await muster(5);
    expect(workers).to.have.length(5);
    const exits = workers.map((worker) => once(worker, 'exit'));
    await army.disband();
    await Promise.all(exits);
  });

  it('keeps one thread more if asked to, which the next newcomer takes, and which disband ends', async () => {
    const army = await muster(2, { spare: true });
    // Node tells of a new thread in the turn after it was started.
    await nextTurn();
    expect(workers).to.have.length(3);
    await army.add(1);
    await nextTurn();
    expect(workers, 'the newcomer took the spare, and another was started').to.have.length(4);
    expect((await army.order('attack')).verdict).to.include({ type: 'execute', votes: 2 });
    const exits = workers.map((worker) => once(worker, 'exit'));
    await army.disband();
    await Promise.all(exits);
  });

  for (const whom of ['a secondary', 'the primary'] as const) {
    it(`notices that the thread of ${whom} died between two orders, and goes on without it`, async () => {
      const army = await muster(4);
      await army.order('attack');
      const general = whom === 'the primary' ? 1 : 3;
      await workers[general - 1]!.terminate();
      expect(army.members()[general - 1]!.state).to.deep.equal({ type: 'lost', reason: 'exited with code 1' });
      expect(army.members().filter(({ role, state }) => role === 'primary' && state.type !== 'lost')).to.have.length(1);
      const { verdict } = await army.order('attack');
      expect(verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 4, faulty: 1 });
    });
  }

  it('ends an order in whose middle a thread dies by itself, without waiting for a deadline', async () => {
    const army = await muster(4);
    // A general that hangs keeps the order under way for as long as the test wants.
    await army.injectCrash(3, 'hang');
    const order = army.order('attack');
    // The order is out when the main thread has said all that it has to say, which is before the next turn of its loop.
    await nextTurn();
    await workers[2]!.terminate();
    const { verdict, account } = await order;
    expect(account.losses).to.deep.equal([{ id: 3, reason: 'exited with code 1' }]);
    expect(verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 4, faulty: 1 });
  });

  it('ends an order in whose middle a general is killed, without waiting for a deadline', async () => {
    const army = await muster(4);
    await army.injectCrash(3, 'hang');
    const order = army.order('attack');
    await nextTurn();
    await army.kill(3);
    const { verdict, roster, account } = await order;
    expect(account.losses).to.deep.equal([{ id: 3, reason: 'was killed in the middle of the order' }]);
    expect(roster[2]!.state.type).to.equal('lost');
    expect(verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 4, faulty: 1 });
    expect(army.members().map(({ id }) => id)).to.deep.equal([1, 2, 4]);
    expect((await army.order('retreat')).verdict).to.deep.equal({ type: 'execute', order: 'retreat', votes: 2, members: 3, faulty: 0 });
  });

  it('ends an order in whose middle its primary is killed: the others heard nothing, retreat, and have a new primary', async () => {
    const army = await muster(4);
    await army.injectCrash(1, 'hang');
    const order = army.order('attack');
    await nextTurn();
    await army.kill(1);
    expect((await order).verdict).to.deep.equal({ type: 'execute', order: 'retreat', votes: 3, members: 4, faulty: 1 });
    expect(army.members().filter(({ role }) => role === 'primary')).to.have.length(1);
    expect((await army.order('attack')).verdict).to.include({ type: 'execute', order: 'attack', votes: 2 });
  });

  it('ends an order in whose middle everyone is killed', async () => {
    const army = await muster(4);
    for (const id of [1, 2, 3, 4]) await army.injectCrash(id, 'hang');
    const order = army.order('attack', { anyway: true });
    await nextTurn();
    await Promise.all([1, 2, 3, 4].map((id) => army.kill(id)));
    const { verdict, account } = await order;
    expect(account.losses.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4]);
    expect(verdict).to.include({ type: 'split', votes: 0 });
    expect(army.members()).to.deep.equal([]);
  });

  it('ends an order in whose middle it is disbanded', async () => {
    const army = await muster(4);
    await army.injectCrash(2, 'hang');
    const order = army.order('attack');
    await nextTurn();
    await army.disband();
    const { account } = await order;
    expect(account.losses.map(({ id }) => id)).to.include(2);
  });

  it('gives up all generals if all hang, and lives on', async () => {
    const army = await muster(2, { deadline: 300 });
    for (const id of [1, 2]) await army.injectCrash(id, 'hang');
    const { account } = await army.order('attack');
    expect(account.losses).to.deep.equal([1, 2].map((id) => ({ id, reason: 'did not answer within 300 ms' })));
    await army.add(1);
    for (const id of [1, 2]) await army.kill(id);
    expect((await army.order('attack')).verdict).to.include({ type: 'execute', votes: 1 });
  });

  it('may lose a general in each of many orders, and add another, and no link is forgotten', async () => {
    const army = await muster(4);
    for (let turn = 0; turn < 10; turn += 1) {
      const [primary, victim] = army.members();
      await army.elect(primary!.id);
      await army.injectCrash(victim!.id, turn % 2 === 0 ? 'throw' : 'exit');
      const [newcomer] = await army.add(1);
      const { verdict, account } = await army.order('attack');
      expect(verdict, `turn ${turn}`).to.deep.equal({ type: 'execute', order: 'attack', votes: 3, members: 5, faulty: 1 });
      // The newcomer heard everybody who lived, and everybody who lived heard it.
      const heard = account.reports.find(({ id }) => id === newcomer)!.heard.flatMap((inbox) => inbox.map(({ from }) => from));
      expect(new Set(heard).size, `turn ${turn}`).to.equal(3);
      await army.kill(victim!.id);
    }
  });

  describe('in a process of its own', () => {
    before(function () {
      // Threads and descriptors are counted where Linux lists them.
      if (!existsSync('/proc/self/task')) skip(this, 'threads can be counted only where there is /proc');
    });

    it(`leaves memory, threads and handles where they were after ${50 + 2 * CYCLES} cycles of add, order and kill`, async () => {
      const { warm, half, full, left, warnings: told } = await measured<Cycles>('cycles', '50', String(CYCLES));
      const seenThere = JSON.stringify({ warm, half, full, left });
      expect(told, 'warnings of Node').to.deep.equal([]);
      expect(full.threads, seenThere).to.equal(warm.threads);
      expect(full.descriptors, seenThere).to.equal(warm.descriptors);
      expect(full.resources, seenThere).to.deep.equal(warm.resources);
      expect(left.threads, seenThere).to.equal(warm.threads - 4);
      // What one general leaves behind on the heap, were it a list entry only, is some 100 bytes; its thread object and its
      // ports are thousands. So two kilobytes a cycle are more than it may keep by chance, and less than any leak of these.
      expect(full.heap - half.heap, seenThere).to.be.lessThan(CYCLES * 2 * 1024);
      // A thread takes 5 MB. The allocator keeps pages as it likes, 5 MB more of them in the second half of 500 cycles; an
      // eighth of a megabyte a cycle is far from either.
      expect(full.rss - half.rss, seenThere).to.be.lessThan((CYCLES * MEGABYTE) / 8);
      expect(left.resources, seenThere).to.deep.equal(warm.resources);
      expect(left.threads, seenThere).to.equal(warm.threads - 4);
    });
  });
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
