import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { parseAddress, type Address } from './address.ts';
import { SEEDS_MAX } from './parse.ts';

/**
 * The seeds that a file names: `ip:port` a line, or `ip,port` as some have it; blank lines and what follows `#` are skipped.
 * @throws UserError in one line, which says which line of the file is wrong
 */
export function seedsIn(text: string, file: string): readonly Address[] {
  const seeds: Address[] = [];
  for (const [index, line] of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/).entries()) {
    const words = line.replace(/#.*$/, '').trim();
    if (words === '') continue;
    const address = parseAddress(words) ?? parseAddress(words.replace(/\s*,\s*/, ':'));
    const place = `${quotedPath(file)}, line ${index + 1}`;
    if (address === undefined) throw new UserError(`${place}: a seed is ip:port, such as 127.0.0.1:5000, not ${quoted(words)}`);
    if (seeds.includes(address)) throw new UserError(`${place}: ${address} stands there twice`);
    seeds.push(address);
    if (seeds.length > SEEDS_MAX) throw new UserError(`${place}: a network has at most ${SEEDS_MAX} seeds`);
  }
  if (seeds.length === 0) throw new UserError(`${quotedPath(file)} names no seed: one ip:port a line, such as 127.0.0.1:5000`);
  return seeds;
}

/** The same file for others. */
export const configOf = (seeds: readonly Address[]): string => seeds.map((seed) => `${seed}\n`).join('');
