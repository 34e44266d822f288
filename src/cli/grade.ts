import { counted, figure } from '../core/figures.ts';
import { quoted } from '../core/user-error.ts';
import { wrapped } from '../core/wrapped.ts';
import { PROTOCOLS, protocolNamed } from '../generals/protocols/registry.ts';
import { askAll, questionsOf, type Answer, type Question, type Step } from '../generals/grade/grade.ts';
import { PAPERS } from '../generals/grade/papers.ts';
import { isPlain, themeOf, wantsColour } from '../repl/theme.ts';
import { UsageError } from './arguments.ts';
import { definitionNamed } from '../own/take.ts';
import { questionsOfSystem } from '../own/grade.ts';
import { problemNamed } from '../own/problems.ts';
import { cpuTime } from '../runtime/cpu-time.ts';
import { bring, broughtWords, isOwnFile, systemWord } from './bring.ts';
import { mustBeWritable, writeText } from './files.ts';
import { lineOf, program } from './invocation.ts';
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
  const marks = { yes: paint.green('✓'), no: paint.red('✗'), open: paint.yellow('–') };
  process.stdout.write(json
    ? `${JSON.stringify({ v: 1, type: 'grade', protocol: name, against: against ?? null, ...pointsOf(answers), answers })}\n`
    : `${tableOf(`${name}, held to ${heldTo}`, answers, marks).flatMap((line) => wrapped(line, process.stdout.columns ?? Infinity)).join('\n')}\n`);
  return answers.some(({ verdict }) => verdict === 'no') ? 3 : 0;
}

/** What is asked, and by what it is measured. */
function workFor(what: string, name: string, against: string | undefined): { readonly questions: readonly Question[]; readonly heldTo: string } {
  const [clock, patience] = [cpuTime, PATIENCE];
  const definition = definitionNamed(name);
  if (definition !== undefined) {
    if (against !== undefined && definition.problem !== against) throw new UsageError(`${quoted(what)} is held to ${definition.problem ?? 'a judge of its own'}, as it says itself: leave out --against`);
    return { questions: questionsOfSystem({ definition, clock, patience, file: systemWord(name) }), heldTo: problemNamed(definition.problem ?? '')?.title ?? 'its own judge' };
  }
  const paper = PAPERS.find((one) => one.name === against);
  if (against !== undefined && paper === undefined) throw new UsageError(`${quoted(what)} is a protocol in rounds, and ${against} is for systems of nodes`);
  const protocol = protocolNamed(name);
  if (protocol === undefined) throw new UsageError(`there is no protocol ${quoted(what)}: give a file such as ./mine.ts, or one of ${PROTOCOLS.map((one) => one.name).join(', ')}`);
  return { questions: questionsOf({ protocol, against: paper, clock, patience }), heldTo: paper?.title ?? 'what it says of itself' };
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

/** What is open counts for it: nothing was found. What is beyond the bound counts for nothing. */
function pointsOf(answers: readonly Answer[]): { readonly points: number; readonly of: number } {
  const counting = answers.filter(({ group }) => group !== 'beyond the bound');
  return { points: counting.filter(({ verdict }) => verdict !== 'no').length, of: counting.length };
}

function tableOf(title: string, answers: readonly Answer[], marks: Readonly<Record<Answer['verdict'], string>>): string[] {
  const { points, of } = pointsOf(answers);
  const lines = [title];
  let last: string | undefined;
  for (const { group, question, verdict, found, commands } of answers) {
    if (group !== last) lines.push('', group);
    last = group;
    lines.push(`  ${marks[verdict]} ${question}`);
    if (verdict === 'open' || group === 'treason' || group === 'beyond the bound' || verdict === 'no') lines.push(...found.map((sentence) => `      ${sentence}`));
    if (verdict === 'no' && commands.length > 0) lines.push(...toSeeIt(commands));
  }
  const open = answers.filter(({ verdict, group }) => verdict === 'open' && group !== 'beyond the bound').length;
  return [...lines, '', `${figure(points)} of ${counted(of, 'point')}${open === 0 ? '' : `, ${open} of them open: nothing was found in the time that there was`}`];
}

/** A system is seen by one line, and a protocol by a script for the prompt. */
function toSeeIt(commands: readonly string[]): string[] {
  const [first = ''] = commands;
  if (first.startsWith('simulate ')) return [`    to see it: ${program()} ${first}`];
  return [`    to see it: ${lineOf(['run', '--host', 'sim', ...broughtWords(), '-'])}`, ...commands.map((command) => `      ${command}`)];
}

const escaped = (text: string): string => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function junitOf(name: string, answers: readonly Answer[], seconds: number): string {
  const cases = answers.map(({ group, question, verdict, found, commands }) => {
    const inside = verdict === 'no' ? `<failure message="${escaped(found[0] ?? question)}">${escaped([...found, ...commands].join('\n'))}</failure>` : verdict === 'open' ? `<skipped message="${escaped(found[0] ?? '')}"/>` : '';
    return `  <testcase classname="${escaped(`${name}.${group}`)}" name="${escaped(question)}">${inside}</testcase>`;
  });
  const [failures, skipped] = (['no', 'open'] as const).map((verdict) => answers.filter((one) => one.verdict === verdict).length);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${escaped(name)}" tests="${answers.length}" failures="${failures}" skipped="${skipped}" time="${seconds.toFixed(3)}">\n${cases.join('\n')}\n</testsuite>\n`;
}
