import { writeSync } from 'node:fs';
import { CodeFault } from '../core/code-fault.ts';
import { UserError, reasonOf } from '../core/user-error.ts';
import { endByHangup } from '../repl/hangup.ts';
import { wrapped } from '../core/wrapped.ts';
import { PIPE_WIDTH } from '../repl/theme.ts';
import { UsageError, type Meant } from './arguments.ts';
import { endWithOwn, hasLoaded } from './bring.ts';
import { SUBCOMMANDS, helpFor, requestOf, subcommands } from './subcommands.ts';
import { asStarted, lineOf } from './invocation.ts';

/** Does what a command line asks for, and sets the exit status. @param words what follows the program's name */
export async function run(words: readonly string[]): Promise<void> {
  listen();
  // At once: nothing that waits is called any more.
  endWithOwn((line) => writeSync(2, `generals: ${line}\n`));
  process.exitCode = await statusOf(words);
  // Behind all that was written.
  if (hasLoaded()) process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

/** Does what a command line asks for, and tells what kept it from that. @returns the exit status */
export async function statusOf(words: readonly string[]): Promise<number> {
  try {
    const request = await requestOf(words);
    switch (request.type) {
      case 'help':
        process.stdout.write(await (await import('./help.ts')).helpOn(request.about, SUBCOMMANDS, (process.stdout.isTTY && process.stdout.columns) || PIPE_WIDTH));
        return 0;
      case 'version':
        process.stdout.write(`${(await import('./version.ts')).version()}\n`);
        return 0;
      case 'run':
        return await request.run();
      default:
        return request satisfies never;
    }
  } catch (error) {
    const mistake = mistakeOf(words, error);
    if (mistake !== undefined) tell(mistake);
    else if (error instanceof CodeFault) tell(error.message);
    else tell(`internal error: ${error instanceof Error ? (await import('./stack.ts')).stackOf(error) : String(error)}`);
    return mistake !== undefined ? 2 : error instanceof CodeFault ? 1 : 70;
  }
}

/** What is told of a mistake in these words, with what to type instead; undefined if it is none of the user's. */
export function mistakeOf(words: readonly string[], error: unknown): string | undefined {
  if (!(error instanceof UsageError || error instanceof UserError)) return undefined;
  return asStarted(error.message, subcommands()) + wayOut(words, error instanceof UsageError ? error.meant : undefined);
}

function listen(): void {
  // Quietly when nobody reads the output any more, as `| head` does, or its terminal is gone; in one line when it cannot be written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (process.stdout.isTTY) return endByHangup();
    tell(`standard output cannot be written: ${reasonOf(error)}`);
    process.exit(1);
  });
  // Who does not read what is said beside the output misses nothing of that.
  process.stderr.on('error', () => undefined);
  process.on('unhandledRejection', (error) => tell(`internal error: ${error instanceof Error ? error.message : String(error)}`));
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}

/** What to type instead: the same words, but for the one that was meant otherwise; or where to read about them. */
function wayOut(words: readonly string[], meant: Meant | undefined): string {
  if (meant === undefined) return ` – see ${lineOf(helpFor(words))}`;
  const at = words.findLastIndex((word) => word === meant.typed || word.endsWith(`=${meant.typed}`) || word.startsWith(`${meant.typed}=`));
  return `, did you mean ${lineOf(words.map((word, index) => (index === at ? word.replace(meant.typed, () => meant.meant) : word)))}?`;
}

/** In one line, but at a terminal that is narrower. */
function tell(line: string): void {
  const { isTTY, columns } = process.stderr;
  process.stderr.write(`${wrapped(`generals: ${line}`, isTTY ? columns || Infinity : Infinity).join('\n')}\n`);
}
