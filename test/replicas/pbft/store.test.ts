import { expect } from 'chai';
import type { Signer } from '../../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../../src/core/node.ts';
import { symbolicDigest, symbolicSigner } from '../../../src/core/signer.ts';
import type { Batch, Chunk, RequestBody, Result } from '../../../src/replicas/pbft/messages.ts';
import { FLAWS, flawIn, KEY_LENGTH, KEYS, VALUE_LENGTH } from '../../../src/replicas/pbft/operation.ts';
import { parseMessage } from '../../../src/replicas/pbft/parse.ts';
import { CLIENT_WINDOW, CLIENTS, OPERATION_LENGTH } from '../../../src/replicas/pbft/settings.ts';
import { snapshotOf, storeOf } from '../../../src/replicas/pbft/snapshot.ts';
import { emptyStore, executeBatch, isDone, KEYED, MARKS, outcomeOf, type Store } from '../../../src/replicas/pbft/store.ts';

const N = 4;
/** With digests as long as on a network. */
const SEAL: Signer = { ...symbolicSigner(nodeId(0)), digest: (body) => symbolicDigest(body).padEnd(43, '-') };

const body = (client: number, timestamp: number, operation: string, { mark = `${client}-${timestamp}`, key = '' } = {}): RequestBody => ({ client: nodeId(client), timestamp, mark, key, operation });
const batchOf = (...bodies: readonly RequestBody[]): Batch => ({ requests: bodies.map((one) => ({ body: one, signature: '' })) });

/** Executes one request. @returns its result; undefined if it was not executed */
function execute(store: Store, one: RequestBody): Result | undefined {
  return executeBatch(store, batchOf(one), 'digest', SEAL, N).get(one.client)?.[0]?.[2];
}

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const restored = (store: Store): Store => storeOf(JSON.parse(JSON.stringify(snapshotOf(store, 1, SEAL))) as ReturnType<typeof snapshotOf>);

/** What takes the most bytes in JSON. */
const long = (start: string, length: number): string => start + '\u0001'.repeat(length - start.length);

describe('what the state machine of a log is asked', () => {
  const wrong: Readonly<Record<string, readonly string[]>> = {
    form: ['get', 'get ', 'get a b', 'get a ', 'get  a', 'set', 'set ', 'set k', 'set  v'],
    size: [`get ${'k'.repeat(VALUE_LENGTH + 1)}`, `set ${'k'.repeat(VALUE_LENGTH + 1)} v`, `set k ${'v'.repeat(VALUE_LENGTH + 1)}`],
    long: ['x'.repeat(OPERATION_LENGTH + 1)],
  };
  for (const [flaw, operations] of Object.entries(wrong)) {
    it(`is refused where it is wrong: ${FLAWS[flaw as keyof typeof FLAWS]}`, () => {
      for (const operation of operations) {
        expect(flawIn(operation, new Map()), operation).to.equal(flaw);
        const store = emptyStore();
        expect(execute(store, body(4, 1, operation)), operation).to.deep.equal({ refused: flaw });
        expect([store.position, store.values.size, store.tail], operation).to.deep.equal([0, 0, []]);
      }
    });
  }

  it('tells what is missing from what is empty, and keeps spaces in a value', () => {
    const store = emptyStore();
    const results = ['get k', 'set k ', 'get k', 'set k  a  b ', 'get k', 'settle', 'getting k v', `set ${'k'.repeat(VALUE_LENGTH)} ${'v'.repeat(VALUE_LENGTH)}`].map((operation, index) => execute(store, body(4, index + 1, operation)));
    expect(results).to.deep.equal([null, '2', '', '4', ' a  b ', '6', '7', '8']);
  });

  it(`is refused where it would be the ${KEYS + 1}th key, while those there are can be set`, () => {
    const store = emptyStore();
    for (let index = 0; index < KEYS; index += 1) execute(store, body(4, index + 1, `set k${index} v`));
    expect(execute(store, body(4, KEYS + 1, 'set more v'))).to.deep.equal({ refused: 'full' });
    expect(execute(store, body(4, KEYS + 2, 'set k7 w'))).to.equal(`${KEYS + 1}`);
    expect(execute(store, body(4, KEYS + 3, 'get more'))).to.equal(null);
    expect(store.values.size).to.equal(KEYS);
  });
});

describe('a request with a key', () => {
  it('is executed once for everyone who asks it, and answered alike; other data under it is refused and changes nothing', () => {
    const store = emptyStore();
    expect(execute(store, body(4, 1, 'set k one', { key: 'a' }))).to.equal('1');
    expect(execute(store, body(4, 2, 'set k two'))).to.equal('2');
    expect(execute(restored(store), body(9, 1, 'set k one', { key: 'a' }))).to.equal('1');
    expect(execute(store, body(9, 1, 'set k one', { key: 'a' }))).to.equal('1');
    expect(execute(store, body(4, 3, 'set k three', { key: 'a' }))).to.deep.equal({ refused: 'conflict' });
    expect([store.position, store.values.get('k'), store.tail.length]).to.deep.equal([2, 'two', 2]);
  });

  it('is remembered, however many a traitor’s clients ask', () => {
    const store = emptyStore();
    const own = body(4, 1, 'pay', { key: 'mine' });
    execute(store, own);
    for (let index = 1; index <= 3 * KEYED; index += 1) execute(store, body(7, index, 'noise', { key: `noise-${index}` }));
    expect(execute(store, body(5, 1, 'pay', { key: 'mine' }))).to.equal('1');
    for (let index = 1; index < KEYED; index += 1) execute(store, body(8, index, 'noise', { key: `other-${index}` }));
    expect(execute(store, body(5, 2, 'pay', { key: 'mine' }))).to.equal('1');
    expect(store.keys.size).to.be.below(3 * (KEYED + 32));
  });
});

describe('the state machine, of requests that come again,', () => {
  it('knows each by its mark, not by its number alone, and where the client’s numbers stand', () => {
    const store = emptyStore();
    const first = body(4, 7, 'first');
    execute(store, first);
    const other = body(4, 7, 'second', { mark: 'another' });
    expect([isDone(store, first), isDone(store, other), execute(store, other)]).to.deep.equal([true, true, undefined]);
    expect(outcomeOf(store, first, SEAL.digest(first))).to.equal('1');
    expect(outcomeOf(store, other, SEAL.digest(other))).to.deep.equal({ stale: 7 });
  });

  it(`does not take one for unexecuted whose number a jump has made too old, nor after ${MARKS} others`, () => {
    const store = emptyStore();
    const early = body(4, 1, 'early');
    execute(store, early);
    for (let index = 1; index < MARKS; index += 1) execute(store, body(4, 1000 + index, 'later'));
    expect(outcomeOf(restored(store), early, SEAL.digest(early))).to.deep.equal({ forgotten: true });
    const never = body(4, 2, 'never');
    expect(outcomeOf(store, never, SEAL.digest(never))).to.deep.equal({ stale: 999 + MARKS });
  });

  it('executes none twice, at the edge of the window too, where answers are forgotten page by page', () => {
    const store = emptyStore();
    const asked = Array.from({ length: 4 * CLIENT_WINDOW }, (_, index) => body(4, index + 1, `order ${index}`));
    for (const one of asked) {
      expect(execute(store, one)).to.equal(`${one.timestamp}`);
      for (const back of [1, CLIENT_WINDOW - 1, CLIENT_WINDOW, CLIENT_WINDOW + 1, 2 * CLIENT_WINDOW]) {
        const before = asked[one.timestamp - 1 - back];
        if (before !== undefined) expect([isDone(store, before), execute(store, before)], `number ${before.timestamp} after ${one.timestamp}`).to.deep.equal([true, undefined]);
      }
    }
    expect(store.position).to.equal(asked.length);
  });

  it('executes what was overtaken by all other numbers of a window, and by no more', () => {
    for (const [overtaken, isExecuted] of [[1, true], [CLIENT_WINDOW - 1, true], [CLIENT_WINDOW, false], [CLIENT_WINDOW + 1, false]] as const) {
      const store = emptyStore();
      execute(store, body(4, 1000, 'first'));
      const late = body(4, 1000 - overtaken, 'late');
      expect([isDone(store, late), execute(store, late)], `overtaken by ${overtaken}`).to.deep.equal([!isExecuted, isExecuted ? '2' : undefined]);
      const other = body(4, 1000, 'another', { mark: 'another' });
      expect(outcomeOf(store, other, SEAL.digest(other)), 'its numbers stand where they stood').to.deep.equal({ stale: 1000 });
    }
  });

  it('remembers the answers of a whole window', () => {
    const store = emptyStore();
    const asked = Array.from({ length: 1000 }, (_, index) => body(4, index + 1, `order ${index}`));
    for (const one of asked) {
      execute(store, one);
      const oldest = asked[Math.max(0, one.timestamp - CLIENT_WINDOW)]!;
      expect(outcomeOf(store, oldest, SEAL.digest(oldest))).to.equal(`${oldest.timestamp}`);
      expect(store.clients.get(nodeId(4))!.answers.size).to.be.at.most(CLIENT_WINDOW + 31);
    }
  });
});

describe('a state that is full to the brim, all in characters that JSON writes longest,', () => {
  const store = emptyStore();
  const clients = Array.from({ length: N * CLIENTS }, (_, index) => nodeId(N + index));
  before(function () {
    this.timeout(0);
    const value = long('', VALUE_LENGTH);
    const next = new Map<NodeId, number>();
    const ask = (client: NodeId, operation: string, key = ''): Result | undefined => {
      const number = (next.get(client) ?? 999_999_999) + 1;
      next.set(client, number);
      return execute(store, body(client, number, operation, { mark: `${client}-${number}`.padEnd(24, '-'), key }));
    };
    for (let index = 0; index < KEYS; index += 1) ask(clients[0]!, `set ${long(`${index}`, VALUE_LENGTH)} ${value}`);
    const get = `get ${long('0', VALUE_LENGTH)}`;
    clients.forEach((client, index) => {
      const keyed = index < N ? 2 * KEYED + 31 : 0;
      for (let count = 1; count <= keyed; count += 1) expect(ask(client, get, `${client}-${count}-`.padEnd(KEY_LENGTH, '-'))).to.equal(value);
      // So that each has as much as can be before a page gives way.
      while (store.clients.get(client)?.marks.items.length !== MARKS + 127 || (next.get(client)! - CLIENT_WINDOW + 1) % 32 !== 31) ask(client, get);
    });
  });

  it('stays below the bound, and each of its chunks below that of a message', () => {
    const { manifest, chunks } = snapshotOf(store, 64, SEAL);
    const sizes = chunks.map((chunk, index) => bytes({ type: 'chunk', sequence: 64, index, chunk }));
    expect(Math.max(...sizes)).to.be.below(64 * 1024);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(18_000_000, 21_000_000);
    expect(bytes(manifest)).to.be.below(64 * 1024);
    expect(chunks.length).to.equal(64 + N * (CLIENTS * (5 + 5) + 33));
    chunks.forEach((chunk, index) => expect(parseMessage({ type: 'chunk', sequence: 64, index, chunk }), chunk.type).to.not.equal(undefined));
  });

  it('makes the same state again, which goes on in the same way', () => {
    const copy = restored(store);
    const digest = (one: Store): string => SEAL.digest(snapshotOf(one, 64, SEAL).manifest);
    expect(digest(copy)).to.equal(digest(store));
    for (const client of clients) for (const one of [copy, store]) execute(one, body(client, 2_000_000_000, 'get k', { key: `last ${client}`.replace(' ', '-') }));
    expect(digest(copy)).to.equal(digest(store));
  });

  it('has nearly all chunks as before after a few more requests', () => {
    const before = snapshotOf(store, 128, SEAL);
    for (let count = 0; count < 5; count += 1) execute(store, body(4, 3_000_000_000 + count, 'set 0 v'));
    const after = snapshotOf(store, 192, SEAL);
    const known = new Set<Chunk>(before.chunks);
    expect(after.chunks.filter((chunk) => !known.has(chunk)).length).to.be.within(1, 4);
  });
});
