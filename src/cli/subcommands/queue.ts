import { quoted } from '../../core/user-error.ts';
import { UsageError, only } from '../arguments.ts';
import { flag, text } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { QUEUE_BOUNDS } from './worker.ts';

/** `generals queue`: what to do with which queue. */
export interface QueueOptions {
  readonly act: (typeof ACTS)[number];
  readonly queue: string | undefined;
  readonly json: boolean;
}

const ACTS = ['status', 'clear'] as const;

export const queue = subcommand({
  name: 'queue',
  forms: [
    ['queue status [options]', 'say what waits in a queue of campaigns, and who works on it'],
    ['queue clear [options]', 'empty it'],
  ],
  options: {
    queue: text('<url>', 'the queue, in Redis', QUEUE_BOUNDS),
    json: flag('one JSON object instead of sentences'),
  },
  operands: { type: 'words', words: async () => ACTS },
  examples: [
    ['queue status --queue redis://localhost:6379/0', 'batches, and workers by name'],
    ['queue clear --queue redis://localhost:6379/0', 'take out what nobody waits for any more'],
  ],
  optionsOf({ queue: url, json }, operands): QueueOptions {
    const word = only('word', operands);
    const act = ACTS.find((one) => one === word);
    if (act === undefined) throw new UsageError(`queue is to be followed by ${ACTS.join(' or ')}${word === undefined ? '' : `, not ${quoted(word)}`}`);
    return { act, queue: url, json };
  },
});
