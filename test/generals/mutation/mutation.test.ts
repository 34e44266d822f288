import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { EditedModules } from '../../support/edited.ts';
import { projectPath } from '../../support/run.ts';
import { EDITS, PROVER_EDITS, type Edit } from './edits.ts';
import type { Said } from './probe.ts';

/** Of all edits every so many is made in each run of the tests, from the third on, which are of one or two protocols each; a soak makes all. */
const SHARE = 36;

describe('an edit of one line', () => {
  const modules = new EditedModules();
  after(() => modules[Symbol.dispose]());

  it('is of a line that is there, once', () => {
    for (const { file, from } of [...EDITS, ...PROVER_EDITS]) expect(readFileSync(projectPath(file), 'utf8').split(from), `${file}: ${from}`).to.have.length(2);
    expect(EDITS.length).to.be.at.least(60);
  });

  const made = process.env['SOAK'] === '1' ? EDITS : EDITS.filter((_, index) => index % SHARE === 2);
  for (const one of made) {
    it(`is followed by every engine, or refused: ${one.file}, '${one.from.trim()}' → '${one.to.trim()}'`, async () => {
      const said = await probed(modules, one);
      expect(falseWordsIn(said)).to.deep.equal([]);
      const unedited = await probed(modules, { ...one, to: one.from });
      const isNoticed = JSON.stringify(said) !== JSON.stringify(unedited);
      expect(isNoticed, one.equivalent ?? 'nothing tells the edited program from the other one').to.equal(one.equivalent === undefined);
    });
  }

  for (const one of PROVER_EDITS) {
    it(`of what proves is noticed, since a verdict is then wrong: ${one.file}, '${one.from.trim()}' → '${one.to.trim()}'`, async () => {
      expect(falseWordsIn(await probed(modules, { ...one, to: one.from }))).to.deep.equal([]);
      expect(falseWordsIn(await probed(modules, one))).not.to.deep.equal([]);
    });
  }
});

/** What engines say that the code does not do. */
const falseWordsIn = (said: readonly Said[]): string[] =>
  said.flatMap(({ what, truth, engines }) =>
    Object.entries(engines).flatMap(([engine, word]) => (word === truth || word === 'unknown' || word === 'refuses' ? [] : [`${what}: ${engine} says ${word}, the code does ${truth}`])),
  );

const known = new Map<string, Promise<Said[]>>();

/** What the engines say, that line being so. */
function probed(modules: EditedModules, one: Edit): Promise<Said[]> {
  const key = one.to === one.from ? one.shows.join() : JSON.stringify(one);
  const before = known.get(key) ?? bundled(modules, one);
  known.set(key, before);
  return before;
}

async function bundled(modules: EditedModules, one: Edit): Promise<Said[]> {
  const { probe } = await modules.import<{ probe: (protocols: readonly string[]) => Said[] }>('test/generals/mutation/probe.ts', one);
  return probe(one.shows);
}
