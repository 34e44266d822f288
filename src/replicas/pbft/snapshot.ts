/**
 * The state in chunks, so that it can be larger than a message: pages of the values in the order in which their keys came, and of
 * each client’s answers, its marks, and the keys of each replica, each by its number. So little changes where a page begins and
 * ends that from one checkpoint to the next most pages are the same, and neither hashed, sent nor saved again.
 */
import type { Signer } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Answer, Chunk, Result, Snapshot } from './messages.ts';
import { ANSWERS_PAGE, KEYS_PAGE, MARKS_PAGE, VALUES_PAGE } from './pages.ts';
import type { ClientMemory, Store } from './store.ts';

/** The state after a sequence number, in the order that all replicas share. */
export function snapshotOf(store: Store, sequence: number, signer: Signer): Snapshot {
  const pages = new Map<string, Chunk>();
  const add = (name: string, chunk: Chunk): void => {
    const before = store.pages.get(name);
    pages.set(name, before !== undefined && areSame(before, chunk) ? before : chunk);
  };
  const { position, chain, tail, values, clients, homes } = store;
  for (const [index, entries] of paged([...values], 0, VALUES_PAGE)) add(`values ${index}`, { type: 'values', entries });
  for (const [client, { answers, marks }] of [...clients].sort(byFirst)) {
    for (const [index, entries] of pagedByNumber([...answers.values()].sort(byFirst))) add(`answers ${client} ${index}`, { type: 'answers', client, entries });
    const first = marks.count - marks.items.length;
    for (const [index, entries] of paged(marks.items, first, MARKS_PAGE)) add(`marks ${client} ${index}`, { type: 'marks', client, first: index * MARKS_PAGE, entries });
  }
  for (const [home, { count, items }] of [...homes].sort(byFirst)) {
    for (const [index, entries] of paged(items, count - items.length, KEYS_PAGE)) add(`keys ${home} ${index}`, { type: 'keys', home, first: index * KEYS_PAGE, entries });
  }
  store.pages = pages;
  const chunks = [...pages.values()];
  return { manifest: { sequence, position, chain, tail: [...tail], chunks: chunks.map((chunk) => signer.digest(chunk)) }, chunks };
}

/** The state that a snapshot is of. */
export function storeOf({ manifest: { position, chain, tail }, chunks }: Snapshot): Store {
  const store: Store = { position, chain, values: new Map(), tail: [...tail], clients: new Map(), keys: new Map(), homes: new Map(), pages: new Map() };
  const memoryOf = (client: NodeId): ClientMemory => {
    let memory = store.clients.get(client);
    if (memory === undefined) store.clients.set(client, (memory = { highest: 0, answers: new Map(), marks: { count: 0, items: [] } }));
    return memory;
  };
  for (const chunk of chunks) {
    switch (chunk.type) {
      case 'values':
        for (const [key, value] of chunk.entries) store.values.set(key, value);
        break;
      case 'answers': {
        const memory = memoryOf(chunk.client);
        for (const answer of chunk.entries) {
          memory.answers.set(answer[0], answer);
          memory.highest = Math.max(memory.highest, answer[0]);
        }
        break;
      }
      case 'marks': {
        const { marks } = memoryOf(chunk.client);
        marks.items.push(...chunk.entries);
        marks.count = chunk.first + chunk.entries.length;
        break;
      }
      case 'keys': {
        let home = store.homes.get(chunk.home);
        if (home === undefined) store.homes.set(chunk.home, (home = { count: 0, items: [] }));
        home.items.push(...chunk.entries);
        home.count = chunk.first + chunk.entries.length;
        for (const entry of chunk.entries) store.keys.set(entry[0], entry);
        break;
      }
      default:
        chunk satisfies never;
    }
  }
  return store;
}

/** Items by pages; the first of them has this number. Only the last page is not full, as what is forgotten is forgotten by pages. */
function* paged<Item>(items: readonly Item[], first: number, size: number): Iterable<readonly [index: number, entries: readonly Item[]]> {
  for (let start = 0; start < items.length; start += size) yield [(first + start) / size, items.slice(start, start + size)];
}

/** Answers, which are sorted, by the pages of their numbers. */
function* pagedByNumber(answers: readonly Answer<Result>[]): Iterable<readonly [index: number, entries: readonly Answer<Result>[]]> {
  const pageOf = (answer: Answer<Result> | undefined): number | undefined => (answer === undefined ? undefined : Math.floor(answer[0] / ANSWERS_PAGE));
  for (let start = 0, end = 0; start < answers.length; start = end) {
    const page = pageOf(answers[start])!;
    while (pageOf(answers[end]) === page) end += 1;
    yield [page, answers.slice(start, end)];
  }
}

/** Of two pages of one name. What an entry holds never changes, but for a value. */
function areSame(a: Chunk, b: Chunk): boolean {
  if (a.entries.length !== b.entries.length) return false;
  if (a.type === 'values' && b.type === 'values') return a.entries.every(([key, value], index) => b.entries[index]![0] === key && b.entries[index]![1] === value);
  return a.entries.every((entry, index) => entry === b.entries[index]);
}

const byFirst = ([a]: readonly [number, ...unknown[]], [b]: readonly [number, ...unknown[]]): number => a - b;
