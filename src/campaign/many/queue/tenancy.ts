import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { counted } from '../../../core/figures.ts';
import { UserError, quoted } from '../../../core/user-error.ts';
import type { Address } from './address.ts';
import { isOurs } from './batch.ts';

/** So many jobs of each kind are looked at: somebody else's are seldom alone. */
const SAMPLE = 20;

/** Sees to it that a queue is nobody else's, and of this version. @throws UserError in one line that names the other */
export async function mustBeOurs(queue: Queue, { shown }: Address, edition?: string): Promise<void> {
  const jobs = await queue.getJobs(['waiting', 'active', 'delayed', 'failed', 'completed'], 0, SAMPLE - 1);
  for (const job of jobs) {
    if (job === undefined) continue;
    if (!isOurs(job.data)) throw new UserError(`the queue at ${shown} holds jobs of somebody else, such as ${quoted(job.name)}: another ?prefix= makes one of your own`);
    const { edition: theirs } = job.data;
    if (edition !== undefined && theirs !== edition) throw new UserError(`the queue at ${shown} works for version ${theirs}, and this is ${edition}: all must be of one version, or generals queue clear empties it`);
  }
}

/** What a queue holds, by state. */
export async function countsIn(queue: Queue): Promise<Readonly<Record<'waiting' | 'active' | 'failed' | 'completed', number>>> {
  const { waiting = 0, active = 0, failed = 0, completed = 0, delayed = 0, prioritized = 0, paused = 0 } = await queue.getJobCounts();
  return { waiting: waiting + delayed + prioritized + paused, active, failed, completed };
}

/** Empties a queue of ours. @returns how many batches there were */
export async function cleared(queue: Queue, redis: Redis, address: Address): Promise<string> {
  await mustBeOurs(queue, address);
  const counts = await countsIn(queue);
  await queue.obliterate({ force: true });
  await redis.del(`${address.prefix}:workers`);
  return counted(Object.values(counts).reduce((sum, count) => sum + count, 0), 'batch', 'batches');
}
