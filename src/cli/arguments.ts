import { parseArgs, type ParseArgsConfig } from 'node:util';
import { figure } from '../core/figures.ts';
import { parseWhole } from '../core/parse.ts';
import { quoted } from '../core/user-error.ts';
import { nearest } from '../repl/nearest.ts';

/** A command line that cannot be understood: one line that says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What was meant, if that can be guessed. */
  readonly meant: Meant | undefined;

  constructor(message: string, meant?: Meant) {
    super(message);
    this.meant = meant;
  }
}

/** A word that was typed, or a part of one, and what should stand in its place. */
export interface Meant {
  readonly typed: string;
  readonly meant: string;
}

export type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** The options that were given, by name, and the words that belong to none. */
export type Arguments<Config extends OptionsConfig> = Pick<ReturnType<typeof parseArgs<{ allowPositionals: true; options: Config }>>, 'values' | 'positionals'>;

/** @throws UsageError */
export function argumentsOf<Config extends OptionsConfig>(words: readonly string[], options: Config): Arguments<Config> {
  try {
    const args = joined(words, options);
    mustBeKnown(args, options);
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // parseArgs explains in several sentences; the first names what was wrong.
    throw new UsageError(error instanceof Error ? error.message.split(/\.\s|\n/)[0]! : String(error));
  }
}

/** @throws UsageError if there is an option that is none */
function mustBeKnown(args: readonly string[], options: OptionsConfig): void {
  const shorts = Object.values(options).map(({ short }) => short);
  for (const token of parseArgs({ args: [...args], allowPositionals: true, strict: false, tokens: true, options }).tokens) {
    if (token.kind !== 'option' || token.name in options || shorts.includes(token.name)) continue;
    const near = token.rawName.startsWith('--') ? nearest(token.name, Object.keys(options)) : undefined;
    throw new UsageError(`there is no option ${shown(token.rawName)}`, near === undefined ? undefined : { typed: token.rawName, meant: `--${near}` });
  }
}

/** An option as it was typed; in quotes only if it needs them. */
const shown = (option: string): string => (/^[\w-]{1,40}$/.test(option) ? option : quoted(option));

/**
 * The words, an option and its value in one where the value begins with a minus: parseArgs would find those ambiguous. A number
 * below 0 is then a value like any other, which whoever reads the option refuses in its own words; another option is none.
 */
function joined(words: readonly string[], options: OptionsConfig): string[] {
  const args: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word, next] = [words[at]!, words[at + 1]];
    if (word === '--') return [...args, ...words.slice(at)];
    const isAwaiting = Object.entries(options).some(([name, { type, short }]) => type === 'string' && (word === `--${name}` || (short !== undefined && word === `-${short}`)));
    if (isAwaiting && next?.startsWith('-') === true && next !== '-') {
      if (!/^-[\d.]/.test(next)) throw new UsageError(`${word} needs a value, and ${quoted(next)} is none: if it is one, ${word}${word.startsWith('--') ? '=' : ''}${next} says so`);
      args.push(word.startsWith('--') ? `${word}=${next}` : `${word}${next}`);
      at += 1;
    } else args.push(word);
  }
  return args;
}

/** The whole number that a word is, if there is one. @throws UsageError if it is none, or out of range */
export function whole(word: string | undefined, what: string, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (word === undefined) return undefined;
  const value = parseWhole(word);
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${figure(min)} on` : `from ${figure(min)} to ${figure(max)}`;
  if (value === undefined || value < min || value > max) throw new UsageError(`${what} is a whole number ${range}, not ${quoted(word)}`);
  return value;
}

/** @throws UsageError if there is a word that belongs to no option */
export function mustBeOptions(subcommand: string, positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`${subcommand} takes options only, not ${quoted(positionals[0]!)}`);
}

/** The only word, if there is one. @throws UsageError if there are several */
export function only(what: string, [first, second]: readonly string[]): string | undefined {
  if (second !== undefined) throw new UsageError(`one ${what} is enough, ${quoted(second)} is too much`);
  return first;
}
