/**
 * Threads of others, by way of a queue in Redis: what a campaign wants done is put there, and what workers come to is fetched.
 *
 * A job is one to ten seconds of work, as far as the estimates tell: many batches of a cell, or tasks of several. Its id says what
 * it is about. So whoever asks for it again, such as an asker that was killed, is given what was done meanwhile; and what is
 * done twice counts once. What was taken is removed at once, and so is what nobody asks for any more.
 */
import type { Queue } from 'bullmq';
import { UserError } from '../../../core/user-error.ts';
import { effortOf } from '../../engine.ts';
import { ordersAtMost } from '../../estimate.ts';
import type { Grid } from '../../grid.ts';
import type { Pool } from '../../pool.ts';
import { VERSION, dataOf, digestOf } from '../../results.ts';
import type { Progress } from '../../schedule.ts';
import type { Answer, Task } from '../../task.ts';
import type { Address } from './address.ts';
import { QUEUE, answersIn, bundleOf, editionOf, idOf, replyMost, type Bundle } from './batch.ts';
import { connected, isOfRedis, packages, reasonIn } from './connect.ts';
import { BEAT, presentAt, type Present } from './presence.ts';
import { mustBeOurs } from './tenancy.ts';

/** Milliseconds of effort in a job. Where a campaign is short they are few, so that nobody is left over with the last one. */
const JOB = { least: 1000, most: 10_000, share: 64 };

/** A task that is no trial takes so many, often far fewer. */
const OTHER_TASK = 300;

/** Jobs that may be in Redis, so many for each thread that is there; at the least, and at the most. */
const AHEAD = { each: 3, least: 16, most: 5000 };

/** Times that a job is begun before it is given up: because it failed, or what came of it was none. */
const ATTEMPTS = 3;

/** Milliseconds between two looks at whether something was lost: by a Redis that was restarted, or because somebody emptied it. */
const AUDIT = 5000;

/** What is left in Redis by an asker that never comes back is gone after so many seconds. */
const KEPT = 7 * 86_400;

interface Job {
  readonly id: string;
  readonly bundle: Bundle;
  readonly done: readonly ((answer: Answer) => void)[];
  readonly failed: readonly ((error: Error) => void)[];
  /** How often what came of it was no answer. */
  refused: number;
  isTaken: boolean;
}

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
  const needed = await packages();
  const redis = await connected(address, needed);
  const { prefix } = address;
  const edition = editionOf(program);
  const campaign = digestOf([VERSION, program, engine, dataOf(grid)]);
  const queue: Queue = new needed.bullmq.Queue(QUEUE, { connection: redis, prefix, defaultJobOptions: { attempts: ATTEMPTS, removeOnComplete: { age: KEPT }, removeOnFail: { age: KEPT } } });
  queue.on('error', () => undefined);
  const events = redis.duplicate();
  events.on('error', () => undefined);

  const target = Math.max(JOB.least, Math.min(JOB.most, cells.reduce((sum, { cell, engine: by }) => sum + ordersAtMost(grid, cell) * effortOf(cell, by), 0) / JOB.share));
  const jobs = new Map<string, Job>();
  let workers: readonly Present[] = [];
  let open: { readonly tasks: Task[]; readonly done: ((answer: Answer) => void)[]; readonly failed: ((error: Error) => void)[]; effort: number } | undefined;
  let [isClosed, isAway] = [false, false];
  let timers: NodeJS.Timeout[] = [];
  const beginning = performance.now();
  let isLonely = false;

  try {
    await mustBeOurs(queue, address, edition);
  } catch (error) {
    await close();
    throw error;
  }
  redis.on('close', () => {
    if (!isClosed && !isAway) say(`Redis is away; the campaign goes on when it is back`);
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) say('Redis is back');
    isAway = false;
    void guarded(audit());
  });
  const streamKey = `${prefix}:${QUEUE}:events`;
  const [last] = await redis.xrevrange(streamKey, '+', '-', 'COUNT', 1);
  void listen(last?.[0] ?? '0-0');
  timers = [setInterval(() => void guarded(audit()), AUDIT), setInterval(() => void guarded(look()), BEAT)];
  await guarded(look());

  const threadsThere = (): number => Math.max(1, workers.filter((worker) => worker.edition === edition).reduce((sum, { threads }) => sum + threads, 0));
  return {
    get threads() {
      return threadsThere();
    },
    hasRoom: () => jobs.size < Math.max(AHEAD.least, Math.min(AHEAD.most, AHEAD.each * threadsThere())),
    batchesOf: ({ cell, engine: by, batch }) => Math.max(1, Math.round(target / (batch * effortOf(cell, by)))),
    run: (task) => new Promise((done, failed) => put(task, done, failed)),
    close,
  };

  /** Puts a task in the job that is being filled. It is sent when it is full, or when no more comes at once. */
  function put(task: Task, done: (answer: Answer) => void, failed: (error: Error) => void): void {
    if (open === undefined) {
      open = { tasks: [], done: [], failed: [], effort: 0 };
      setImmediate(send);
    }
    open.tasks.push(task);
    open.done.push(done);
    open.failed.push(failed);
    open.effort += task.type === 'trials' ? task.span.count * effortOf(task.cell, task.engine) : OTHER_TASK;
    if (open.effort >= target) send();
  }

  function send(): void {
    if (open === undefined) return;
    const { tasks, done, failed } = open;
    open = undefined;
    const bundle = bundleOf(edition, campaign, tasks);
    const job: Job = { id: idOf(bundle), bundle, done, failed, refused: 0, isTaken: false };
    jobs.set(job.id, job);
    void guarded(ask(job));
  }

  /** Asks for a job, unless it was done or is under way already. */
  async function ask(job: Job): Promise<void> {
    try {
      const { isOver, size } = await stateOf(job.id);
      if (isOver && size > 0) return await fetch(job);
      // What failed for an asker before may have been mended since.
      if (isOver) await queue.remove(job.id);
      await queue.add(job.bundle.tasks[0]!.cell.id, job.bundle, { jobId: job.id });
    } catch (error) {
      if (!isClosed) refuse(job, troubleOf(error, 'takes nothing more'));
    }
  }

  /** Whether a job has ended, and how many characters came of it. */
  async function stateOf(id: string): Promise<{ readonly isOver: boolean; readonly size: number }> {
    const key = `${prefix}:${QUEUE}:${id}`;
    const [finished, size] = await Promise.all([redis.hget(key, 'finishedOn'), redis.hstrlen(key, 'returnvalue')]);
    return { isOver: finished !== null, size };
  }

  /** Takes what came of a job, if something did. */
  async function fetch(job: Job): Promise<void> {
    const key = `${prefix}:${QUEUE}:${job.id}`;
    const { isOver, size } = await stateOf(job.id);
    if (!isOver || job.isTaken) return;
    if (size === 0) return fail(job, (await redis.hget(key, 'failedReason')) ?? 'it says no reason');
    let answers: readonly Answer[];
    try {
      if (size > replyMost(job.bundle.tasks.length)) throw new UserError(`it has ${size} characters, more than any answer`);
      answers = answersIn((await redis.hget(key, 'returnvalue')) ?? '', job.bundle);
    } catch (error) {
      if (!(error instanceof UserError) || job.isTaken) throw error;
      job.refused += 1;
      if (job.refused >= ATTEMPTS) return fail(job, `what came of it is no answer: ${error.message}`);
      say(`what came of ${job.id} does not count: ${error.message}; it is asked for again`);
      await queue.remove(job.id);
      return ask(job);
    }
    give(job, () => answers.forEach((answer, index) => job.done[index]!(answer)));
    await queue.remove(job.id);
  }

  function fail(job: Job, reason: string): void {
    const commands = job.bundle.tasks.map(commandFor);
    const others = commands.length === 1 ? '' : ` (and ${commands.length - 1} more)`;
    refuse(job, new UserError(`${job.id} failed ${ATTEMPTS} times, at last as ${short(reason)}; to repeat it: ${commands[0]!}${others}`));
  }

  function refuse(job: Job, error: Error): void {
    give(job, () => job.failed.forEach((reject) => reject(error)));
  }

  function give(job: Job, what: () => void): void {
    if (job.isTaken) return;
    job.isTaken = true;
    jobs.delete(job.id);
    what();
  }

  /** Hears which jobs have ended. */
  async function listen(after: string): Promise<void> {
    for (let id = after; !isClosed; ) {
      try {
        const read = await events.xread('COUNT', 500, 'BLOCK', 2000, 'STREAMS', streamKey, id);
        for (const [, entries] of read ?? []) {
          for (const [entry, fields] of entries) {
            id = entry;
            const job = jobs.get(valueIn(fields, 'jobId') ?? '');
            if (job !== undefined && ['completed', 'failed'].includes(valueIn(fields, 'event') ?? '')) void guarded(fetch(job));
          }
        }
      } catch {
        // Redis is away, which its other connection tells of.
        if (!isClosed) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Asks again for what is gone, and fetches what nobody told of. */
  async function audit(): Promise<void> {
    if (redis.status !== 'ready') return;
    for (const job of jobs.values()) {
      const { isOver } = await stateOf(job.id);
      if (isOver) await guarded(fetch(job));
      else if (!isClosed && !job.isTaken && (await redis.exists(`${prefix}:${QUEUE}:${job.id}`)) === 0) await guarded(ask(job));
    }
  }

  /** Sees who is there. */
  async function look(): Promise<void> {
    if (redis.status !== 'ready') return;
    const before = workers;
    workers = await presentAt(redis, address);
    for (const worker of workers.filter(({ name }) => before.every((one) => one.name !== name))) {
      if (worker.edition === edition) say(`worker ${worker.name} is there, ${worker.threads === 1 ? 'one thread' : `${worker.threads} threads`}`);
      else say(`worker ${worker.name} is of version ${worker.edition}, and gets nothing to do: this is ${edition}`);
    }
    for (const { name, done } of before.filter((one) => workers.every((worker) => worker.name !== one.name))) say(`worker ${name} is gone; it did ${done === 1 ? 'one batch' : `${done} batches`}`);
    if (workers.length > 0 || isLonely || performance.now() - beginning < BEAT) return;
    isLonely = true;
    say(`nobody works on the queue yet: generals worker --queue ${address.shown}`);
  }

  /** What Redis does not do because it is away or was left is done when it is back, or not at all. */
  async function guarded(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!isClosed && redis.status === 'ready') for (const job of jobs.values()) refuse(job, troubleOf(error, 'cannot be used any more'));
    }
  }

  function troubleOf(error: unknown, what: string): Error {
    // What is no word of Redis is a mistake of ours.
    return isOfRedis(error) ? new UserError(`the queue at ${address.shown} ${what}: ${reasonIn(error)}`) : (error as Error);
  }

  /** Nobody is to work for an asker that is gone. */
  async function close(): Promise<void> {
    isClosed = true;
    for (const timer of timers) clearInterval(timer);
    if (redis.status === 'ready' && jobs.size > 0) {
      const left = Promise.all([...jobs.keys()].map((id) => queue.remove(id).catch(() => undefined)));
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVING).unref())]);
    }
    await queue.close().catch(() => undefined);
    events.disconnect();
    redis.disconnect();
  }
}

/** Milliseconds to take back what was asked for. */
const LEAVING = 2000;

const valueIn = (fields: readonly string[], name: string): string | undefined => {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
  return at === -1 ? undefined : fields[at + 1];
};

/** A reason of somebody else's, as it may stand in one line. */
const short = (reason: string): string => JSON.stringify(reason.split('\n', 1)[0]!.slice(0, 200));
