import { UsageError } from '../arguments.ts';
import { subcommand } from '../subcommand.ts';

/** `generals new`: what to begin, and under which name. */
export interface NewOptions {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
}

const KINDS = ['protocol', 'strategy'] as const;

export const create = subcommand({
  name: 'new',
  forms: [['new protocol|strategy <name>', 'write a starting file for a protocol or a traitor of your own, and a test of it']],
  options: {},
  operands: { type: 'words', words: async () => KINDS },
  examples: [
    ['new protocol mine', 'writes mine.ts and mine.test.mjs; generals 4 --protocol ./mine.ts follows it'],
    ['new strategy spy', 'writes spy.ts and spy.test.mjs; generals 4 --strategy ./spy.ts knows it'],
  ],
  optionsOf(_values, [word, name, ...others]): NewOptions {
    const kind = KINDS.find((one) => one === word?.toLowerCase());
    if (kind === undefined || name === undefined || others.length > 0) throw new UsageError('new takes what it is, and its name: generals new protocol mine, or generals new strategy spy');
    return { kind, name };
  },
});
