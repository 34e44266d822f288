/** Grades files, one after the other, in a process of its own: what is brought stays as long as its process. */
import { transformSync } from 'esbuild';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { take } from '../../../src/generals/brought/take.ts';
import { answerTo, type Answer } from '../../../src/generals/grade/answers.ts';
import { questionsOf } from '../../../src/generals/grade/grade.ts';
import { PAPERS } from '../../../src/generals/grade/papers.ts';
import { protocolNamed } from '../../../src/generals/protocols/registry.ts';
import { definitionNamed } from '../../../src/own/admit.ts';
import { questionsOfSystem } from '../../../src/own/grade.ts';
import { takeSystem } from '../../../src/own/take.ts';
import { cpuTime } from '../../../src/runtime/cpu-time.ts';
import { here, projectPath, transcriptOf } from '../../support/run.ts';

/** A program as somebody may have written it. */
export interface Program {
  readonly text: string;
  readonly against?: string | undefined;
  /** Which questions are asked, as the source of a regular expression; all if not given. */
  readonly asked?: string;
  /** Nothing more is asked after a no which says that, as the source of a regular expression. */
  readonly until?: string;
}

export interface Graded {
  readonly answers: readonly Answer[];
  /** Seconds of CPU. */
  readonly cpu: number;
  /** By question, what the prompt says to the commands of an answer. */
  readonly replayed: Readonly<Record<string, string>>;
}

/** For how many milliseconds of CPU treasons of one program are sought. */
const PATIENCE = process.env['SOAK'] === '1' ? 9_000 : 2_000;

const [, , folder] = process.argv;
let text = '';
for await (const part of process.stdin) text += String(part);
const graded: Graded[] = [];
mkdirSync(join(folder!, 'node_modules'));
symlinkSync(projectPath(''), join(folder!, 'node_modules/generals'));
for (const [index, program] of (JSON.parse(text) as readonly Program[]).entries()) graded.push(await gradedOf(program, `planted-${index}`));
process.stdout.write(JSON.stringify(graded));

async function gradedOf({ text: source, against, asked = '', until }: Program, name: string): Promise<Graded> {
  const file = join(folder!, `${name}.mjs`);
  // As `bring` does it, but that each comes under a name of its own.
  writeFileSync(file, transformSync(source.replace(/\bname(:| =) '[\w-]+'/, (_whole, sign: string) => `name${sign} '${name}'`), { loader: 'ts', format: 'esm', target: 'node20' }).code);
  const { href } = pathToFileURL(file);
  const isOfNodes = source.includes('defineSystem');
  await (isOfNodes ? takeSystem(href) : take({ kind: 'protocol', url: href }));
  const before = process.cpuUsage();
  const questions = isOfNodes
    ? questionsOfSystem({ definition: definitionNamed(name)!, clock: cpuTime, patience: PATIENCE, file: name })
    : questionsOf({ protocol: protocolNamed(name)!, against: PAPERS.find((paper) => paper.name === against), clock: cpuTime, patience: PATIENCE });
  const answers: Answer[] = [];
  for (const question of questions.filter((one) => new RegExp(asked).test(one.question))) {
    const steps = answerTo(question, answers);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    answers.push(step.value);
    if (until !== undefined && step.value.verdict === 'no' && new RegExp(until).test(step.value.found[0] ?? '')) break;
  }
  const { user, system } = process.cpuUsage(before);
  const replayed: Record<string, string> = {};
  for (const { question, group, verdict, commands } of answers) {
    // What breaks beyond the bound is a yes.
    const isShown = commands.length > 0 && (verdict === 'no' || group === 'beyond the bound');
    if (!isShown) continue;
    replayed[question] = isOfNodes ? (await here(commands[0]!.split(' '))).out : await transcriptOf(`${commands.join('\n')}\n`, { host: 'sim', seed: 1 });
  }
  return { answers, cpu: (user + system) / 1e6, replayed };
}
