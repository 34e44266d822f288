import { UsageError, only } from '../arguments.ts';
import { flag, ownFiles, text, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals replay`: which order of which campaign. */
export interface ReplayOptions {
  readonly file: string;
  readonly cell: string | undefined;
  /** The order's number in its cell. */
  readonly number: number | undefined;
  /** The seed of the cell, which may stand in the place of its name. */
  readonly seed: number | undefined;
  readonly colourless: boolean;
}

export const replay = subcommand({
  name: 'replay',
  forms: [['replay <results> [options]', 'show one order of a campaign: the first violation, unless said otherwise']],
  options: {
    cell: text('<id>', 'the cell, such as exchange-m1-n4-f1-coin'),
    order: whole('<number>', 'the order’s number in its cell', { min: 1, max: 2 ** 32 - 1 }),
    seed: whole('<n>', 'the seed of the cell, in the place of its name', { min: 0 }),
    protocol: ownFiles('protocol', 'the protocol of your own that the campaign had'),
    strategy: ownFiles('strategy', 'the strategy of your own that it had'),
    'no-color': flag('no colours'),
  },
  operands: { type: 'files' },
  examples: [
    ['replay report/results.json', 'the first order in which something was violated, and why'],
    ['replay report/results.json --cell exchange-m1-n4-f1-coin --order 7', 'the seventh order of one cell'],
  ],
  optionsOf({ cell, order, seed, 'no-color': colourless }, operands): ReplayOptions {
    const file = only('file of results', operands);
    if (file === undefined) throw new UsageError('replay needs the results of a campaign: generals replay <results.json>');
    return { file, cell, number: order, seed, colourless };
  },
});
