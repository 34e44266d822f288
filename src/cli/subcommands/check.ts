import { ORDERS, type Order } from '../../generals/order.ts';
import type { Share } from '../../campaign/many/share.ts';
import { UsageError, mustBeOptions } from '../arguments.ts';
import { choice, file, flag, folder, named, shard, whole } from '../options.ts';
import { mustFitShard } from '../shards.ts';
import { subcommand } from '../subcommand.ts';

/** `generals check`: what to search, and where to write what is found. */
export interface CheckOptions {
  readonly protocol: string;
  readonly members: number;
  readonly faults: number;
  readonly m: number | undefined;
  readonly order: Order | undefined;
  readonly engine: (typeof ENGINES)[number];
  readonly save: string | undefined;
  /** Which part of the sets of traitors and orders, and the folder that what it shows is written to. */
  readonly shard: Share | undefined;
  readonly out: string | undefined;
  /** The folder of a shard that is gone on with. */
  readonly resume: string | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

/** More generals than this no search gets through. */
const MEMBERS_MAX = 256;

const ENGINES = ['auto', 'structured', 'merging', 'plain'] as const;

export const check = subcommand({
  name: 'check',
  forms: [['check [options]', 'try every treason, and prove that the generals agree or show the smallest lie that splits them']],
  options: {
    protocol: named('protocol', 'the protocol', async () => (await import('../../generals/protocols/registry.ts')).PROTOCOLS.map(({ name }): string => name), { noun: 'protocol', fallback: 'exchange' }),
    members: whole('<n>', 'how many generals there are', { short: 'n', min: 1, max: MEMBERS_MAX, fallback: 4 }),
    faults: whole('<f>', 'try every set of at most that many traitors; no more than there are generals', { short: 'f', min: 0, max: MEMBERS_MAX, fallback: 1 }),
    m: whole('<m>', 'how many traitors the protocol is run to stand', { short: 'm', min: 0, otherwise: 'as --faults' }),
    order: choice('<order>', 'only this order', ORDERS, { noun: 'order', otherwise: 'both' }),
    engine: choice('<engine>', 'how to search; auto folds symbolic runs first, and searches the rest', ENGINES, { noun: 'engine', fallback: 'auto' }),
    save: file('write a violation as a script that repeats it'),
    shard: shard('search only one of so many parts of the sets of traitors and orders; merge puts them together'),
    out: folder('write what that part shows'),
    resume: folder('go on with the part of that folder'),
    json: flag('one JSON object instead of sentences'),
    'no-color': flag('no colours'),
  },
  examples: [
    ['check --protocol oral --members 7 --faults 2', 'prove that OM(2) lets seven stand two traitors'],
    ['check --protocol oral --members 3 --save lie.txt', 'find the lie that splits three, and write it down'],
  ],
  optionsOf(values, operands, given): CheckOptions {
    mustBeOptions('check', operands);
    const { protocol, members, faults, m, order, engine, save, shard: part, out, resume, json } = values;
    mustFitShard(part, out, resume, given);
    if (part !== undefined && save !== undefined) throw new UsageError('merge writes a script of the smallest violation of all: leave out --save');
    if (faults > members) throw new UsageError(`--faults is at most ${members}, as many as there are generals, not ${faults}`);
    return { protocol, members, faults, m, order, engine, save, shard: part, out, resume, json, colourless: values['no-color'] };
  },
});
