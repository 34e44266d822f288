import { DEFAULT_LIMIT } from '../../generals/run-spec.ts';
import { UsageError, only, whole as wholeOf } from '../arguments.ts';
import { choice, file, flag, named, ownFiles, whole, type Values } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { webOptions, webPort } from '../web-options.ts';

/** `generals` and `generals run`: which army to command, and by what. */
export interface CommandOptions {
  /** Scripts to run; without any, commands come from a terminal or a pipe. */
  readonly files: readonly string[];
  readonly count: number;
  readonly host: 'threads' | 'sim';
  readonly seed: number | undefined;
  readonly protocol: string | undefined;
  /** Strategies of somebody's own, which are taken when the command line is read. */
  readonly strategies: readonly string[];
  readonly deadline: number | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
  readonly failFast: boolean;
  /** A file for the trace of all orders. */
  readonly trace: string | undefined;
  readonly colourless: boolean;
  /** The port of a page that shows the army, too; 0 lets the system choose. */
  readonly web: number | undefined;
  /** Whether nothing at all was said, so that somebody at a terminal is asked. */
  readonly isBare: boolean;
}

const OPTIONS = {
  generals: whole('<N>', 'how many generals to muster, as the word N says it', { short: 'n', min: 1, fallback: 4 }),
  seed: whole('<n>', 'the seed that all chance follows from', { min: 0, otherwise: 'drawn at random' }),
  protocol: named('protocol', 'the protocol to follow', async () => (await import('../../generals/protocols/registry.ts')).PROTOCOLS.map(({ name }): string => name), { noun: 'protocol', otherwise: 'exchange' }),
  strategy: ownFiles('strategy', 'a strategy of your own, for g-state to name'),
  host: choice('<host>', 'where the generals live; sim is virtual time, without threads', ['threads', 'sim'], { noun: 'host', fallback: 'threads' }),
  deadline: whole('<ms>', 'how many milliseconds a hung general is waited for', { min: 1, max: 2 ** 31 - 1, otherwise: '1000' }),
  'max-generals': whole('<n>', 'the most generals that an army may have', { min: 1, otherwise: String(DEFAULT_LIMIT) }),
  'fail-fast': flag('end a script at its first mistake'),
  trace: file('write the facts of every order to a file, as JSON lines'),
  json: flag('answer each command by one JSON object'),
  'no-color': flag('no colours'),
  ...webOptions('the army'),
} as const;

export const command = subcommand({
  name: '',
  forms: [['[N] [options]', 'muster N generals and command them, at a prompt or from a pipe; with nothing said, a terminal is asked for N and the protocol']],
  options: OPTIONS,
  examples: [
    ['7 --protocol oral', 'seven generals, who follow OM(m), and a prompt'],
    ['4 --seed 1 --host sim', 'four in virtual time; what happens is the same each time'],
  ],
  optionsOf(values, [first, ...others], given): CommandOptions {
    // Options may come before it.
    if (first === 'run') return scripts(values, others);
    const word = only('number of generals', [first, ...others].filter((one) => one !== undefined));
    return { ...optionsOf(values), isBare: first === undefined && given.length === 0, count: wholeOf(word, 'the number of generals', 1) ?? values.generals };
  },
});

export const run = subcommand({
  name: 'run',
  forms: [['run [options] <file…>', 'run scripts, one command a line, each with an army of its own; - is standard input']],
  options: OPTIONS,
  operands: { type: 'files' },
  examples: [
    ['run lie.txt', 'run one script, such as check --save has written'],
    ['run --trace facts.jsonl --fail-fast lie.txt', 'up to the first mistake; trace shows the facts'],
  ],
  optionsOf: scripts,
});

function scripts(values: Values<typeof OPTIONS>, files: readonly string[]): CommandOptions {
  if (files.length === 0) throw new UsageError('run needs a file: generals run <file…>');
  if (values.web || values['web-port'] !== undefined) throw new UsageError('--web is for a prompt or a pipe, and not for scripts: generals 4 --web');
  return { ...optionsOf(values), files };
}

const optionsOf = (values: Values<typeof OPTIONS>): CommandOptions => ({
  files: [],
  count: values.generals,
  host: values.host,
  seed: values.seed,
  protocol: values.protocol,
  strategies: values.strategy,
  deadline: values.deadline,
  limit: values['max-generals'],
  json: values.json,
  failFast: values['fail-fast'],
  trace: values.trace,
  colourless: values['no-color'],
  web: webPort(values),
  isBare: false,
});
