import { UsageError } from '../arguments.ts';
import { subcommand } from '../subcommand.ts';

/** `generals new`: what to begin, and under which name. */
export interface NewOptions {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
}

const KINDS = ['protocol', 'strategy', 'system'] as const;

export const create = subcommand({
  name: 'new',
  forms: [['new protocol|strategy|system <name>', 'write a starting file for a protocol, a traitor or a system of your own, and a test of it']],
  options: {},
  operands: { type: 'words', words: async () => KINDS },
  examples: [
    ['new protocol mine', 'writes mine.ts and mine.test.mjs; generals 4 --protocol ./mine.ts follows it'],
    ['new strategy spy', 'writes spy.ts and spy.test.mjs; generals 4 --strategy ./spy.ts knows it'],
    ['new system nodes', 'writes nodes.ts and nodes.test.mjs; generals simulate --protocol ./nodes.ts runs it'],
  ],
  optionsOf(_values, [word, name, ...others]): NewOptions {
    const kind = KINDS.find((one) => one === word?.toLowerCase());
    if (kind === undefined || name === undefined || others.length > 0) throw new UsageError('new takes what it is, and its name: generals new protocol mine, generals new strategy spy, or generals new system nodes');
    return { kind, name };
  },
});
