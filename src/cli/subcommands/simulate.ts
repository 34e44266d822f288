import type { Share } from '../../campaign/many/share.ts';
import { UsageError, mustBeOptions } from '../arguments.ts';
import { choice, file, flag, folder, named, shard, text, whole } from '../options.ts';
import { mustFitShard } from '../shards.ts';
import { subcommand } from '../subcommand.ts';

/** `generals simulate`: which system, under which fault plans. */
export interface SimulateOptions {
  readonly protocol: string;
  readonly members: number | undefined;
  readonly seed: number;
  /** How many seeds, from that one on. */
  readonly schedules: number;
  /** The only Byzantine kind; any if undefined. */
  readonly kind: string | undefined;
  /** How many traitors more than the protocol stands. */
  readonly beyond: number;
  /** The parts of the plan that are kept; if undefined, all, or of a plan that breaks something those that do. */
  readonly keep: readonly string[] | undefined;
  /** The file to write what happened to, if there is one. */
  readonly trace: string | undefined;
  /** Which part of the seeds, and the folder that what came of them is written to. */
  readonly shard: Share | undefined;
  readonly out: string | undefined;
  /** The folder of a shard that is gone on with. */
  readonly resume: string | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

/** More nodes than this make no schedule more telling. */
const MEMBERS_MAX = 256;

export const simulate = subcommand({
  name: 'simulate',
  forms: [['simulate [options]', 'let nodes run a protocol in virtual time, through faults drawn from a seed']],
  options: {
    protocol: named('system', 'the protocol; ccro is another name of collector', async () => (await systems()).flatMap(({ name, aliases }) => [name, ...aliases]), { noun: 'protocol to simulate', fallback: 'pbft' }),
    members: whole('<n>', 'how many nodes there are, of whom as many are Byzantine as the protocol stands', { short: 'n', min: 1, max: MEMBERS_MAX, otherwise: 'as few as make it worth while' }),
    seed: whole('<n>', 'the seed that the schedule follows from', { min: 0, fallback: 1 }),
    schedules: whole('<n>', 'try that many seeds, from that one on', { min: 1, fallback: 1 }),
    kind: choice('<name>', 'the only Byzantine kind', async () => [...new Set((await systems()).flatMap(({ strategies }) => strategies.map(({ name }) => name)))], { noun: 'Byzantine kind', otherwise: 'any' }),
    beyond: whole('<n>', 'let that many more nodes be Byzantine than the protocol stands', { min: 0, max: MEMBERS_MAX, fallback: 0 }),
    keep: text('<parts>', 'leave only these parts of the plan, such as partition1,request2', { bounds: 'parts between commas, all or none', otherwise: 'all, or those that break something' }),
    trace: file('write all that happened under the schedule of one seed, as JSON lines'),
    shard: shard('try only one of so many parts of the seeds; merge puts them together'),
    out: folder('write what came of that part'),
    resume: folder('go on with the part of that folder'),
    json: flag('one JSON object instead of sentences'),
    'no-color': flag('no colours'),
  },
  examples: [
    ['simulate --seed 14', 'what happens under one schedule, line by line'],
    ['simulate --seed 14 --trace replicas.jsonl', 'the same, with all messages written to a file; trace shows them'],
    ['simulate --protocol words --seed 3 --trace words.jsonl', 'peers that settle words; trace shows who said what'],
    ['simulate --protocol collector --members 7 --schedules 100', 'a hundred schedules, and whether safety and liveness held'],
  ],
  optionsOf(values, operands, given): SimulateOptions {
    mustBeOptions('simulate', operands);
    const { protocol, members, seed, schedules, kind, beyond, keep, trace, shard: part, out, resume, json } = values;
    if (beyond > 0 && (part !== undefined || resume !== undefined)) throw new UsageError('--beyond cannot be divided into shards: leave out --shard and --resume');
    mustFitShard(part, out, resume, given);
    if (schedules > 1 && trace !== undefined) throw new UsageError('--trace is for the schedule of one seed: leave out --schedules');
    if (schedules > 1 && keep !== undefined) throw new UsageError('--keep is for the schedule of one seed: leave out --schedules');
    return { protocol, members, seed, schedules, kind, beyond, keep: keep?.split(',').map((word) => word.trim()), trace, shard: part, out, resume, json, colourless: values['no-color'] };
  },
});

/** What can be simulated, found only when it is asked for. */
const systems = async (): Promise<typeof import('../../systems.ts').SYSTEMS> => (await import('../../systems.ts')).SYSTEMS;
