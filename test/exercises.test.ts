import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startingFiles } from '../src/cli/starting-files.ts';
import { problemNamed } from '../src/own/problems.ts';
import { EXERCISES, textOf } from './support/documents.ts';
import { gradedAll } from './support/graded.ts';
import { ownFolder } from './support/own.ts';
import { projectPath } from './support/run.ts';
import { CORRECT, CORRECT_NODES, solution } from './support/students.ts';

/** By the name of what is written, whose solution it is. */
const SOLUTIONS: Readonly<Record<string, string>> = { relay: 'relay', om: 'oral', sm: 'signed', 'phase-king': 'king', broadcast: 'broadcast', 'view-change': 'view-change' };

interface Exercise {
  readonly folder: string;
  readonly start: string;
  /** What its page says that it is held to. */
  readonly against: string | undefined;
  readonly solution: string;
}

const exercises = EXERCISES.filter((page) => page !== 'exercises/README.md').map((page): Exercise => {
  const folder = page.replace('/README.md', '');
  const start = textOf(`${folder}/start.ts`);
  return { folder, start, against: /^generals grade start\.ts(?: --against ([\w-]+))?$/m.exec(textOf(page))?.[1], solution: SOLUTIONS[/\bname: '([\w-]+)'/.exec(start)?.[1] ?? '']! };
});

describe('an exercise', () => {

  it('is each folder that the page of all exercises names, and has a page, a file to begin with, and hints', () => {
    const listed = [...textOf('exercises/README.md').matchAll(/\]\(([\w/-]+\/README\.md)\)/g)].map(([, page]) => `exercises/${page}`);
    expect(['exercises/README.md', ...listed]).to.have.members(EXERCISES);
    for (const { folder } of exercises) expect(textOf(`${folder}/README.md`), folder).to.match(/^generals grade start\.ts/m).and.match(/\n## Hints\n\n1\. /);
  });

  it('has a solution that is graded so, and found no fault with', () => {
    for (const one of exercises) {
      const text = solution(one.solution);
      const isGraded = CORRECT_NODES.some((name) => name === one.solution) || CORRECT.some((program) => program.text === text && program.against === one.against);
      expect(isGraded, one.folder).to.equal(true);
      expect(text).not.to.equal(one.start);
    }
    expect(readdirSync(projectPath('exercises/solutions'))).to.have.members(Object.values(SOLUTIONS).map((name) => `${name}.ts`));
  });

  it('is not solved by the file that it begins with', async () => {
    const graded = await gradedAll(exercises.map(({ start, against }) => ({ text: start, against, asked: '^(no mix|it stands|so it does)', until: '' })));
    graded.forEach(({ answers }, index) => expect(answers.some(({ verdict }) => verdict === 'no'), exercises[index]!.folder).to.equal(true));
  });

  it('is written, as what generals new writes, in what a strict compiler takes', async () => {
    const folder = ownFolder();
    mkdirSync(join(folder.path, 'node_modules'));
    symlinkSync(projectPath(''), join(folder.path, 'node_modules/generals'));
    cpSync(projectPath('exercises'), join(folder.path, 'exercises'), { recursive: true });
    for (const kind of ['protocol', 'strategy', 'system'] as const) writeFileSync(join(folder.path, `${kind}.ts`), startingFiles(kind, kind)[0]!.text);
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: [], exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    folder.write('package.json', '{ "type": "module" }');
    folder.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', 'exercises/**/*.ts'] }));
    const { stdout } = await promisify(execFile)(process.execPath, [projectPath('node_modules/typescript/bin/tsc'), '-p', folder.path]).catch((error: { stdout: string }) => error);
    folder.remove();
    expect(stdout).to.equal('');
  });

  it('speaks of problems that there are', () => {
    for (const { start } of exercises) {
      const problem = /\bproblem: '([\w-]+)'/.exec(start)?.[1];
      if (problem !== undefined) expect(problemNamed(problem)?.name).to.equal(problem);
    }
    expect(readFileSync(projectPath('exercises/README.md'), 'utf8')).to.include('A course may leave that folder out');
  });
});
