import { UsageError } from '../arguments.ts';
import { file, flag, folder, ownFiles, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals merge`: which shards, and where to put what they are together. */
export interface MergeOptions {
  readonly folders: readonly string[];
  readonly out: string | undefined;
  readonly save: string | undefined;
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

export const merge = subcommand({
  name: 'merge',
  forms: [['merge <folders> [options]', 'put the shards of a campaign, a simulation or a check together']],
  note: 'It comes to the very numbers that one machine would have come to. It names what is missing, and what does not fit.',
  options: {
    out: folder('write what one machine would have written: results.json, results.csv, report.html and plots'),
    save: file('write the violation of a check as a script that repeats it'),
    threads: whole('<n>', 'how many threads do what is left to do', { min: 1, max: 256, otherwise: 'as many as there are cores' }),
    protocol: ownFiles('protocol', 'the protocol of your own that the shards had'),
    strategy: ownFiles('strategy', 'the strategy of your own that they had'),
    json: flag('one JSON object instead of a table or sentences'),
    'no-color': flag('no colours'),
  },
  operands: { type: 'folders' },
  examples: [
    ['merge shards/1 shards/2 --out all', 'the campaign that two shards are together'],
    ['merge shards/1 shards/2 --out again --json', 'the same, said in JSON'],
  ],
  optionsOf({ out, save, threads, json, 'no-color': colourless }, folders): MergeOptions {
    if (folders.length === 0) throw new UsageError('merge needs the folders of shards: generals merge <folders> --out <folder>');
    return { folders, out, save, threads, json, colourless };
  },
});
