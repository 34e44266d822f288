import { expect } from 'chai';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { projectPath } from './support/run.ts';

const NAMES = readdirSync(projectPath('workers')).map((file) => file.replace(/\.ts$/, ''));
const pathOf = (name: string): string => projectPath(`dist/workers/${name}`);

describe('what threads begin with, compiled when it was built', () => {
  for (const name of NAMES) {
    it(`is taken by the V8 that made it: ${name}`, () => {
      const script = new Script(Module.wrap(readFileSync(pathOf(`${name}.bundle.cjs`), 'utf8')), { cachedData: readFileSync(pathOf(`${name}.cache`)) });
      expect(script.cachedDataRejected).to.equal(false);
    });
  }

  const damages: readonly (readonly [what: string, damage: (cache: string) => void])[] = [
    ['gone', (cache) => rmSync(cache)],
    ['empty', (cache) => writeFileSync(cache, '')],
    ['of another V8', (cache) => writeFileSync(cache, readFileSync(cache).fill(1, 0, 32))],
    ['cut short', (cache) => writeFileSync(cache, readFileSync(cache).subarray(0, 5000))],
  ];
  for (const [what, damage] of damages) {
    it(`is compiled anew where that is ${what}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'generals-'));
      try {
        for (const end of ['cjs', 'bundle.cjs', 'cache']) cpSync(pathOf(`trials.${end}`), join(folder, `trials.${end}`));
        damage(join(folder, 'trials.cache'));
        const { default: perform } = createRequire(import.meta.url)(join(folder, 'trials.cjs')) as { readonly default: unknown };
        expect(perform).to.be.a('function');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
