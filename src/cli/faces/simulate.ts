import { UsageError, mustBeOptions } from '../arguments.ts';
import { choice, file, flag, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals simulate`: which replicas, under which schedules. */
export interface SimulateOrder {
  readonly protocol: 'pbft' | 'collector' | 'ccro';
  readonly members: number;
  readonly seed: number;
  /** How many seeds, from that one on. */
  readonly schedules: number;
  /** The only Byzantine kind; any if undefined. */
  readonly kind: string | undefined;
  /** The file to write what happened to, if there is one. */
  readonly trace: string | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

/** More replicas than this make no schedule more telling. */
const MEMBERS_MAX = 256;

export const simulate = subcommand({
  name: 'simulate',
  forms: [['simulate [options]', 'let replicas agree on a log in virtual time, through faults drawn from a seed']],
  options: {
    protocol: choice('<name>', 'the protocol; ccro is another name of collector', ['pbft', 'collector', 'ccro'], { noun: 'protocol of replicas', fallback: 'pbft' }),
    members: whole('<n>', 'how many replicas there are, ⌊(n − 1)/3⌋ of them Byzantine', { short: 'n', min: 1, max: MEMBERS_MAX, fallback: 4 }),
    seed: whole('<n>', 'the seed that the schedule follows from', { min: 0, fallback: 1 }),
    schedules: whole('<n>', 'try that many seeds, from that one on', { min: 1, fallback: 1 }),
    kind: choice('<name>', 'the only Byzantine kind', async () => (await import('../../replicas/faults/registry.ts')).REPLICA_FAULTS.map(({ name }): string => name), { noun: 'Byzantine kind', otherwise: 'any' }),
    trace: file('write all that happened under the schedule of one seed, as JSON lines'),
    json: flag('one JSON object instead of sentences'),
    'no-color': flag('no colours'),
  },
  examples: [
    ['simulate --seed 14', 'what happens under one schedule, line by line'],
    ['simulate --seed 14 --trace replicas.jsonl', 'the same, with all messages written to a file; trace shows them'],
    ['simulate --protocol collector --members 7 --schedules 100', 'a hundred schedules, and whether safety and liveness held'],
  ],
  orderOf(values, operands): SimulateOrder {
    mustBeOptions('simulate', operands);
    const { protocol, members, seed, schedules, kind, trace, json } = values;
    if (schedules > 1 && trace !== undefined) throw new UsageError('--trace is for the schedule of one seed: leave out --schedules');
    return { protocol, members, seed, schedules, kind, trace, json, colourless: values['no-color'] };
  },
});
