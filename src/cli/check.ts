import { SingleBar, type Options, type Params } from 'cli-progress';
import { barText } from '../campaign/bar.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { wrapped } from '../core/wrapped.ts';
import { isPlain, themeOf, wantsColour } from '../repl/theme.ts';
import { searchPace } from '../repl/progress.ts';
import { searchOf, type Search } from '../generals/check/check.ts';
import { checkJson, scriptOf, sentencesOf } from '../generals/check/report.ts';
import type { CheckRequest } from '../generals/check/request.ts';
import type { CheckResult, Coverage } from '../generals/check/result.ts';
import { mustBeWritable, writeText } from './files.ts';
import { UsageError } from './arguments.ts';
import { broughtWords } from './bring.ts';
import type { CheckOptions } from './subcommands/check.ts';
import { lineOf } from './invocation.ts';
import { onSignal } from './signals.ts';

/** Tries every treason, and says what that showed. @returns the exit status: 0 holds, 3 violated, 1 stopped before either */
export async function checkCommand(options: CheckOptions): Promise<number> {
  const request = requestOf(options);
  if (options.save !== undefined) mustBeWritable(options.save);
  return verdict(await untilCtrlC((isStopped) => searched(() => searchOf(request), options.json, isStopped)), request, options);
}

/** Says what a search has shown, and writes it down if that is asked for. @returns the exit status */
export function verdict(result: CheckResult, request: CheckRequest, options: Pick<CheckOptions, 'save' | 'json' | 'colourless'>): number {
  process.stdout.write(options.json ? `${JSON.stringify(checkJson(result, request.protocol))}\n` : `${coloured(result, request, options).flatMap((line) => wrapped(line, process.stdout.columns ?? Infinity)).join('\n')}\n`);
  if (options.save !== undefined && result.type === 'violated') {
    writeText(options.save, scriptOf(result.violation).map((line) => `${line}\n`).join(''));
    if (!options.json) process.stdout.write(`to repeat it: ${lineOf(['run', ...broughtWords(), options.save])}\n`);
  }
  return { holds: 0, violated: 3, unknown: 1 }[result.type];
}

export function requestOf({ protocol: name, members, faults, m, order, engine }: Pick<CheckOptions, 'protocol' | 'members' | 'faults' | 'm' | 'order' | 'engine'>): CheckRequest {
  const protocol = protocolNamed(name);
  if (protocol === undefined) throw new UsageError(`there is no protocol ${quoted(name)}: one of your own is brought by --protocol`);
  return { protocol, members, faults, engine, ...(m === undefined ? {} : { m }), ...(order === undefined ? {} : { orders: [order] }) };
}

/** Does what ends at the first Ctrl-C: it asks whether that came. */
export function untilCtrlC<Result>(work: (isStopped: () => boolean) => Promise<Result>): Promise<Result> {
  let isStopped = false;
  return onSignal(['SIGINT'], () => (isStopped = true), () => work(() => isStopped));
}

/** Runs the search to its end, or until it is stopped, with a bar where a person may see it. */
export async function searched(begin: () => Search, isQuiet: boolean, isStopped: () => boolean): Promise<CheckResult> {
  const format = (_options: Options, { progress: share }: Params, { parts }: { parts: string[] }): string =>
    barText({ share, parts }, process.stderr.columns - 1);
  const bar = isQuiet || !process.stderr.isTTY || isPlain(process.env) ? undefined : new SingleBar({ format, hideCursor: true, clearOnComplete: true });
  bar?.start(1, 0, { parts: ['searching'] });
  try {
    const steps = begin();
    for (let step = steps.next(); ; step = steps.next(isStopped())) {
      if (step.done === true) return step.value;
      bar?.update(shareOf(step.value), { parts: searchPace(step.value) });
      // So that a Ctrl-C is heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message);
    throw error;
  } finally {
    bar?.stop();
  }
}

const shareOf = ({ covered, treasons }: Coverage): number => (treasons === undefined || treasons === 0n ? 0 : Number((covered * 1000n) / treasons) / 1000);

function coloured(result: CheckResult, { protocol }: CheckRequest, { colourless }: Pick<CheckOptions, 'colourless'>): string[] {
  const { paint } = themeOf(wantsColour(process.env, process.stdout.isTTY, colourless));
  const paints = { holds: paint.green, violated: paint.red, unknown: paint.yellow };
  const [first = '', ...rest] = sentencesOf(result, protocol);
  return [paints[result.type](first), ...rest];
}
