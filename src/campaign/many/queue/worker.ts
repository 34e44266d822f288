import type { Job } from 'bullmq';
import { hostname } from 'node:os';
import { UserError, quoted } from '../../../core/user-error.ts';
import { openPool, type Pool } from '../../pool.ts';
import type { Answer } from '../../task.ts';
import type { Address } from './address.ts';
import { QUEUE, bundleIn, editionOf, isOurs, replyOf, type Reply } from './batch.ts';
import { connected, isOfTheWay, packages, reasonIn } from './connect.ts';
import { BEAT, leave, tell } from './presence.ts';
import { mustBeOurs } from './tenancy.ts';

export interface WorkerSetting {
  readonly address: Address;
  readonly program: string;
  readonly threads: number;
  /** Milliseconds of silence after which its batches go to others. */
  readonly patience: number;
  readonly say: (line: string) => void;
}

/** A worker on its own, until it is closed. */
export interface Working {
  readonly name: string;
  /** Rejects if it cannot go on. */
  readonly trouble: Promise<never>;
  readonly done: () => number;
  /** Ends when what is under way is done. */
  readonly close: () => Promise<void>;
}

/** So many workers may fall over one batch before it is given up. */
const FALLS = 9;

/** @throws UserError in one line, if there is no Redis that can be used, or a queue of somebody else or of another version */
export async function openWorker({ address, program, threads, patience, say }: WorkerSetting): Promise<Working> {
  const needed = packages();
  const { bullmq } = needed;
  const redis = await connected(address, needed);
  const edition = editionOf(program);
  const name = `${hostname().replaceAll(/[^\w.-]/g, '-').slice(0, 60)}:${process.pid}`;
  let done = 0;
  let isClosed = false;
  let refuse: (error: UserError) => void = () => undefined;
  const trouble = new Promise<never>((_, reject) => (refuse = reject));
  trouble.catch(() => undefined);

  const queue = new bullmq.Queue(QUEUE, { connection: redis, prefix: address.prefix });
  queue.on('error', () => undefined);
  // It is seen by those who asked, also where it is refused.
  await tell(redis, address, { name, threads, edition, done });
  try {
    await mustBeOurs(queue, address, edition);
  } catch (error) {
    await queue.close().catch(() => undefined);
    redis.disconnect();
    throw error;
  }
  let pool: Pool | undefined = await openPool(threads);
  const worker = new bullmq.Worker<unknown, Reply>(QUEUE, work, {
    connection: redis, prefix: address.prefix, concurrency: threads,
    lockDuration: patience, stalledInterval: Math.max(500, patience / 2), maxStalledCount: FALLS, drainDelay: 1, runRetryDelay: 1000,
  });
  let last = '';
  worker.on('error', (error) => {
    // Of a Redis that is away its connection tells, which may hear of it later than another one.
    if (redis.status !== 'ready' || isClosed || isOfTheWay(error)) return;
    const reason = /lock/i.test(error.message) ? 'a batch went to another worker meanwhile' : reasonIn(error);
    if (reason !== last) say(`the queue at ${address.shown}: ${reason}`);
    last = reason;
  });
  let isAway = false;
  redis.on('close', () => {
    if (!isClosed && !isAway) say('Redis is away');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) say('Redis is back');
    isAway = false;
  });
  const beat = setInterval(() => void tell(redis, address, { name, threads, edition, done }).catch(() => undefined), BEAT);
  return { name, trouble, done: () => done, close };

  async function work(job: Job<unknown, Reply>, token?: string): Promise<Reply> {
    const { data } = job;
    if (!isOurs(data) || data.edition !== edition) {
      const whose = isOurs(data) ? `works for version ${quoted(data.edition)}, and this is ${edition}` : `holds a job of somebody else, ${quoted(job.name)}`;
      refuse(new UserError(`the queue at ${address.shown} ${whose}`));
      await job.moveToWait(token);
      throw new bullmq.WaitingError();
    }
    let bundle: ReturnType<typeof bundleIn>;
    try {
      bundle = bundleIn(data);
    } catch (error) {
      // It will be no better a second time.
      throw new bullmq.UnrecoverableError(error instanceof UserError ? error.message : 'it is no batch');
    }
    const answers: Answer[] = [];
    for (const task of bundle.tasks) answers.push(await pool!.run(task));
    done += 1;
    return replyOf(bundle.campaign, answers);
  }

  async function close(): Promise<void> {
    isClosed = true;
    clearInterval(beat);
    // Where Redis is away, nobody can be told of what was done.
    const away = redis.status !== 'ready';
    await worker.close(away).catch(() => undefined);
    if (!away) await leave(redis, address, { name, threads, edition, done }).catch(() => undefined);
    await queue.close().catch(() => undefined);
    redis.disconnect();
    await pool?.close();
    pool = undefined;
  }
}
