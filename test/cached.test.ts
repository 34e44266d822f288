import { expect } from 'chai';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { stackOf } from '../src/cli/stack.ts';
import { projectPath } from './support/run.ts';

const NAMES = ['bin/run', 'bin/servers', ...readdirSync(projectPath('workers')).map((file) => `workers/${file.replace(/\.ts$/, '')}`)];
const pathOf = (name: string): string => projectPath(`dist/${name}`);

describe('what the command and threads begin with, compiled when it was built', () => {
  for (const name of NAMES) {
    it(`is taken by the V8 that made it: ${name}`, () => {
      const text = readFileSync(pathOf(`${name}.bundle.cjs`), 'utf8');
      expect(text, 'it is read as Latin-1').to.match(/^[\0-\x7f]+$/);
      expect(new Script(text, { cachedData: readFileSync(pathOf(`${name}.cache`)) }).cachedDataRejected).to.equal(false);
    });
  }

  it('is told of by places in the sources, where it breaks', () => {
    const file = pathOf('bin/run.bundle.cjs');
    const before = readFileSync(file, 'utf8').split('function mistakeOf(')[0]!.split('\n');
    const error = Object.assign(new Error('broken'), { stack: `Error: broken\n    at mistakeOf (${file}:${before.length}:${before.at(-1)!.length + 10})` });
    const source = projectPath('src/cli/run.ts');
    const there = readFileSync(source, 'utf8').split('\n').findIndex((one) => one.startsWith('export function mistakeOf('));
    expect(stackOf(error)).to.include(`at mistakeOf (${source}:${there + 1}:`);
  });

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
        for (const end of ['cjs', 'bundle.cjs', 'cache']) cpSync(pathOf(`workers/trials.${end}`), join(folder, `trials.${end}`));
        damage(join(folder, 'trials.cache'));
        const { default: perform } = createRequire(import.meta.url)(join(folder, 'trials.cjs')) as { readonly default: unknown };
        expect(perform).to.be.a('function');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
