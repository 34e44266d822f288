import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the build is made of. */
const SOURCES = ['src', 'workers', 'test', 'bench', 'demo', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** What of the build is run. The rest lies beside it, and goes with it. */
const RESULTS = ['dist/bin', 'dist/man', 'dist/workers', 'dist/web', 'dist/src/index.js'];

const STAMP = join(ROOT, 'dist/.stamp');

/** Whether what is built is what the sources say: they, and what was made of them, are the very files that the last build left. */
export function isFresh() {
  try {
    return readFileSync(STAMP, 'utf8') === stampOf([...SOURCES, ...RESULTS]);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** To be called when all is built. @param before what `sourceStamp` said before, so that a source that was changed meanwhile is built again */
export const markFresh = (before) => writeFileSync(STAMP, before + stampOf(RESULTS));

/** One line for each file, which changes when it comes, goes, or is written, be it to what it was before. */
function stampOf(places) {
  return places.filter((place) => existsSync(join(ROOT, place))).flatMap(filesIn).map((file) => {
    const { size, mtimeMs, ino } = statSync(join(ROOT, file));
    return `${file} ${size} ${mtimeMs} ${ino}\n`;
  }).join('');
}

export const sourceStamp = () => stampOf(SOURCES);

function filesIn(place) {
  if (!statSync(join(ROOT, place)).isDirectory()) return [place];
  return readdirSync(join(ROOT, place), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesIn(`${place}/${entry.name}`) : [`${place}/${entry.name}`])).toSorted();
}
