import { argumentsOf, type Arguments, type OptionsConfig } from './arguments.ts';

/** One way in which the program can be run, as its command line has it. */
export interface Face<Order> {
  /** The first word of its command lines; of the face that needs none, the empty word. */
  readonly name: string;
  /** What to type, and what for: the lines behind `Usage:`. */
  readonly usage: string;
  /** Its options, line by line, under a heading. */
  readonly help: string;
  /** The names of these options. */
  readonly options: readonly string[];
  /** What a command line asks of it. @param words those behind its name @throws UsageError */
  readonly read: (words: readonly string[]) => Asked<Order>;
}

export type Asked<Order> = { readonly type: 'help' } | { readonly type: 'version' } | { readonly type: 'order'; readonly order: Order };

interface Definition<Config extends OptionsConfig, Order> extends Pick<Face<Order>, 'name' | 'usage' | 'help'> {
  readonly options: Config;
  /** @throws UsageError */
  readonly orderOf: (given: Arguments<Config>) => Order;
}

/** A face whose options `parseArgs` can read, and which makes an order of them. */
export function faceOf<const Config extends OptionsConfig, Order>({ name, usage, help, options, orderOf }: Definition<Config, Order>): Face<Order> {
  return {
    name,
    usage,
    help,
    options: Object.keys(options),
    read(words) {
      const all: OptionsConfig = { ...options, ...COMMON };
      const { values, positionals } = argumentsOf(words, all);
      if (values['help'] === true) return { type: 'help' };
      if (values['version'] === true) return { type: 'version' };
      return { type: 'order', order: orderOf({ values, positionals } as Arguments<Config>) };
    },
  };
}

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const satisfies OptionsConfig;
