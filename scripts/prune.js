import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './fresh.js';

/**
 * Takes away what was made of sources that are gone: tests among them would still be run. Where something is missing all is made
 * anew, since `tsc` looks at the sources only.
 */
export function prune() {
  rmSync(join(ROOT, 'dist/.stamp'), { force: true });
  rmSync(join(ROOT, 'dist/bin'), { recursive: true, force: true });
  for (const part of ['src', 'workers', 'test', 'bench']) {
    for (const file of filesIn(join('dist', part))) {
      const source = join(ROOT, part, file.replace(/\.(js|d\.ts|cjs)(\.map)?$/, ''));
      if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(ROOT, 'dist', part, file));
    }
    const isWhole = filesIn(part).every((file) => !/\.tsx?$/.test(file) || existsSync(join(ROOT, 'dist', part, file.replace(/\.tsx?$/, '.js'))));
    if (!isWhole) rmSync(join(ROOT, 'dist/.tsbuildinfo'), { force: true });
  }
}

function filesIn(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(join(ROOT, folder), join(entry.parentPath, entry.name)));
}
