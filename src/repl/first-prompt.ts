import { styleText } from 'node:util';
import { isPlain, wantsColour } from './colour.ts';
import { PROMPT, WELCOME } from './welcome.ts';

let isDrawn = false;

/**
 * Draws what the prompt begins with before anything is loaded that serves it: what is typed meanwhile waits in the keyboard. Only
 * where it is certain that there will be such a prompt: for a number of generals, and perhaps a seed.
 */
export function drawFirstPrompt(words: readonly string[]): void {
  if (!/^[1-9]\d?(\n--seed\n\d{1,9})?$/.test(words.join('\n'))) return;
  const { stdin, stdout, env } = process;
  // A window that nobody has told the size of has no columns.
  const isRoomy = (stdout.columns || Infinity) > WELCOME.length;
  if (!stdin.isTTY || !stdout.isTTY || !isRoomy || isPlain(env)) return;
  const isColoured = wantsColour(env, true, false);
  isDrawn = true;
  stdin.setRawMode(true);
  stdout.write(isColoured ? `${styleText('dim', WELCOME)}\n${styleText('bold', PROMPT)}` : `${WELCOME}\n${PROMPT}`);
}

/** Whether the first prompt stands there already. Whoever draws it again takes it away before. */
export const isFirstPromptDrawn = (): boolean => isDrawn;
