import { UsageError, only } from '../arguments.ts';
import { quoted } from '../../core/user-error.ts';
import { listed } from '../options.ts';
import { subcommand } from '../subcommand.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `generals completion`: for which shell. */
export interface CompletionOptions {
  readonly shell: (typeof SHELLS)[number];
}

export const completion = subcommand({
  name: 'completion',
  forms: [['completion <shell>', 'print a script that lets a shell complete this command line']],
  options: {},
  operands: { type: 'words', words: async () => SHELLS },
  examples: [
    ['completion bash', 'for bash: write it to ~/.local/share/bash-completion/completions/generals'],
    ['completion fish', 'for fish: write it to ~/.config/fish/completions/generals.fish'],
  ],
  optionsOf(_values, operands): CompletionOptions {
    const word = only('shell', operands);
    const shell = SHELLS.find((one) => one === word?.toLowerCase());
    if (shell === undefined) throw new UsageError(`completion needs a shell, ${listed(SHELLS)}${word === undefined ? '' : `, not ${quoted(word)}`}: generals completion bash`);
    return { shell };
  },
});
