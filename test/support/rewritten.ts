import { copyFileSync, cpSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectPath } from './run.ts';

/** Words in one file, named as from `src`, or as from `src/replicas/pbft` if it is there, and what stands there instead. */
export interface Rewriting {
  readonly file: string;
  readonly words: string;
  readonly by: string;
  /** What else is rewritten, where one mend stands in for the other. */
  readonly also?: readonly Rewriting[];
}

/** Makes a copy of the program with these words rewritten, does work with what `dist/src` is there, and removes the copy. @param parts the folders that the work takes, if not all */
export async function withRewritten(rewriting: Rewriting, work: (source: string) => Promise<void>, parts: readonly string[] = ['']): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-'));
  try {
    const source = join(folder, 'dist', 'src');
    for (const part of parts) linkAll(join(projectPath('dist/src'), part), join(source, part));
    cpSync(projectPath('package.json'), join(folder, 'package.json'));
    symlinkSync(projectPath('node_modules'), join(folder, 'node_modules'));
    for (const one of [rewriting, ...(rewriting.also ?? [])]) rewrite(source, one);
    await work(source);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The same modules at another place, where each is a module of its own. Symbolic links would lead back to ours, and copies
 * take some times as long; but across file systems there are no links.
 */
function linkAll(from: string, to: string): void {
  for (const file of readdirSync(from, { recursive: true }) as string[]) {
    if (!file.endsWith('.js')) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    try {
      linkSync(join(from, file), join(to, file));
    } catch {
      copyFileSync(join(from, file), join(to, file));
    }
  }
}

function rewrite(source: string, { file, words, by }: Rewriting): void {
  const path = join(source, file.includes('/') ? '' : 'replicas/pbft', `${file}.js`);
  const [before, after, ...more] = readFileSync(path, 'utf8').split(words);
  if (after === undefined || more.length > 0) throw new Error(`${file} has these words not once, but ${after === undefined ? 0 : more.length + 1} times: ${words}`);
  // Not in place: that would rewrite the program itself.
  rmSync(path);
  writeFileSync(path, before! + by + after);
}
