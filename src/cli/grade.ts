import { quoted } from '../core/user-error.ts';
import { wrapped } from '../core/wrapped.ts';
import { PROTOCOLS } from '../generals/protocols/registry.ts';
import { askAll, type Answer, type Step } from '../generals/grade/answers.ts';
import { PAPERS } from '../generals/grade/papers.ts';
import { gradingOf, type Grading } from '../own/grading.ts';
import { definitionNamed } from '../own/admit.ts';
import { isPlain, themeOf, wantsColour } from '../repl/theme.ts';
import { cpuTime } from '../runtime/cpu-time.ts';
import { UsageError } from './arguments.ts';
import { bring, isOwnFile, systemWord } from './bring.ts';
import { mustBeWritable, writeText } from './files.ts';
import { junitOf, pointsOf, tableOf } from './grade-report.ts';
import type { GradeOptions } from './subcommands/grade.ts';

/** For how many milliseconds of processor time treasons are sought: with all else that is less than twenty seconds. */
const PATIENCE = 9_000;

/** Grades a protocol or a system, and says what that showed. @returns the exit status: 0 where all is well, 3 where something is not */
export async function gradeCommand({ what, against, json, junit, colourless }: GradeOptions): Promise<number> {
  const name = isOwnFile(what) ? await bring('protocol or system', what) : what.toLowerCase();
  const { questions, heldTo } = workFor(what, name, against);
  if (junit !== undefined) mustBeWritable(junit);
  const begun = performance.now();
  const answers = await graded(askAll(questions), json);
  const seconds = (performance.now() - begun) / 1000;
  if (junit !== undefined) writeText(junit, junitOf(name, answers, seconds));
  const { paint } = themeOf(wantsColour(process.env, process.stdout.isTTY, colourless || json));
  const table = (): string[] => tableOf(`${name}, held to ${heldTo}`, answers, paint);
  const lines = json
    ? [JSON.stringify({ v: 1, type: 'grade', protocol: name, against: against ?? null, ...pointsOf(answers), answers })]
    : table().flatMap((line) => wrapped(line, process.stdout.columns ?? Infinity));
  process.stdout.write(`${lines.join('\n')}\n`);
  return answers.some(({ verdict }) => verdict === 'no') ? 3 : 0;
}

/** @throws UsageError if nothing goes by that name, or it is not held to that */
function workFor(what: string, name: string, against: string | undefined): Grading {
  const definition = definitionNamed(name);
  const paper = PAPERS.find((one) => one.name === against);
  if (definition !== undefined && against !== undefined && definition.problem !== against) {
    const judge = definition.problem ?? 'a judge of its own';
    throw new UsageError(`${quoted(what)} is held to ${judge}, as it says itself: leave out --against`);
  }
  if (definition === undefined && against !== undefined && paper === undefined) {
    throw new UsageError(`${quoted(what)} is a protocol in rounds, and ${against} is for systems of nodes`);
  }
  const grading = gradingOf(name, { against: paper, clock: cpuTime, patience: PATIENCE, file: systemWord(name) });
  if (grading !== undefined) return grading;
  const ours = PROTOCOLS.map((one) => one.name).join(', ');
  throw new UsageError(`there is no protocol ${quoted(what)}: give a file such as ./mine.ts, or one of ${ours}`);
}

/** Runs it to its end, and tells at a terminal what it is about. */
async function graded(steps: Generator<Step, readonly Answer[]>, isQuiet: boolean): Promise<readonly Answer[]> {
  const isShown = !isQuiet && process.stderr.isTTY && !isPlain(process.env);
  let shown = '';
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      if (shown !== '') process.stderr.write('\r\u001b[K');
      return step.value;
    }
    const { done, total, question } = step.value;
    const line = `${done + 1} of ${total}: ${question}`.slice(0, Math.max(20, process.stderr.columns - 1));
    if (isShown && line !== shown) process.stderr.write(`\r\u001b[K${line}`);
    shown = isShown ? line : '';
    // So that a Ctrl-C is heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
