import type { Redis } from 'ioredis';
import type { Address } from './address.ts';

/** What a worker tells of itself, and when it did so last. */
export interface Present {
  /** Where it runs, as `host:pid`. */
  readonly name: string;
  readonly threads: number;
  readonly edition: string;
  /** Batches that it has done. */
  readonly done: number;
}

/** Milliseconds between two times that a worker says that it is there; after so many of silence it is not. */
export const BEAT = 2000;
const SILENCE = 3 * BEAT;

const keyOf = ({ prefix }: Address): string => `${prefix}:workers`;

/** By the clock of Redis, the only one that all share. */
const now = async (redis: Redis): Promise<number> => {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
};

export async function tell(redis: Redis, address: Address, worker: Present): Promise<void> {
  await redis.multi().hset(keyOf(address), worker.name, JSON.stringify({ ...worker, at: await now(redis) })).expire(keyOf(address), 60).exec();
}

export async function leave(redis: Redis, address: Address, { name }: Present): Promise<void> {
  await redis.hdel(keyOf(address), name);
}

/** Those who are there, by name. What is no worker's word is passed over. */
export async function presentAt(redis: Redis, address: Address): Promise<Present[]> {
  const [all, time] = await Promise.all([redis.hgetall(keyOf(address)), now(redis)]);
  return Object.entries(all).flatMap(([name, text]) => {
    const worker = workerIn(text);
    return worker === undefined || worker.name !== name || time - worker.at > SILENCE ? [] : [worker];
  }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function workerIn(text: string): (Present & { readonly at: number }) | undefined {
  try {
    const { name, threads, edition, done, at } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    if (typeof name !== 'string' || !/^[\w.:-]{1,100}$/.test(name) || typeof edition !== 'string' || !/^[\w./-]{1,40}$/.test(edition)) return undefined;
    return isNumber(threads) && threads > 0 && isNumber(done) && isNumber(at) ? { name, threads, edition, done, at } : undefined;
  } catch {
    return undefined;
  }
}
