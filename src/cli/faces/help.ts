import { only } from '../arguments.ts';
import type { Words } from '../options.ts';
import { subcommand, type Subcommand } from '../subcommand.ts';

/** `generals help`: on which subcommand; on all if undefined. */
export interface HelpOrder {
  readonly about: string | undefined;
}

export const help = (names: Words): Subcommand<HelpOrder> => subcommand({
  name: 'help',
  forms: [['help [<subcommand>]', 'explain a subcommand, or list all of them']],
  options: {},
  operands: { type: 'words', words: names },
  examples: [
    ['help', 'the subcommands'],
    ['help check', 'what check does, and its options'],
  ],
  orderOf: (_values, operands): HelpOrder => ({ about: only('subcommand', operands) }),
});
