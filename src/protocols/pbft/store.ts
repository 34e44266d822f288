/**
 * The state machine that is replicated: a small key-value log. Every operation gets the next position; `set <key> <value>`
 * also remembers a value, `get <key>` answers it, and anything else is only recorded. The log itself is kept as a chain of
 * digests and its last few entries, so that the state stays small.
 *
 * It is deterministic, and executes each request of a client once: what a client’s numbers were answered with is part of the state.
 * A client may have CLIENT_WINDOW requests under way, in any order; older numbers than that are executed no more.
 */
import type { Seal } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Batch, RequestBody, Snapshot } from './messages.ts';
import { CLIENT_WINDOW } from './settings.ts';

export interface Store {
  /** How many operations were executed. */
  position: number;
  /** The digest of the whole log. */
  chain: string;
  readonly values: Map<string, string>;
  readonly tail: string[];
  readonly clients: Map<NodeId, ClientAnswers>;
}

interface ClientAnswers {
  highest: number;
  readonly results: Map<number, string>;
}

/** The most keys that have a value; a `set` of one more is recorded and forgotten. */
export const KEYS = 1024;
export const VALUE_LENGTH = 256;
/** How many of the last operations are kept. */
export const TAIL = 8;

export const emptyStore = (): Store => ({ position: 0, chain: '', values: new Map(), tail: [], clients: new Map() });

/** Whether the request was executed, or is too old to be. */
export function isDone(store: Store, { client, timestamp }: RequestBody): boolean {
  const answers = store.clients.get(client);
  return answers !== undefined && (answers.results.has(timestamp) || timestamp <= answers.highest - CLIENT_WINDOW);
}

export const resultOf = (store: Store, { client, timestamp }: RequestBody): string | undefined => store.clients.get(client)?.results.get(timestamp);

/** Executes what was not executed before. @returns the requests that were */
export function executeBatch(store: Store, batch: Batch, digest: string, seal: Seal): RequestBody[] {
  const fresh = batch.requests.map(({ body }) => body).filter((body) => !isDone(store, body) && execute(store, body));
  if (batch.requests.length > 0) store.chain = seal.digest([store.chain, digest]);
  return fresh;
}

function execute(store: Store, { client, timestamp, operation }: RequestBody): boolean {
  store.position += 1;
  store.tail.push(operation);
  if (store.tail.length > TAIL) store.tail.shift();
  let answers = store.clients.get(client);
  if (answers === undefined) store.clients.set(client, (answers = { highest: 0, results: new Map() }));
  answers.results.set(timestamp, apply(store, operation));
  if (timestamp > answers.highest) answers.highest = timestamp;
  if (answers.results.size > CLIENT_WINDOW) {
    for (const old of answers.results.keys()) if (old <= answers.highest - CLIENT_WINDOW) answers.results.delete(old);
  }
  return true;
}

function apply(store: Store, operation: string): string {
  const [verb = '', key = ''] = operation.split(' ', 2);
  if (verb === 'get') return store.values.get(key) ?? '';
  const value = operation.slice(verb.length + key.length + 2);
  if (verb === 'set' && key.length <= VALUE_LENGTH && value.length <= VALUE_LENGTH && (store.values.has(key) || store.values.size < KEYS)) store.values.set(key, value);
  return `${store.position}`;
}

export const snapshotOf = (store: Store, sequence: number): Snapshot => ({
  sequence,
  position: store.position,
  chain: store.chain,
  values: [...store.values].sort(byFirst),
  tail: [...store.tail],
  clients: [...store.clients].sort(byFirst).map(([client, { results }]) => [client, [...results].sort(byFirst)] as const),
});

export function storeOf(snapshot: Snapshot): Store {
  const { position, chain, values, tail, clients } = snapshot;
  const answers = clients.map(([client, results]) => [client, { highest: results.reduce((most, [timestamp]) => Math.max(most, timestamp), 0), results: new Map(results) }] as const);
  return { position, chain, values: new Map(values), tail: [...tail], clients: new Map(answers) };
}

const byFirst = <T extends string | number>([a]: readonly [T, ...unknown[]], [b]: readonly [T, ...unknown[]]): number => (a < b ? -1 : Number(a > b));
