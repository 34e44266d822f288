import { parseArgs } from 'node:util';
import { parseWhole } from '../core/parse.ts';
import { quoted } from '../core/refusal.ts';

/** What was asked for on the command line. */
export type Request =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'prompt'; readonly count: number; readonly options: Options }
  | { readonly type: 'run'; readonly files: readonly string[]; readonly count: number; readonly options: Options };

export interface Options {
  readonly host: 'threads' | 'sim';
  readonly seed: number | undefined;
  readonly protocol: string | undefined;
  readonly deadline: number | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
  readonly failFast: boolean;
  readonly colourless: boolean;
}

/** A command line that cannot be understood: one line that says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Generals that agree although some of them are traitors.

Usage: generals [N] [options]            muster N generals (4) and command them, at a prompt or from a pipe
       generals run [options] <file…>    run scripts, one command a line, each with an army of its own; - is standard input

  -n, --generals <N>     how many generals to muster (4); the same as the word N
      --seed <n>         the seed that all chance follows from; drawn at random if not given
      --protocol <name>  the protocol to follow (exchange)
      --host <host>      where the generals live: threads, or sim for virtual time (threads)
      --deadline <ms>    how long a hung general is waited for (1000)
      --max-generals <n> the most generals that an army may have (256)
      --fail-fast        end a script at its first mistake
      --json             answer each command by one JSON object
      --no-color         no colours; NO_COLOR and FORCE_COLOR are heeded too
  -h, --help             this text
  -V, --version          the version

At the prompt, help lists the commands.

Exit status: 0 all went well; 1 a command failed; 2 the command line was wrong; 70 an error of the program;
130 and 143 ended by SIGINT and SIGTERM.
`;

/** @param words what follows the program's name */
export function parseRequest(words: readonly string[]): Request {
  const { values, positionals } = parsed(words);
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const options: Options = {
    host: hostNamed(values.host ?? 'threads'),
    seed: whole(values.seed, '--seed', 0),
    protocol: values.protocol?.toLowerCase(),
    deadline: whole(values.deadline, '--deadline', 1),
    limit: whole(values['max-generals'], '--max-generals', 1),
    json: values.json === true,
    failFast: values['fail-fast'] === true,
    colourless: values['no-color'] === true,
  };
  const count = whole(values.generals, '--generals', 1) ?? 4;
  const [first, ...others] = positionals;
  if (first === 'run') {
    if (others.length === 0) throw new UsageError('run needs a file: generals run <file…>');
    return { type: 'run', files: others, count, options };
  }
  if (others.length > 0) throw new UsageError(`one number of generals is enough, ${quoted(others[0]!)} is too much`);
  return { type: 'prompt', count: whole(first, 'the number of generals', 1) ?? count, options };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        generals: { type: 'string', short: 'n' },
        seed: { type: 'string' },
        protocol: { type: 'string' },
        host: { type: 'string' },
        deadline: { type: 'string' },
        'max-generals': { type: 'string' },
        'fail-fast': { type: 'boolean' },
        json: { type: 'boolean' },
        'no-color': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
  } catch (error) {
    // parseArgs explains in several sentences; the first names what was wrong.
    throw new UsageError(error instanceof Error ? error.message.split(/\.\s|\n/)[0]! : String(error));
  }
}

function whole(word: string | undefined, what: string, min: number): number | undefined {
  if (word === undefined) return undefined;
  const value = parseWhole(word);
  if (value === undefined || value < min || !Number.isSafeInteger(value)) throw new UsageError(`${what} is a whole number from ${min} on, not ${quoted(word)}`);
  return value;
}

function hostNamed(word: string): 'threads' | 'sim' {
  if (word !== 'threads' && word !== 'sim') throw new UsageError(`--host is threads or sim, not ${quoted(word)}`);
  return word;
}
