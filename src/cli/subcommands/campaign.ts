import type { Share } from '../../campaign/many/share.ts';
import { UsageError, only } from '../arguments.ts';
import { flag, folder, listed, shard, text, whole, type Words } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals campaign`: which grid, how to run it, and where to. */
export interface CampaignOptions {
  /** A grid as JSON. */
  readonly file: string | undefined;
  /** What was given for the grid's fields, as it was typed. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly shard: Share | undefined;
  /** The queue that workers count from, in the place of threads here. */
  readonly queue: string | undefined;
  readonly engine: string | undefined;
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

const protocols: Words = async () => (await import('../../generals/protocols/registry.ts')).PROTOCOLS.map(({ name }) => name);
const strategies: Words = async () => (await import('../../generals/faults/registry.ts')).STRATEGIES.map(({ name }) => name);
const engines: Words = async () => (await import('../../campaign/engine.ts')).ENGINE_CHOICES;

const some = (words: Words) => ({ bounds: async () => `some of ${(await words()).join(', ')}, or files of your own`, completes: { type: 'words', words } }) as const;

export const campaign = subcommand({
  name: 'campaign',
  forms: [['campaign [grid] [options]', 'give many orders in many situations, and count what came of them']],
  note: 'The grid comes from a JSON file, from options, or from both. Lists are written a,b and ranges 4..16.',
  options: {
    protocol: text('<names>', 'the protocols', { ...some(protocols), otherwise: 'exchange' }),
    members: text('<range>', 'how many generals there are; G1 commands, to attack', { short: 'n', bounds: '1 to 256', otherwise: '4' }),
    faults: text('<range>', 'how many of them are traitors, drawn anew for each order', { short: 'f', bounds: '0 to 256', otherwise: '1' }),
    strategy: text('<names>', 'the traitors’ ways', { ...some(strategies), otherwise: 'coin' }),
    m: text('<range>', 'how many traitors the protocol is run to stand', { short: 'm', bounds: '0 to 256, f or default', otherwise: 'default' }),
    orders: text('<n>', 'how many orders each cell gets', { bounds: '1 to 1e12', otherwise: '10000' }),
    until: text('<width>', 'end a cell when its 95 % intervals are that narrow', { bounds: 'more than 0, less than 1, such as 0.01' }),
    seed: text('<n>', 'the seed that all chance follows from', { bounds: '0 or more', otherwise: 'drawn at random' }),
    out: folder('write results.json, results.csv, report.html and plots'),
    resume: folder('go on with the campaign of that folder'),
    queue: text('<url>', 'have workers count that are at this queue, in Redis', { bounds: 'such as redis://host:6379/0' }),
    shard: shard('count only one of so many parts; merge puts them together'),
    engine: text('<engine>', 'what counts the orders', { bounds: async () => listed(await engines()), completes: { type: 'words', words: engines }, otherwise: 'auto' }),
    threads: whole('<n>', 'how many threads count; the results are the same for any number', { min: 1, max: 256, otherwise: 'as many as there are cores' }),
    json: flag('one JSON object instead of a table'),
    yes: flag('run also what takes more than an hour', { short: 'y' }),
  },
  operands: { type: 'files' },
  examples: [
    ['campaign --protocol exchange,oral --members 4..7 --orders 1e5', 'how often two protocols agree among four to seven'],
    ['campaign --seed 1 --orders 1e5 --shard 1/2 --out shards/1', 'one half of a campaign, on one of two machines'],
    ['campaign --seed 1 --orders 1e5 --shard 2/2 --out shards/2', 'the other half, on the other'],
    ['campaign --members 4 --faults 1,2 --orders 1e4 --out report', 'one traitor or two, with a report that opens in a browser'],
  ],
  optionsOf({ out, resume, shard: part, queue, engine, threads, json, yes, ...fields }, operands): CampaignOptions {
    if (part !== undefined && out === undefined && resume === undefined) throw new UsageError('--shard writes to a folder, for merge to read: give it an --out');
    if (queue !== undefined && part !== undefined) throw new UsageError('a queue divides the work by itself: leave out --shard');
    if (queue !== undefined && threads !== undefined) throw new UsageError('workers at a queue have threads of their own: leave out --threads');
    return { file: only('grid', operands), fields, out, resume, shard: part, queue, engine, threads, json, yes };
  },
});
