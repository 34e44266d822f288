/**
 * Threads of others, by way of a queue in Redis: what a campaign wants done is put there, and what workers come to is fetched.
 *
 * A job is one to ten seconds of work, as far as the estimates tell: many batches of a cell, or tasks of several.
 */
import type { Redis } from 'ioredis';
import { effortOf } from '../../engine.ts';
import { ordersAtMost } from '../../estimate.ts';
import type { Grid } from '../../grid.ts';
import type { Pool } from '../../pool.ts';
import { VERSION, dataOf, digestOf } from '../../results.ts';
import type { Progress } from '../../schedule.ts';
import type { Answer, Task } from '../../task.ts';
import type { Address } from './address.ts';
import { QUEUE, bundleOf, editionOf } from './batch.ts';
import { connected, packages } from './connect.ts';
import { ATTEMPTS, Jobs, type Asked } from './jobs.ts';
import { BEAT, Roster } from './presence.ts';
import { mustBeOurs } from './tenancy.ts';

/** Milliseconds of effort in a job. Where a campaign is short they are few, so that nobody is left over with the last one. */
const JOB = { least: 1000, most: 10_000, share: 64 };

/** A task that is no trial takes so many, often far fewer. */
const OTHER_TASK = 300;

/** Jobs that may be in Redis, so many for each thread that is there; at the least, and at the most. */
const AHEAD = { each: 3, least: 16, most: 5000 };

/** Milliseconds between two looks at whether something was lost: by a Redis that was restarted, or because somebody emptied it. */
const AUDIT = 5000;

/** What is left in Redis by an asker that never comes back is gone after so many seconds. */
const KEPT = 7 * 86_400;

interface Setting {
  readonly address: Address;
  readonly program: string;
  readonly grid: Grid;
  readonly engine: string;
  readonly cells: readonly Pick<Progress, 'cell' | 'engine'>[];
  /** Tells whoever asked who joins and leaves, and what is in the way. */
  readonly say: (line: string) => void;
  /** The words that repeat a task on one machine. */
  readonly commandFor: (task: Task) => string;
}

/** @throws UserError in one line, if there is no Redis that can be used, or a queue of somebody else */
export async function openQueuePool({ address, program, grid, engine, cells, say, commandFor }: Setting): Promise<Pool> {
  const needed = packages();
  const redis = await connected(address, needed);
  const { prefix } = address;
  const edition = editionOf(program);
  const defaultJobOptions = { attempts: ATTEMPTS, removeOnComplete: { age: KEPT }, removeOnFail: { age: KEPT } };
  const queue = new needed.bullmq.Queue(QUEUE, { connection: redis, prefix, defaultJobOptions });
  queue.on('error', () => undefined);
  const events = redis.duplicate();
  events.on('error', () => undefined);
  const jobs = new Jobs({ address, queue, redis, say, commandFor });
  const roster = new Roster({ address, redis, edition, say });
  let timers: NodeJS.Timeout[] = [];

  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    await jobs.close();
    await queue.close().catch(() => undefined);
    events.disconnect();
    redis.disconnect();
  };
  try {
    await mustBeOurs(queue, address, edition);
  } catch (error) {
    await close();
    throw error;
  }
  const stream = `${prefix}:${QUEUE}:events`;
  const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
  void listen(events, stream, last?.[0] ?? '0-0', jobs);
  const audit = (): void => void jobs.guarded(jobs.audit());
  const look = (): Promise<void> => jobs.guarded(roster.look());
  tellOfAbsence(redis, jobs, say, audit);
  timers = [setInterval(audit, AUDIT), setInterval(() => void look(), BEAT)];
  await look();

  const target = effortOfJob(grid, cells);
  const campaign = digestOf([VERSION, program, engine, dataOf(grid)]);
  const filling = new Filling(target, (asked) => jobs.put(bundleOf(edition, campaign, asked.map(({ task }) => task)), asked));
  return {
    get threads() {
      return roster.threads;
    },
    hasRoom: () => jobs.size < Math.max(AHEAD.least, Math.min(AHEAD.most, AHEAD.each * roster.threads)),
    batchesOf: ({ cell, engine: by, batch }) => Math.max(1, Math.round(target / (batch * effortOf(cell, by)))),
    run: (task) => new Promise<Answer>((done, failed) => filling.add({ task, done, failed })),
    close,
  };
}

/** Milliseconds of effort that a job of this campaign is to take. */
function effortOfJob(grid: Grid, cells: readonly Pick<Progress, 'cell' | 'engine'>[]): number {
  const all = cells.reduce((sum, { cell, engine }) => sum + ordersAtMost(grid, cell) * effortOf(cell, engine), 0);
  return Math.max(JOB.least, Math.min(JOB.most, all / JOB.share));
}

/** Says when Redis is away and when it is back. What was lost meanwhile is asked for again. */
function tellOfAbsence(redis: Redis, jobs: Jobs, say: (line: string) => void, audit: () => void): void {
  let isAway = false;
  redis.on('close', () => {
    if (!jobs.isClosed && !isAway) say('Redis is away; the campaign goes on when it is back');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) say('Redis is back');
    isAway = false;
    audit();
  });
}

/** Hears which jobs have ended. */
async function listen(events: Redis, stream: string, after: string, jobs: Jobs): Promise<void> {
  for (let id = after; !jobs.isClosed; ) {
    try {
      const read = await events.xread('COUNT', 500, 'BLOCK', 2000, 'STREAMS', stream, id);
      for (const [, entries] of read ?? []) {
        for (const [entry, fields] of entries) {
          id = entry;
          if (['completed', 'failed'].includes(valueIn(fields, 'event') ?? '')) jobs.ended(valueIn(fields, 'jobId') ?? '');
        }
      }
    } catch {
      // Redis is away, which its other connection tells of.
      if (!jobs.isClosed) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const valueIn = (fields: readonly string[], name: string): string | undefined => {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
  return at === -1 ? undefined : fields[at + 1];
};

/** The job that is being filled. It is sent when it is full, or when no more comes at once. */
class Filling {
  readonly #target: number;
  readonly #send: (asked: readonly Asked[]) => void;
  #asked: Asked[] = [];
  #effort = 0;

  constructor(target: number, send: (asked: readonly Asked[]) => void) {
    this.#target = target;
    this.#send = send;
  }

  add(one: Asked): void {
    const { task } = one;
    if (this.#asked.length === 0) setImmediate(() => this.#close());
    this.#asked.push(one);
    this.#effort += task.type === 'trials' ? task.span.count * effortOf(task.cell, task.engine) : OTHER_TASK;
    if (this.#effort >= this.#target) this.#close();
  }

  #close(): void {
    const asked = this.#asked;
    [this.#asked, this.#effort] = [[], 0];
    if (asked.length > 0) this.#send(asked);
  }
}
