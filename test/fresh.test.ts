import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectPath } from './support/run.ts';

interface Fresh {
  isFresh(): boolean;
  sourceStamp(): string;
  markFresh(before: string): void;
}

describe('what is built is not built again', () => {
  let folder: string;
  let fresh: Fresh;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-'));
    for (const part of ['src/core', 'workers', 'scripts', 'dist/bin', 'dist/src']) mkdirSync(join(folder, part), { recursive: true });
    for (const script of ['fresh.js', 'prune.js']) cpSync(projectPath(`scripts/${script}`), join(folder, 'scripts', script));
    for (const file of ['package.json', 'src/main.ts', 'src/core/node.ts', 'dist/bin/generals.js', 'dist/src/index.js']) write(file, `// ${file}`);
    write('package.json', '{ "type": "module" }');
    fresh = (await import(pathToFileURL(join(folder, 'scripts/fresh.js')).href)) as Fresh;
    expect(fresh.isFresh(), 'at first').to.equal(false);
    built();
    expect(fresh.isFresh(), 'when it is built').to.equal(true);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const path = (file: string): string => join(folder, file);
  const write = (file: string, text: string): void => writeFileSync(path(file), text);
  const built = (): void => fresh.markFresh(fresh.sourceStamp());
  const git = (...words: readonly string[]): void => void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { cwd: folder, stdio: 'ignore' });

  const changes: readonly (readonly [what: string, change: () => void])[] = [
    ['a source is written', () => write('src/main.ts', '// other')],
    ['one is added', () => write('src/core/new.ts', '')],
    ['one is removed', () => rmSync(path('src/core/node.ts'))],
    ['one is replaced by an older file of the same size', () => {
      rmSync(path('src/main.ts'));
      write('src/main.ts', '// src/niam.ts');
      utimesSync(path('src/main.ts'), new Date(0), new Date(0));
    }],
    ['the lock file comes', () => write('package-lock.json', '{}')],
    ['a result is removed', () => rmSync(path('dist/bin/generals.js'))],
    ['all results are removed', () => rmSync(path('dist'), { recursive: true })],
    ['a result is spoilt', () => write('dist/src/index.js', '')],
  ];
  for (const [what, change] of changes) {
    it(`but is when ${what}`, () => {
      change();
      expect(fresh.isFresh()).to.equal(false);
    });
  }

  it('but is when git goes to another version, and again when it comes back', () => {
    write('.gitignore', 'dist\n');
    git('init', '-q', '-b', 'one');
    git('add', '-A');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'two');
    rmSync(path('src/core/node.ts'));
    write('src/main.ts', '// two');
    git('commit', '-qam', 'two');
    built();
    expect(fresh.isFresh()).to.equal(true);
    git('checkout', '-q', 'one');
    expect(fresh.isFresh(), 'the first version').to.equal(false);
    built();
    git('checkout', '-q', 'two');
    expect(fresh.isFresh(), 'the second, which was built before').to.equal(false);
  });

  it('but is when a source was written while it was built', () => {
    const before = fresh.sourceStamp();
    write('src/main.ts', '// later');
    fresh.markFresh(before);
    expect(fresh.isFresh()).to.equal(false);
  });

  it('and what was made of sources that are gone is taken away, all that is run, and nothing else', async () => {
    const { prune } = (await import(pathToFileURL(path('scripts/prune.js')).href)) as { prune: () => void };
    const made = ['dist/src/core/node.d.ts', 'dist/src/core/node.js', 'dist/src/core/node.js.map', 'dist/src/main.js'];
    mkdirSync(path('dist/src/core'));
    for (const file of [...made, 'dist/src/gone.js', 'dist/src/core/gone.d.ts', 'dist/.tsbuildinfo']) write(file, '');
    prune();
    const left = (): string[] => readdirSync(path('dist'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name))).toSorted();
    expect(left()).to.deep.equal(['dist/.tsbuildinfo', ...made]);
    // The compiler looks at the sources only, and would not make it anew.
    rmSync(path('dist/src/main.js'));
    prune();
    expect(left()).to.deep.equal(made.slice(0, -1));
  });

  it('by npm start, in this project', () => {
    const stamp = (): number => statSync(projectPath('dist/.stamp')).mtimeMs;
    const before = stamp();
    const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string };
    expect(execFileSync('npm', ['start', '--silent', '--', '--version'], { cwd: projectPath(''), encoding: 'utf8' })).to.equal(`${version}\n`);
    expect(stamp()).to.equal(before);
  });
});
