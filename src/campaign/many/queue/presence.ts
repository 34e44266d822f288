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

interface RosterSetting {
  readonly address: Address;
  readonly redis: Redis;
  /** What workers are to be of, to get something to do. */
  readonly edition: string;
  readonly say: (line: string) => void;
}

/** Who works on a queue, as its asker sees it and says it. */
export class Roster {
  readonly #setting: RosterSetting;
  readonly #beginning = performance.now();
  #workers: readonly Present[] = [];
  #isLonely = false;

  constructor(setting: RosterSetting) {
    this.#setting = setting;
  }

  /** Threads that do what is asked; one, where nobody is there yet. */
  get threads(): number {
    const able = this.#workers.filter(({ edition }) => edition === this.#setting.edition);
    return Math.max(1, able.reduce((sum, { threads }) => sum + threads, 0));
  }

  /** Sees who is there. */
  async look(): Promise<void> {
    const { address, redis, say } = this.#setting;
    if (redis.status !== 'ready') return;
    const before = this.#workers;
    this.#workers = await presentAt(redis, address);
    for (const worker of missingIn(before, this.#workers)) say(this.#welcome(worker));
    for (const { name, done } of missingIn(this.#workers, before)) {
      say(`worker ${name} is gone; it did ${done === 1 ? 'one batch' : `${done} batches`}`);
    }
    if (this.#workers.length > 0 || this.#isLonely || performance.now() - this.#beginning < BEAT) return;
    this.#isLonely = true;
    say(`nobody works on the queue yet: generals worker --queue ${address.shown}`);
  }

  #welcome({ name, edition, threads }: Present): string {
    if (edition === this.#setting.edition) return `worker ${name} is there, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
    return `worker ${name} is of version ${edition}, and gets nothing to do: this is ${this.#setting.edition}`;
  }
}

/** Those of the second who are not of the first. */
const missingIn = (first: readonly Present[], second: readonly Present[]): Present[] =>
  second.filter(({ name }) => first.every((one) => one.name !== name));
