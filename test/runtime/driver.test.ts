import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { choosesNothing } from '../../src/core/choice.ts';
import type { Context, DurableMachine, Effect as EffectOf, Vocabulary } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { Driver } from '../../src/runtime/driver.ts';
import type { Log } from '../../src/runtime/log.ts';
import { OWN_HOST } from '../support/own-host.ts';

type Effect = EffectOf<Vocabulary>;

/** A machine whose inputs are the effects that it asks for. */
const obedient: DurableMachine<Vocabulary, unknown[]> = {
  begin: () => [],
  recover: (_context, records) => [...records],
  parse: () => undefined,
  step(_context, state, event) {
    state.push(event.type === 'timeout' ? event.timer : event.type);
    return event.type === 'input' ? (event.input as Effect[]) : [];
  },
};

const context: Context = { self: nodeId(0), members: [nodeId(0)], settings: {}, signer: { sign: () => '', verify: () => true, digest: () => '' }, choose: choosesNothing };
const send = (message: string): Effect => ({ type: 'send', to: [nodeId(1)], message });
const save = (record: string): Effect => ({ type: 'save', record });

describe('a driver', () => {
  let done: string[];
  let log: { appended: number; durable: number };
  let driver: Driver;

  beforeEach(() => {
    done = [];
    const disk = { records: [], cut: 0, appended: 0, durable: 0, append: () => void (disk.appended += 1), close: () => Promise.resolve() } satisfies Log;
    log = disk;
    driver = new Driver(obedient, context, disk, {
      send: (_to, message) => done.push(`send ${String(message)}`),
      output: (output) => done.push(`output ${String(output)}`),
      accuse: (suspect) => done.push(`accuse ${suspect}`),
    });
    driver.start([]);
  });
  afterEach(() => driver.stop());

  const ask = (...effects: Effect[]): boolean => driver.take({ type: 'input', input: effects });
  const sync = (records: number): void => {
    log.durable = records;
    driver.synced();
  };

  it('says at once what follows from nothing that is to be saved', () => {
    ask(send('a'), { type: 'output', output: 'b' }, { type: 'accuse', kind: 'misbehaviour', suspect: nodeId(2), evidence: '' });
    expect(done).to.deep.equal(['send a', 'output b', 'accuse 2']);
  });

  it('says what comes behind a save only when that is on disk, and all else in order behind it', () => {
    ask(send('before'), save('1'), send('after 1'), save('2'), send('after 2'));
    ask(send('of a later event'));
    expect(done).to.deep.equal(['send before']);
    expect(driver.backlog).to.equal(3);
    sync(1);
    expect(done).to.deep.equal(['send before', 'send after 1']);
    ask(save('3'), { type: 'output', output: 'after 3' });
    sync(2);
    expect(done.slice(2)).to.deep.equal(['send after 2', 'send of a later event']);
    sync(3);
    expect(done.at(-1)).to.equal('output after 3');
    expect(driver.backlog).to.equal(0);
  });

  it('that stood still hears what waits in its sockets before it takes anybody for silent', async () => {
    const server = createServer().listen(0, OWN_HOST);
    await once(server, 'listening');
    const messages = connect((server.address() as AddressInfo).port, OWN_HOST);
    const [ours] = (await once(server, 'connection')) as [typeof messages];
    ours.on('data', () => ask({ type: 'cancel-timer', timer: 'answered' }));
    try {
      // Here, behind the event loop's turn of sockets, timers come next.
      await new Promise((resolve) => setImmediate(resolve));
      ask({ type: 'set-timer', timer: 'answered', after: 20 }, { type: 'set-timer', timer: 'silent', after: 20 });
      messages.write('an answer');
      for (const until = performance.now() + 400; performance.now() < until; );
      const state = driver.state as string[];
      while (!state.includes('silent')) await new Promise((resolve) => setImmediate(resolve));
      expect(state).to.deep.equal(['start', 'input', 'stalled', 'input', 'silent']);
    } finally {
      messages.destroy();
      ours.destroy();
      server.close();
    }
  });

  it('begins without records, and recovers from those there are', () => {
    expect(driver.state).to.deep.equal(['start']);
    driver.start(['saved']);
    expect(driver.state).to.deep.equal(['saved', 'start']);
  });

  it('keeps timers: set anew they begin anew, cancelled they are silent, and none outlives its driver', async () => {
    ask({ type: 'set-timer', timer: 'cancelled', after: 1 }, { type: 'set-timer', timer: 'twice', after: 1 }, { type: 'set-timer', timer: 'twice', after: 5 }, { type: 'set-timer', timer: 'last', after: 10 });
    ask({ type: 'cancel-timer', timer: 'cancelled' }, { type: 'cancel-timer', timer: 'unknown' });
    const state = driver.state as string[];
    while (!state.includes('last')) await new Promise((resolve) => setImmediate(resolve));
    expect(state.filter((word) => !['start', 'input'].includes(word))).to.deep.equal(['twice', 'last']);
    ask({ type: 'set-timer', timer: 'too late', after: 1 });
    driver.stop();
    driver.take({ type: 'input', input: [send('too late')] });
    expect(done).to.deep.equal([]);
  });
});
