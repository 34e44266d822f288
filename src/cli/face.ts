import { argumentsOf, type Arguments, type OptionsConfig } from './arguments.ts';
import { flag, text, type Completes, type Options } from './options.ts';
import { COMMON, configOf, type Form, type Subcommand } from './subcommand.ts';

interface Definition<Config extends OptionsConfig, Order> {
  readonly name: string;
  /** What to type, and what for. */
  readonly usage: string;
  /** Its options, line by line, under a heading. */
  readonly help: string;
  readonly options: Config;
  /** @throws UsageError */
  readonly orderOf: (given: Arguments<Config>) => Order;
}

export type Face<Order> = Omit<Subcommand<Order>, 'examples'>;

/** A subcommand whose table is its own help: each line of it names an option, and says what it is for. */
export function faceOf<const Config extends OptionsConfig, Order>({ name, usage, help, options, orderOf }: Definition<Config, Order>): Face<Order> {
  const table = tableIn(help, options);
  return {
    name,
    forms: formsIn(usage),
    note: /^For [^(\n]*\((.*)\):$/m.exec(help)?.[1],
    options: table,
    operands: { type: 'nothing' },
    async read(words) {
      const { values, positionals } = argumentsOf(words, { ...configOf(table), ...options });
      const { help: isHelp, version, ...own } = values as Record<keyof typeof COMMON, unknown>;
      if (isHelp === true) return { type: 'help' };
      if (version === true) return { type: 'version' };
      return { type: 'order', order: orderOf({ values: own, positionals } as Arguments<Config>) };
    },
  };
}

/** `generals cluster [options]   start replicas`, which may go on in lines that are indented. */
function formsIn(usage: string): Form[] {
  const lines = usage.trim().split(/\n(?=generals )/);
  return lines.map((line) => {
    const [form = '', ...about] = line.split(/\s{2,}/);
    return [form.replace(/^generals /, ''), about.join(' ')];
  });
}

const LINE = /^ +(?:-(\w), +)?--([\w-]+)(?: (<[^>]+>))? +(.*)$/;

function tableIn(help: string, options: OptionsConfig): Options {
  const table: Record<string, Options[string]> = {};
  for (const line of help.replaceAll(/\n {12,}(?!-)/g, ' ').split('\n')) {
    const [, short = options[LINE.exec(line)?.[2] ?? '']?.short, name, value, about = ''] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const details = short === undefined ? {} : { short };
    table[name] = value === undefined ? flag(about, details) : text(value, about, { ...details, completes: COMPLETES[value] ?? { type: 'nothing' } });
  }
  return table;
}

const COMPLETES: Readonly<Record<string, Completes>> = { '<file>': { type: 'files' }, '<folder>': { type: 'folders' } };
