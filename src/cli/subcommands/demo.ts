import { only } from '../arguments.ts';
import { flag, type Words } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals demo`: which one to run; none, to list them; or all. */
export interface DemoOptions {
  readonly name: string | undefined;
  readonly all: boolean;
}

const demos: Words = async () => (await import('../demos.ts')).demosHere().map(({ name }) => name);

export const demo = subcommand({
  name: 'demo',
  forms: [['demo [<name>]', 'list the demos, or run one']],
  options: { all: flag('run every one that is a script of the prompt') },
  operands: { type: 'words', words: demos },
  examples: [
    ['demo', 'what there is to be shown'],
    ['demo three-generals', 'three generals cannot stand one traitor'],
  ],
  optionsOf: ({ all }, operands): DemoOptions => ({ name: only('demo', operands), all }),
});
