import { availableParallelism } from 'node:os';
import { addressIn } from '../campaign/many/queue/address.ts';
import { openWorker } from '../campaign/many/queue/worker.ts';
import { counted } from '../core/figures.ts';
import { untilSignalled } from './signals.ts';
import type { WorkerOptions } from './subcommands/worker.ts';
import { version } from './version.ts';

/** Counts batches of others, until a signal. @returns the exit status */
export async function workerCommand({ queue, threads = availableParallelism(), patience, json }: WorkerOptions): Promise<number> {
  const address = addressIn(queue, process.env);
  return untilSignalled(async (signalled) => {
    const worker = await openWorker({ address, program: version(), threads, patience, say: (line) => void process.stderr.write(`${line}\n`) });
    process.stdout.write(json ? `${JSON.stringify({ v: 1, type: 'working', name: worker.name, threads })}\n` : `Worker ${worker.name} counts for ${address.shown}, on ${counted(threads, 'thread')}.\n`);
    try {
      return await Promise.race([signalled, worker.trouble]);
    } finally {
      await worker.close();
      process.stdout.write(json ? `${JSON.stringify({ v: 1, type: 'ended', name: worker.name, done: worker.done() })}\n` : `It did ${counted(worker.done(), 'batch', 'batches')}.\n`);
    }
  });
}
