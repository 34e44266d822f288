import { mustBeOptions } from '../arguments.ts';
import { flag, text, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals worker`: whose batches to count. */
export interface WorkerOptions {
  readonly queue: string | undefined;
  readonly threads: number | undefined;
  readonly patience: number;
  readonly json: boolean;
}

export const QUEUE_BOUNDS = { bounds: 'such as redis://host:6379/0', otherwise: '$GENERALS_QUEUE' } as const;

export const worker = subcommand({
  name: 'worker',
  forms: [['worker [options]', 'count batches of campaigns that others put in a queue, until Ctrl-C']],
  note: 'It ends when what it counts is counted. A second Ctrl-C ends it at once, and others do it again.',
  options: {
    queue: text('<url>', 'the queue, in Redis', QUEUE_BOUNDS),
    threads: whole('<n>', 'how many batches are counted at once', { min: 1, max: 256, otherwise: 'as many as there are cores' }),
    patience: whole('<s>', 'after so many seconds of silence its batches go to others', { min: 1, max: 3600, fallback: 15 }),
    json: flag('JSON lines instead of sentences'),
  },
  examples: [
    ['worker --queue redis://localhost:6379/0', 'all cores for campaigns that are in this queue'],
    ['worker --queue redis://localhost:6379/0 --threads 2', 'two threads for them'],
  ],
  optionsOf({ queue, threads, patience, json }, operands): WorkerOptions {
    mustBeOptions('worker', operands);
    return { queue, threads, patience: patience * 1000, json };
  },
});
