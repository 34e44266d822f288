import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { projectPath } from '../../support/run.ts';
import { EDITS, type Edit } from './edits.ts';
import type { Said } from './probe.ts';

/** Of all edits every so many is made in each run of the tests; a soak makes all. */
const SHARE = 12;

describe('an edit of one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'generals-edits-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is of a line that is there, once', () => {
    for (const { file, from } of EDITS) expect(readFileSync(projectPath(file), 'utf8').split(from), `${file}: ${from}`).to.have.length(2);
    expect(EDITS.length).to.be.at.least(60);
  });

  const made = process.env['SOAK'] === '1' ? EDITS : EDITS.filter((_, index) => index % SHARE === 0);
  for (const one of made) {
    it(`is followed by every engine, or refused: ${one.file}, '${one.from.trim()}' → '${one.to.trim()}'`, async function () {
      this.timeout(240_000);
      const said = await probed(folder, one);
      for (const { what, truth, engines } of said) {
        for (const [engine, word] of Object.entries(engines)) {
          const isRefused = word === 'unknown' || word === 'refuses';
          expect(isRefused || word === truth, `${what}: ${engine} says ${word}, the code does ${truth}`).to.equal(true);
        }
      }
      const unedited = await probed(folder, { ...one, to: one.from });
      const isNoticed = JSON.stringify(said) !== JSON.stringify(unedited);
      expect(isNoticed, one.equivalent ?? 'nothing tells the edited program from the other one').to.equal(one.equivalent === undefined);
    });
  }
});

let bundles = 0;
const known = new Map<string, Promise<Said[]>>();

/** What the engines say, that line being so. */
function probed(folder: string, one: Edit): Promise<Said[]> {
  const key = one.to === one.from ? one.shows.join() : JSON.stringify(one);
  const before = known.get(key) ?? bundled(folder, one);
  known.set(key, before);
  return before;
}

async function bundled(folder: string, { file, from, to, shows }: Edit): Promise<Said[]> {
  const outfile = join(folder, `${(bundles += 1)}.mjs`);
  await build({
    entryPoints: [projectPath('test/generals/mutation/probe.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
    plugins: [{
      name: 'edit',
      setup(context) {
        context.onLoad({ filter: /\.ts$/ }, ({ path }) => (path === projectPath(file) ? { contents: readFileSync(path, 'utf8').replace(from, () => to), loader: 'ts' } : undefined));
      },
    }],
  });
  const { probe } = (await import(pathToFileURL(outfile).href)) as { probe: (protocols: readonly string[]) => Said[] };
  return probe(shows);
}
