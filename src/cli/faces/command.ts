import { quoted } from '../../core/refusal.ts';
import { UsageError, only, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals` and `generals run`: which army to command, and by what. */
export interface CommandOrder {
  /** Scripts to run; without any, commands come from a terminal or a pipe. */
  readonly files: readonly string[];
  readonly count: number;
  readonly host: 'threads' | 'sim';
  readonly seed: number | undefined;
  readonly protocol: string | undefined;
  readonly deadline: number | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
  readonly failFast: boolean;
  /** A file for the trace of all orders. */
  readonly trace: string | undefined;
  readonly colourless: boolean;
  /** Whether nothing at all was said, so that somebody at a terminal is asked. */
  readonly isBare: boolean;
}

export const command = faceOf({
  name: '',
  usage: `
generals [N] [options]            muster N generals (4) and command them, at a prompt or from a pipe; with nothing said,
                                  a terminal is asked for N and the protocol
generals run [options] <file…>    run scripts, one command a line, each with an army of its own; - is standard input`,
  help: `
For N and run:
  -n, --generals <N>     how many generals to muster (4); the same as the word N
      --seed <n>         the seed that all chance follows from; drawn at random if not given
      --protocol <name>  the protocol to follow (exchange)
      --host <host>      where the generals live: threads, or sim for virtual time (threads)
      --deadline <ms>    how long a hung general is waited for (1000)
      --max-generals <n> the most generals that an army may have (256)
      --fail-fast        end a script at its first mistake
      --trace <file>     write the facts of every order to a file, as JSON lines
      --json             answer each command by one JSON object
      --no-color         no colours; NO_COLOR and FORCE_COLOR are heeded too`,
  options: {
    generals: { type: 'string', short: 'n' },
    seed: { type: 'string' },
    protocol: { type: 'string' },
    host: { type: 'string' },
    deadline: { type: 'string' },
    'max-generals': { type: 'string' },
    'fail-fast': { type: 'boolean' },
    trace: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  },
  orderOf({ values, positionals: [first, ...others] }): CommandOrder {
    const order = {
      host: hostNamed(values.host ?? 'threads'),
      seed: whole(values.seed, '--seed', 0),
      protocol: values.protocol?.toLowerCase(),
      deadline: whole(values.deadline, '--deadline', 1, 2 ** 31 - 1),
      limit: whole(values['max-generals'], '--max-generals', 1),
      json: values.json === true,
      failFast: values['fail-fast'] === true,
      trace: values.trace,
      colourless: values['no-color'] === true,
      isBare: first === undefined && Object.keys(values).length === 0,
    };
    const count = whole(values.generals, '--generals', 1) ?? 4;
    if (first === 'run') {
      if (others.length === 0) throw new UsageError('run needs a file: generals run <file…>');
      return { ...order, files: others, count };
    }
    const word = only('number of generals', [first, ...others].filter((one) => one !== undefined));
    return { ...order, files: [], count: whole(word, 'the number of generals', 1) ?? count };
  },
});

function hostNamed(word: string): 'threads' | 'sim' {
  if (word !== 'threads' && word !== 'sim') throw new UsageError(`--host is threads or sim, not ${quoted(word)}`);
  return word;
}
