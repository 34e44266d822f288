import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Graded, Program } from '../generals/grade/probe.ts';
import { ownFolder } from './own.ts';
import { cleanEnvironment, projectPath } from './run.ts';

/** Grades programs, one after the other, in one process of their own. */
export async function gradedAll(programs: readonly Program[]): Promise<readonly Graded[]> {
  const folder = ownFolder();
  try {
    const child = spawn(process.execPath, [projectPath('dist/test/generals/grade/probe.js'), folder.path], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stdin.end(JSON.stringify(programs));
    expect((await once(child, 'close'))[0]).to.equal(0);
    return JSON.parse(text) as Graded[];
  } finally {
    folder.remove();
  }
}

/** What is wrong, by question. */
export const wrongIn = ({ answers }: Graded): string => answers.filter(({ verdict }) => verdict === 'no').map(({ question, found }) => `${question}: ${found.join('; ')}`).join('\n');
