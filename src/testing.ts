/** What tests of one's own code need: the grading of a file, as a suite of mocha or of what has `describe` and `it` as well. */
import { UserError, quoted } from './core/user-error.ts';
import { inShell } from './core/shell.ts';
import { bringEither } from './own/bring.ts';
import { gradingOf } from './own/grading.ts';
import { pathOf, type FileName } from './runtime/compiled.ts';
import { cpuTime } from './runtime/cpu-time.ts';
import { answerTo, type Answer, type Question } from './generals/grade/answers.ts';
import { PAPERS } from './generals/grade/papers.ts';

export interface SuiteOptions {
  /** What it is held to: `exchange`, `oral`, `signed` or `king`; what it says of itself, if not given. */
  readonly against?: string;
  /** For how many milliseconds of processor time treasons are sought, in all; 9,000 if not given. */
  readonly patience?: number;
}

/** What a suite is made with: the globals of mocha, and of others that have them. */
interface Runner {
  readonly describe?: (title: string, body: (this: unknown) => void) => unknown;
  readonly it?: (title: string, body: (this: unknown) => Promise<void>) => unknown;
}

/**
 * Makes a suite of what `generals grade` asks, one test a question. A test that fails says the smallest run that shows it, and the command
 * that repeats it. A search that runs out of time makes its test a skipped one.
 * @throws UserError in one line, if it is none
 */
export async function suite(file: FileName, { against, patience = 9_000 }: SuiteOptions = {}): Promise<void> {
  const { describe, it } = globalThis as Runner;
  if (describe === undefined || it === undefined) throw new UserError('a suite is made within mocha, or what has describe and it as mocha does: npx mocha mine.test.mjs');
  const paper = PAPERS.find(({ name }) => name === against);
  if (against !== undefined && paper === undefined) throw new UserError(`there is no paper ${quoted(against)}: ${PAPERS.map(({ name }) => name).join(', ')}`);
  const path = pathOf(file);
  const name = await bringEither(path);
  const { questions, heldTo } = gradingOf(name, { against: paper, clock: cpuTime, patience, file: path })!;
  const answers: Answer[] = [];
  describe(`${name}, held to ${heldTo}`, function () {
    allow(this, 60_000);
    for (const group of new Set(questions.map((question) => question.group))) {
      describe(group, () => {
        for (const question of questions.filter((one) => one.group === group)) it(question.question, async function () {
          const answer = await answered(question, answers);
          answers.push(answer);
          if (answer.verdict === 'no') throw failure(answer, path);
          if (answer.verdict === 'open') leaveOut(this);
        });
      });
    }
  });
}

async function answered(question: Question, before: readonly Answer[]): Promise<Answer> {
  const steps = answerTo(question, before);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    // So that timeouts and Ctrl-C are heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What was found, and how to see it again; where in this file it is thrown tells nobody anything. */
function failure({ found, commands }: Answer, path: string): Error {
  const [first] = commands;
  const script = [`to see it: npx generals run --host sim --protocol ${inShell(path)} -`, ...commands.map((command) => `  ${command}`)];
  const again = first === undefined ? [] : ['', ...(first.startsWith('simulate ') ? [`to see it: npx generals ${first}`] : script)];
  const error = new Error([...found, ...again].join('\n'));
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** What mocha, and not everybody, gives a suite and a test. */
interface Within {
  timeout?(milliseconds: number): unknown;
  skip?(): unknown;
}

const allow = (within: unknown, milliseconds: number): unknown => (within as Within | undefined)?.timeout?.(milliseconds);

const leaveOut = (within: unknown): unknown => (within as Within | undefined)?.skip?.();
