/**
 * The state machine that is replicated: a small key-value log. Every operation gets the next position, and is answered by it,
 * but for `get`; what is wrong changes nothing, and is answered by what is wrong (`operation.ts`). The log itself is kept as
 * a chain of digests and the beginnings of its last few entries, so that the state stays small.
 *
 * It is deterministic, and executes each request of a client once: what a client’s numbers were answered with is part of the
 * state, of the last CLIENT_WINDOW numbers at least; older numbers are executed no more. A client that lost its memory uses
 * numbers again. So an answer is to one request, known by its digest, and the marks of the last MARKS requests of a client
 * are kept: a request whose number is used or too old, and whose mark is not among them, was never executed, and never
 * will be (`client.ts`).
 *
 * What is asked under a key is executed once for everyone who asks it: the last KEYED keys are kept of the clients of each
 * replica, so that those of a traitor push out none but their own.
 */
import type { Signer } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Answer, Batch, KeyEntry, Outcome, RequestBody, Result } from './messages.ts';
import { flawIn, operationOf } from './operation.ts';
import { CLIENT_WINDOW } from './settings.ts';
import { ANSWERS_PAGE, KEYS_PAGE, MARKS_PAGE, type PageCache } from './pages.ts';

export interface Store {
  /** How many operations were executed. */
  position: number;
  /** The digest of the whole log. */
  chain: string;
  readonly values: Map<string, string>;
  readonly tail: string[];
  readonly clients: Map<NodeId, ClientMemory>;
  readonly keys: Map<string, KeyEntry>;
  /** The same, by the replicas at home at which they came, the oldest first. */
  readonly homes: Map<NodeId, Numbered<KeyEntry>>;
  /** The pages of the last snapshot, as most of the next will be the same. */
  pages: PageCache;
}

export interface ClientMemory {
  highest: number;
  readonly answers: Map<number, Answer<Result>>;
  readonly marks: Numbered<string>;
}

/** The last of so many that there were, the oldest first. */
export interface Numbered<Item> {
  count: number;
  readonly items: Item[];
}

/** How many of the last operations are kept, and how much of each. */
export const TAIL = 8;
export const TAIL_LENGTH = 256;

/**
 * How many marks of a client are kept at least. While a request waits, its client, having at most CLIENT_WINDOW numbers under
 * way, can have 2 (CLIENT_WINDOW − 1) others executed, and CLIENT_WINDOW more that it asked in each life of which it
 * remembers nothing: two such lives are stood.
 */
export const MARKS = 4 * CLIENT_WINDOW;
/** How many keys are kept at least, of the clients of each replica. */
export const KEYED = 1024;

export const emptyStore = (): Store => ({ position: 0, chain: '', values: new Map(), tail: [], clients: new Map(), keys: new Map(), homes: new Map(), pages: new Map() });

/** Whether something was executed under the request’s number, or the number is too old for that. */
export function isDone(store: Store, { client, timestamp }: RequestBody): boolean {
  const memory = store.clients.get(client);
  return memory !== undefined && (memory.answers.has(timestamp) || timestamp <= memory.highest - CLIENT_WINDOW);
}

/** What to tell the client of a request that is done. @param request the digest of its body */
export function outcomeOf(store: Store, { client, timestamp, mark }: RequestBody, request: string): Outcome | undefined {
  const memory = store.clients.get(client);
  const answer = memory?.answers.get(timestamp);
  if (memory === undefined) return undefined;
  if (answer?.[1] === request) return answer[2];
  return memory.marks.items.includes(mark) ? { forgotten: true } : { stale: memory.highest };
}

/** Executes what was not executed before. @returns the answers, by client */
export function executeBatch(store: Store, batch: Batch, digest: string, signer: Signer, n: number): Map<NodeId, Answer<Result>[]> {
  const answers = new Map<NodeId, Answer<Result>[]>();
  for (const { body } of batch.requests) {
    if (isDone(store, body)) continue;
    const answer: Answer<Result> = [body.timestamp, signer.digest(body), resultOf(store, body, signer, n)];
    remember(store, body, answer);
    const list = answers.get(body.client);
    if (list === undefined) answers.set(body.client, [answer]);
    else list.push(answer);
  }
  if (batch.requests.length > 0) store.chain = signer.digest([store.chain, digest]);
  return answers;
}

function resultOf(store: Store, { client, key, operation }: RequestBody, signer: Signer, n: number): Result {
  if (key === '') return apply(store, operation);
  const asked = signer.digest([operation]);
  const before = store.keys.get(key);
  if (before !== undefined) return before[1] === asked ? before[2] : { refused: 'conflict' };
  const entry: KeyEntry = [key, asked, apply(store, operation)];
  store.keys.set(key, entry);
  const home = nodeId(client % n);
  for (const [old] of append(known(store.homes, home, () => ({ count: 0, items: [] })), entry, KEYED, KEYS_PAGE)) store.keys.delete(old);
  return entry[2];
}

function apply(store: Store, text: string): Result {
  const flaw = flawIn(text, store.values);
  if (flaw !== undefined) return { refused: flaw };
  store.position += 1;
  store.tail.push(text.slice(0, TAIL_LENGTH).toWellFormed());
  if (store.tail.length > TAIL) store.tail.shift();
  const operation = operationOf(text);
  if (operation.type === 'get') return store.values.get(operation.key) ?? null;
  if (operation.type === 'set') store.values.set(operation.key, operation.value);
  return `${store.position}`;
}

/** What is forgotten is forgotten by whole pages, so that a page changes seldom. */
function remember({ clients }: Store, { client, timestamp, mark }: RequestBody, answer: Answer<Result>): void {
  const memory = known(clients, client, () => ({ highest: 0, answers: new Map(), marks: { count: 0, items: [] } }));
  memory.answers.set(timestamp, answer);
  append(memory.marks, mark, MARKS, MARKS_PAGE);
  const before = firstAnswer(memory.highest);
  if (timestamp > memory.highest) memory.highest = timestamp;
  const first = firstAnswer(memory.highest);
  if (first > before) for (const old of memory.answers.keys()) if (old < first) memory.answers.delete(old);
}

/** The lowest number whose answer is kept: a page holds the window’s last. */
const firstAnswer = (highest: number): number => Math.floor(Math.max(0, highest - CLIENT_WINDOW + 1) / ANSWERS_PAGE) * ANSWERS_PAGE;

/** @returns those that gave way */
function append<Item>(numbered: Numbered<Item>, item: Item, least: number, page: number): Item[] {
  numbered.count += 1;
  numbered.items.push(item);
  return numbered.items.length < least + page ? [] : numbered.items.splice(0, page);
}

function known<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
