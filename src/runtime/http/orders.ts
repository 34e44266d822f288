import { Ajv, type ValidateFunction } from 'ajv';
import { readJson } from './json.ts';
import type { Names } from './names.ts';
import type { NodeEndpoint } from './nodes.ts';

/** Who stands behind the server: a replica, or in its place a test. */
export interface Endpoint extends NodeEndpoint {
  /** Under which it is asked. */
  readonly names: Names;
  /** Milliseconds that a user may wait for an answer. */
  readonly patience: number;
  /** The paths to which nodes post messages; to the first of them users post requests, too. */
  readonly paths: readonly string[];
  status(): string;
  fullStatus(): object;
  metrics(): Promise<string>;
  /** Orders what a user asks; resolves with what the user is told. @param key under which it is executed once, however often it is asked */
  order(data: string, key: string | undefined, signal: AbortSignal): Promise<Reply>;
}

export interface Reply {
  readonly status: 200 | 400 | 401 | 413 | 415 | 422 | 429 | 503 | 507;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a user may post, in bytes. */
export const USER_BYTES_MAX = 64 * 1024;

/** What is to be known of an order beside its body. */
export interface About {
  readonly key: string | undefined;
  /** Its user left. */
  readonly signal: AbortSignal;
  readonly url: () => URL;
}

/** What a user is told who posts that. */
export async function fateOf(endpoint: Endpoint, body: Buffer, { key, signal, url }: About): Promise<Reply> {
  const found = readJson(body, USER_JSON);
  if ('flaw' in found) return mistaken(400, found.flaw, url());
  if (!isOrder(found.value)) return mistaken(400, 'send {"data": "…"}, and nothing else', url());
  const { data } = found.value as { data: string };
  if (!data.isWellFormed()) return mistaken(400, 'send text that is Unicode: it holds half a surrogate pair', url());
  return endpoint.order(data, key, signal);
}

/** An order has one field; somewhat more is told in other words what is wrong with it. */
const USER_JSON = { depth: 8, parts: 64 };

let compiled: ValidateFunction | undefined;

/** Compiled when the first user asks, and not for each server: that takes as long as a tenth of a thread's start, and few nodes meet a user. */
function isOrder(value: unknown): boolean {
  compiled ??= new Ajv({ meta: false, validateSchema: false }).compile({ type: 'object', required: ['data'], additionalProperties: false, properties: { data: { type: 'string' } } });
  return compiled(value);
}

/** Says what is wrong, and below it what would be right, for the shells of either kind. */
export function mistaken(status: 400 | 415, text: string, { href }: URL): Reply {
  return { status, text: `${text}\n${curl("'Content-Type: application/json'", `'{"data":"very-important-data"}'`, href)}\nin cmd.exe: ${curl('"Content-Type: application/json"', '"{\\"data\\":\\"very-important-data\\"}"', href)}\n` };
}

const curl = (header: string, data: string, url: string): string => `curl -X POST -H ${header} -d ${data} ${url}`;
