import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectPath } from './run.ts';

/** Words in one file of `src/protocols/pbft`, by the file's name, and what stands there instead. */
export interface Rewriting {
  readonly file: string;
  readonly words: string;
  readonly by: string;
}

type Code = Pick<typeof import('../../src/sim/replicas/run.ts'), 'runSchedule'> & Pick<typeof import('../../src/sim/replicas/schedule.ts'), 'drawSchedule'>;

/** Loads a copy of all that is simulated with these words rewritten, does the work, and removes the copy. */
export async function withRewritten({ file, words, by }: Rewriting, work: (code: Code) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-'));
  try {
    for (const part of ['core', 'protocols', 'faults', 'judge', 'sim']) cpSync(projectPath(`dist/src/${part}`), join(folder, part), { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const path = join(folder, 'protocols', 'pbft', `${file}.js`);
    const [before, after, ...more] = readFileSync(path, 'utf8').split(words);
    if (after === undefined || more.length > 0) throw new Error(`${file} has these words not once, but ${after === undefined ? 0 : more.length + 1} times: ${words}`);
    writeFileSync(path, before! + by + after);
    const [run, schedule] = await Promise.all(['run', 'schedule'].map((name): Promise<unknown> => import(pathToFileURL(join(folder, 'sim', 'replicas', `${name}.js`)).href)));
    work({ ...(run as Code), ...(schedule as Code) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
