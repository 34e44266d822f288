import { addressIn } from '../campaign/many/queue/address.ts';
import { QUEUE } from '../campaign/many/queue/batch.ts';
import { connected, packages } from '../campaign/many/queue/connect.ts';
import { presentAt } from '../campaign/many/queue/presence.ts';
import { cleared, countsIn, mustBeOurs } from '../campaign/many/queue/tenancy.ts';
import { counted } from '../core/figures.ts';
import type { QueueOptions } from './subcommands/queue.ts';

/** Looks at a queue, or empties it. @returns the exit status */
export async function queueCommand({ act, queue: url, json }: QueueOptions): Promise<number> {
  const address = addressIn(url, process.env);
  const needed = packages();
  const redis = await connected(address, needed);
  const queue = new needed.bullmq.Queue(QUEUE, { connection: redis, prefix: address.prefix });
  queue.on('error', () => undefined);
  try {
    if (act === 'clear') {
      const removed = await cleared(queue, redis, address);
      process.stdout.write(json ? `${JSON.stringify({ v: 1, type: 'cleared', removed })}\n` : `${removed} taken out of the queue at ${address.shown}\n`);
      return 0;
    }
    await mustBeOurs(queue, address);
    const [counts, workers] = [await countsIn(queue), await presentAt(redis, address)];
    if (json) process.stdout.write(`${JSON.stringify({ v: 1, type: 'queue', at: address.shown, ...counts, workers })}\n`);
    else {
      const lines = [
        `${address.shown}: ${counts.waiting} waiting, ${counts.active} being counted, ${counts.completed} to be fetched, ${counts.failed} failed`,
        workers.length === 0 ? 'nobody works on it' : `${counted(workers.length, 'worker')}:`,
        ...workers.map(({ name, threads, edition, done }) => `  ${name}, ${counted(threads, 'thread')}, version ${edition}, ${counted(done, 'batch', 'batches')} done`),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return 0;
  } finally {
    await queue.close().catch(() => undefined);
    redis.disconnect();
  }
}
