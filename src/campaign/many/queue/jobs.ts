/**
 * What was asked for at a queue, until it is answered. The id of a job says what it is about. So whoever asks for it again, such as
 * an asker that was killed, is given what was done meanwhile; and what is done twice counts once. What was taken is removed at once,
 * and so is what nobody asks for any more.
 */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { UserError } from '../../../core/user-error.ts';
import type { Answer, Task } from '../../task.ts';
import type { Address } from './address.ts';
import { QUEUE, answersIn, idOf, replyMost, type Bundle } from './batch.ts';
import { isOfRedis, reasonIn } from './connect.ts';

/** Times that a job is begun before it is given up: because it failed, or what came of it was none. */
export const ATTEMPTS = 3;

/** Milliseconds to take back what was asked for. */
const LEAVING = 2000;

/** A task, and who waits for its answer. */
export interface Asked {
  readonly task: Task;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

interface Job {
  readonly id: string;
  readonly bundle: Bundle;
  readonly asked: readonly Asked[];
  /** How often what came of it was no answer. */
  refused: number;
  isTaken: boolean;
}

interface Setting {
  readonly address: Address;
  readonly queue: Queue;
  readonly redis: Redis;
  readonly say: (line: string) => void;
  /** The words that repeat a task on one machine. */
  readonly commandFor: (task: Task) => string;
}

export class Jobs {
  readonly #setting: Setting;
  readonly #jobs = new Map<string, Job>();
  #isClosed = false;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  get size(): number {
    return this.#jobs.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  put(bundle: Bundle, asked: readonly Asked[]): void {
    const job: Job = { id: idOf(bundle), bundle, asked, refused: 0, isTaken: false };
    this.#jobs.set(job.id, job);
    void this.guarded(this.#ask(job));
  }

  /** Takes what came of a job, which is said to have ended. */
  ended(id: string): void {
    const job = this.#jobs.get(id);
    if (job !== undefined) void this.guarded(this.#fetch(job));
  }

  /** Asks again for what is gone, and fetches what nobody told of. */
  async audit(): Promise<void> {
    const { redis } = this.#setting;
    if (redis.status !== 'ready') return;
    for (const job of this.#jobs.values()) {
      const { isOver } = await this.#stateOf(job.id);
      if (isOver) await this.guarded(this.#fetch(job));
      else if (!this.#isClosed && !job.isTaken && (await redis.exists(this.#keyOf(job.id))) === 0) await this.guarded(this.#ask(job));
    }
  }

  /** What Redis does not do because it is away or was left is done when it is back, or not at all. */
  async guarded(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (this.#isClosed || this.#setting.redis.status !== 'ready') return;
      for (const job of this.#jobs.values()) refuse(job, this.#troubleOf(error, 'cannot be used any more'), this.#jobs);
    }
  }

  /** Nobody is to work for an asker that is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { queue, redis } = this.#setting;
    if (redis.status !== 'ready' || this.#jobs.size === 0) return;
    const left = Promise.all([...this.#jobs.keys()].map((id) => queue.remove(id).catch(() => undefined)));
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVING).unref())]);
  }

  /** Asks for a job, unless it was done or is under way already. */
  async #ask(job: Job): Promise<void> {
    const { queue } = this.#setting;
    try {
      const { isOver, size } = await this.#stateOf(job.id);
      if (isOver && size > 0) return await this.#fetch(job);
      // What failed for an asker before may have been mended since.
      if (isOver) await queue.remove(job.id);
      await queue.add(job.bundle.tasks[0]!.cell.id, job.bundle, { jobId: job.id });
    } catch (error) {
      if (!this.#isClosed) refuse(job, this.#troubleOf(error, 'takes nothing more'), this.#jobs);
    }
  }

  /** Takes what came of a job, if something did. */
  async #fetch(job: Job): Promise<void> {
    const { queue, redis, say } = this.#setting;
    const { isOver, size } = await this.#stateOf(job.id);
    if (!isOver || job.isTaken) return;
    if (size === 0) return this.#fail(job, (await redis.hget(this.#keyOf(job.id), 'failedReason')) ?? 'it says no reason');
    let answers: readonly Answer[];
    try {
      if (size > replyMost(job.bundle.tasks.length)) throw new UserError(`it has ${size} characters, more than any answer`);
      answers = answersIn((await redis.hget(this.#keyOf(job.id), 'returnvalue')) ?? '', job.bundle);
    } catch (error) {
      if (!(error instanceof UserError) || job.isTaken) throw error;
      job.refused += 1;
      if (job.refused >= ATTEMPTS) return this.#fail(job, `what came of it is no answer: ${error.message}`);
      say(`what came of ${job.id} does not count: ${error.message}; it is asked for again`);
      await queue.remove(job.id);
      return this.#ask(job);
    }
    take(job, this.#jobs, (asked, index) => asked.done(answers[index]!));
    await queue.remove(job.id);
  }

  #keyOf(id: string): string {
    return `${this.#setting.address.prefix}:${QUEUE}:${id}`;
  }

  /** Whether a job has ended, and how many characters came of it. */
  async #stateOf(id: string): Promise<{ readonly isOver: boolean; readonly size: number }> {
    const { redis } = this.#setting;
    const [finished, size] = await Promise.all([redis.hget(this.#keyOf(id), 'finishedOn'), redis.hstrlen(this.#keyOf(id), 'returnvalue')]);
    return { isOver: finished !== null, size };
  }

  #fail(job: Job, reason: string): void {
    const commands = job.bundle.tasks.map(this.#setting.commandFor);
    const others = commands.length === 1 ? '' : ` (and ${commands.length - 1} more)`;
    const repeat = `to repeat it: ${commands[0]!}${others}`;
    refuse(job, new UserError(`${job.id} failed ${ATTEMPTS} times, at last as ${short(reason)}; ${repeat}`), this.#jobs);
  }

  #troubleOf(error: unknown, what: string): Error {
    // What is no word of Redis is a mistake of ours.
    return isOfRedis(error) ? new UserError(`the queue at ${this.#setting.address.shown} ${what}: ${reasonIn(error)}`) : (error as Error);
  }
}

const refuse = (job: Job, error: Error, jobs: Map<string, Job>): void => take(job, jobs, ({ failed }) => failed(error));

/** Ends a job, once. */
function take(job: Job, jobs: Map<string, Job>, answer: (asked: Asked, index: number) => void): void {
  if (job.isTaken) return;
  job.isTaken = true;
  jobs.delete(job.id);
  job.asked.forEach(answer);
}

/** A reason of somebody else's, as it may stand in one line. */
const short = (reason: string): string => JSON.stringify(reason.split('\n', 1)[0]!.slice(0, 200));
