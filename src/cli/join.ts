import type { ParseArgsConfig } from 'node:util';
import { Refusal, quoted } from '../core/refusal.ts';

/**
 * The words, an option and its value in one where the value begins with a minus: parseArgs would find those ambiguous. A number
 * below 0 is then a value like any other, which whoever reads the option refuses in its own words; another option is none.
 */
export function joined(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const args: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word, next] = [words[at]!, words[at + 1]];
    if (word === '--') return [...args, ...words.slice(at)];
    const isAwaiting = Object.entries(options).some(([name, { type, short }]) => type === 'string' && (word === `--${name}` || (short !== undefined && word === `-${short}`)));
    if (isAwaiting && next?.startsWith('-') === true && next !== '-') {
      if (!/^-[\d.]/.test(next)) throw new Refusal(`${word} needs a value, and ${quoted(next)} is none: if it is one, ${word}${word.startsWith('--') ? '=' : ''}${next} says so`);
      args.push(word.startsWith('--') ? `${word}=${next}` : `${word}${next}`);
      at += 1;
    } else args.push(word);
  }
  return args;
}
