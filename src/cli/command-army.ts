import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Session } from '../repl/command.ts';
import type { Neighbour } from '../repl/interactive.ts';
import { sessionOf } from '../repl/session.ts';
import type { Outcome } from '../generals/outcome.ts';
import { DEFAULT_LIMIT } from '../generals/run-spec.ts';
import { quoted } from '../core/user-error.ts';
import { isPlain, themeOf, wantsColour, type Theme } from '../repl/theme.ts';
import { UsageError } from './arguments.ts';
import { broughtWords } from './bring.ts';
import type { CommandOptions } from './subcommands/command.ts';
import { onSignal } from './signals.ts';

/** Commands an army: from scripts, from a pipe, or at a prompt. @returns the exit status */
export async function commandArmy(options: CommandOptions): Promise<number> {
  const { count, files } = options;
  const limit = options.limit ?? DEFAULT_LIMIT;
  if (count > limit) throw new UsageError(`${count} generals are more than ${limit}, the limit; --max-generals lifts it`);
  const colour = wantsColour(process.env, process.stdout.isTTY, options.colourless || options.json);
  const columns = (): number | undefined => (process.stdout.isTTY ? process.stdout.columns : undefined);
  const looks = themeOf(colour, columns);
  const record = await recorder(options.trace);
  if (files.length > 0) return runFiles(() => muster(options, false, record), options, looks);
  if (options.web === undefined) return commandByLines(options, looks, columns, (chosen, spare) => muster(chosen, spare, record));
  const { openBeside } = await import('./beside.ts');
  const beside = await openBeside(options.web, looks);
  try {
    const besides: Musters = async (chosen, spare) => ({ ...(await muster(chosen, spare, record)), answered: beside.answered });
    return await commandByLines(options, looks, columns, besides, beside);
  } finally {
    await beside.close();
  }
}

/** @param spare whether to keep a warm thread */
type Musters = (options: CommandOptions, spare: boolean) => Promise<Session>;

/** Commands an army from a terminal or a pipe. */
async function commandByLines(options: CommandOptions, looks: Theme, columns: () => number | undefined, muster: Musters, neighbour?: Neighbour): Promise<number> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && !options.json;
  if (isTerminal && isPlain(process.env)) {
    const { interactPlainly } = await import('../repl/plain.ts');
    announce();
    return interactPlainly(() => muster(options, true), themeOf(false, columns), (heed, work) => onSignal(['SIGINT'], heed, work));
  }
  if (isTerminal) {
    const begun = options.isBare ? await begin(options, looks) : options;
    return begun === undefined ? 0 : (await import('../repl/interactive.ts')).interact(() => muster(begun, true), looks, neighbour);
  }
  announce();
  const { plainLines } = await import('../repl/progress.ts');
  const progress = plainLines((line) => void process.stderr.write(line));
  // Who reads JSON wants nothing else, and scripts print the same whenever they are run.
  const piped = async (): Promise<Session> => ({ ...(await muster(options, false)), ...(options.json ? {} : { progress }) });
  return runStream(process.stdin, 'line ', false, piped, options, looks);

  function announce(): void {
    if (neighbour !== undefined) process.stderr.write(`${neighbour.line}\n`);
  }
}

/** Asks for what an army begins with; undefined if somebody would rather leave. */
async function begin(options: CommandOptions, looks: Theme): Promise<CommandOptions | undefined> {
  const { askToBegin } = await import('../repl/begin.ts');
  const asked = await askToBegin(looks, options.count, DEFAULT_LIMIT);
  return asked && { ...options, ...asked };
}

async function runFiles(begin: () => Promise<Session>, options: CommandOptions, looks: Theme): Promise<number> {
  const { files, json, failFast } = options;
  for (const file of files) await mustBeReadable(file);
  let worst = 0;
  for (const [index, file] of files.entries()) {
    if (files.length > 1 && !json) process.stdout.write(`${index === 0 ? '' : '\n'}${looks.paint.dim(`# ${file}`)}\n`);
    const input = file === '-' ? process.stdin : createReadStream(file);
    const source = file === '-' ? 'line ' : `${file}:`;
    const status = await runStream(input, source, true, begin, options, looks);
    worst = Math.max(worst, status);
    if (status === INTERRUPTED || (status !== 0 && failFast)) break;
  }
  return worst;
}

/** All files are looked at before the first is run. */
async function mustBeReadable(file: string): Promise<void> {
  if (file === '-') return;
  try {
    const handle = await open(file);
    const isDirectory = (await handle.stat()).isDirectory();
    await handle.close();
    if (isDirectory) throw new UsageError(`${quoted(file)} is a folder, not a script`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${quoted(file)} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : String(code)}`);
  }
}

/** Where the outcomes of orders go, beside the screen: to a trace file if one was asked for. */
async function recorder(file: string | undefined): Promise<(outcome: Outcome) => void> {
  if (file === undefined) return () => undefined;
  const [{ appendText, writeText }, { factsOf }, { linesOfFacts }] = await Promise.all([
    import('./files.ts'),
    import('../generals/trace/facts.ts'),
    import('../generals/trace/jsonl.ts'),
  ]);
  writeText(file, '');
  return (outcome) => appendText(file, linesOfFacts(factsOf(outcome)));
}

/** The status that shells give to a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** @returns the exit status: 0 if all commands succeeded, else 1; 130 if Ctrl-C ended one that takes long, and so the script */
async function runStream(input: Readable, source: string, echo: boolean, begin: () => Promise<Session>, { failFast, json }: CommandOptions, looks: Theme): Promise<number> {
  const { runScript } = await import('../repl/script.ts');
  const session = await begin();
  const stop = new AbortController();
  let isUnderWay = false;
  const watched: Session = {
    ...session,
    progress(now) {
      isUnderWay = now !== undefined;
      session.progress(now);
    },
  };
  // Who looks on sees the army before anybody says anything.
  watched.answered?.(watched, '', { type: 'nothing' });
  // What takes long ends with what it has so far; everything else, with the program.
  const heed = (): void => {
    if (!isUnderWay) process.exit(INTERRUPTED);
    stop.abort();
  };
  const run = (): Promise<boolean> =>
    runScript(watched, input, {
      source,
      echo,
      failFast,
      json,
      looks,
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      errWidth: process.stderr.isTTY ? process.stderr.columns : undefined,
      signal: stop.signal,
    });
  try {
    const succeeded = await onSignal(['SIGINT'], heed, run);
    return stop.signal.aborted ? INTERRUPTED : succeeded ? 0 : 1;
  } finally {
    await watched.army.disband();
  }
}

/** @param spare whether to keep a warm thread, for a person who may ask for one more general */
async function muster({ count, host, seed, protocol, deadline, limit }: CommandOptions, spare: boolean, record: (outcome: Outcome) => void): Promise<Session> {
  const [{ Army }, { protocolIn }] = await Promise.all([import('../generals/army.ts'), import('../generals/arguments.ts')]);
  const given = { host, spare, ...(deadline === undefined ? {} : { deadline }), ...(limit === undefined ? {} : { limit }) };
  const another: Session['muster'] = (members, options) => Army.muster(members, { ...given, ...options });
  const session = sessionOf(await another(count, { ...(seed === undefined ? {} : { seed }), ...(protocol === undefined ? {} : { protocol: protocolIn(protocol).name }) }), record, another);
  return { ...session, journal: { ...session.journal, brings: broughtWords() } };
}
