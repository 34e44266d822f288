import { argumentsOf, type OptionsConfig } from './arguments.ts';
import { flag, type Completes, type Option, type Options, type Values } from './options.ts';

/** One way in which the program can be run, as its command line has it. */
export interface Subcommand<Chosen> {
  /** The first word of its command lines; of the one that needs none, the empty word. */
  readonly name: string;
  /** What to type behind the program's name, and what for. */
  readonly forms: readonly Form[];
  /** What is to be known before its options. */
  readonly note: string | undefined;
  readonly options: Options;
  /** What its words are that belong to no option. */
  readonly operands: Completes;
  readonly examples: readonly Form[];
  /** What a command line asks of it. @param words those behind its name @throws UsageError */
  readonly read: (words: readonly string[]) => Promise<Asked<Chosen>>;
}

/** A command line less the program's name, and what it does. */
export type Form = readonly [line: string, about: string];

export type Asked<Chosen> = { readonly type: 'help' } | { readonly type: 'version' } | { readonly type: 'options'; readonly options: Chosen };

export type Request =
  /** About all subcommands, or about one. */
  | { readonly type: 'help'; readonly about: Runnable | undefined }
  | { readonly type: 'version' }
  /** `run` gives the exit status. */
  | { readonly type: 'run'; readonly run: () => Promise<number> };

export type Runnable = Omit<Subcommand<unknown>, 'read'> & { readonly requestOf: (words: readonly string[]) => Promise<Request> };

interface Definition<Table extends Options, Chosen> extends Pick<Subcommand<Chosen>, 'name' | 'forms' | 'examples'> {
  readonly options: Table;
  readonly note?: string;
  readonly operands?: Completes;
  /** @param given the options that were given @throws UsageError */
  readonly optionsOf: (values: Values<Table>, operands: readonly string[], given: readonly string[]) => Chosen;
}

export function subcommand<const Table extends Options, Chosen>({ optionsOf, note, operands = { type: 'nothing' }, ...rest }: Definition<Table, Chosen>): Subcommand<Chosen> {
  const { options } = rest;
  return {
    ...rest,
    note,
    operands,
    async read(words) {
      const { values, positionals } = argumentsOf(words, configOf(options));
      if (values['help'] === true) return { type: 'help' };
      if (values['version'] === true) return { type: 'version' };
      const read = await Promise.all(Object.entries(options).map(async ([name, option]) => [name, await option.read(wordIn(values[name]), `--${name}`)] as const));
      return { type: 'options', options: optionsOf(Object.fromEntries(read) as Values<Table>, positionals, Object.keys(values)) };
    },
  };
}

const wordIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : value === true ? '' : undefined);

/** What every subcommand has besides its own options. */
export const COMMON = {
  help: flag('this text', { short: 'h' }),
  version: flag('the version', { short: 'V' }),
} as const satisfies Options;

/** These options, and those which all have, as `parseArgs` wants them. */
export const configOf = (options: Options): OptionsConfig => Object.fromEntries(Object.entries({ ...options, ...COMMON }).map(([name, option]) => [name, configFor(option)]));

const configFor = ({ short, value }: Option<unknown>): OptionsConfig[string] => ({ type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) });
