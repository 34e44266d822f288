import { only } from '../arguments.ts';
import type { Words } from '../options.ts';
import { subcommand, type Subcommand } from '../subcommand.ts';

/** `generals help`: on which subcommand; on all if undefined. */
export interface HelpOptions {
  readonly about: string | undefined;
}

export const help = (names: Words): Subcommand<HelpOptions> => subcommand({
  name: 'help',
  forms: [['help [<subcommand>]', 'explain a subcommand, or list all of them']],
  options: {},
  operands: { type: 'words', words: names },
  examples: [
    ['help', 'the subcommands'],
    ['help check', 'what check does, and its options'],
  ],
  optionsOf: (_values, operands): HelpOptions => ({ about: only('subcommand', operands) }),
});
