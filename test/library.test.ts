import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startingFiles } from '../src/cli/starting-files.ts';
import { MINE, SPY } from './support/own.ts';
import { cleanEnvironment, projectPath } from './support/run.ts';
import { surfaceOf } from './support/surface.ts';

const run = promisify(execFile);
const page = readFileSync(projectPath('docs/library.md'), 'utf8');

/** All that the examples need of what is around them, in Node and in a page. */
const AROUND = `declare const console: { log(...words: readonly unknown[]): void };
declare class URL {
  constructor(url: string, base: string);
  readonly href: string;
}
interface ImportMeta { readonly url: string }
`;

describe('docs/library.md', () => {
  let folder: string;
  /** What the compiler says of all examples. */
  let compiled: string;
  const examples = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, text]) => text!);

  /** Where the package is installed, with what its examples are about. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generals-library-'));
    await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
    const links = [['generals', ''], ['chai', 'node_modules/chai'], ['@types/chai', 'node_modules/@types/chai'], ['@types/mocha', 'node_modules/@types/mocha']] as const;
    for (const [name, path] of links) await symlink(projectPath(path), join(folder, 'node_modules', name));
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await writeFile(join(folder, 'mine.ts'), MINE);
    await writeFile(join(folder, 'spy.ts'), SPY);
    await writeFile(join(folder, 'nodes.ts'), startingFiles('system', 'nodes')[0]!.text);
    for (const [index, text] of examples.entries()) await writeFile(join(folder, `example-${index}.ts`), text);
    await writeFile(join(folder, 'around.d.ts'), AROUND);
    // Emits beside them, if they compile: once for all, as the compiler takes seconds for its own libraries alone.
    const compilerOptions = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: ['mocha'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['around.d.ts', ...examples.map((_, index) => `example-${index}.ts`)] }));
    ({ stdout: compiled } = await run(process.execPath, [projectPath('node_modules/typescript/bin/tsc'), '-p', folder]).catch((error: { stdout: string }) => error));
  });

  after(() => rm(folder, { recursive: true }));

  // That they compile as bundlers take modules, too, is shown of the package.
  it('shows programs that compile strictly, without the types of Node or of a page', () => expect(compiled).to.equal(''));

  it('shows a test that passes', async () => {
    expect(examples[0]).to.include("from 'generals'");
    const mocha = [projectPath('node_modules/mocha/bin/mocha.js'), '--no-config', '--no-package', '--reporter', 'spec', '--timeout', '60000', 'example-0.js'];
    const { stdout } = await run(process.execPath, mocha, { cwd: folder, env: cleanEnvironment() });
    expect(stdout).to.include('1 passing').and.include('seven generals stand two traitors with OM(2)');
  });

  it('shows programs that do what they say', async () => {
    const told = async (words: string): Promise<string> => (await run(process.execPath, [`example-${examples.findIndex((text) => text.includes(words))}.js`], { cwd: folder, env: cleanEnvironment() })).stdout;
    expect(await told('explain(')).to.match(/^violated: validity/).and.include('attack order 1: G1 orders attack').and.match(/^1000$/m);
    expect(await told("systemNamed('bracha')")).to.match(/^4 nodes, /).and.include('Agreement, validity and totality held');
    expect(await told('bringProtocol(')).to.equal('execute\n');
    expect(await told('bringSystem(')).to.match(/^Agreement, validity and totality held/);
    expect(await told('generals/browser')).to.equal('execute\nholds\n');
  });

  it('names every call of an army, and every code of a refusal that one rejects with', async () => {
    const { Army } = await import('../src/index.ts');
    for (const call of Object.getOwnPropertyNames(Army.prototype).filter((name) => typeof Object.getOwnPropertyDescriptor(Army.prototype, name)?.value === 'function'))
      if (call !== 'constructor') expect(page).to.include(`\`${call}\``);
    const codes = [...(await readFile(projectPath('src/core/user-error.ts'), 'utf8')).matchAll(/^  \| '([a-z-]+)'/gm)].map(([, code]) => code);
    expect(codes).to.include('invalid-argument');
    for (const code of codes) expect(page).to.include(`\`${code}\``);
  });
});

describe('what the library exports', () => {
  for (const entry of ['index', 'testing', 'browser']) {
    it(`by ${entry} is as it was, or changed on purpose (UPDATE=1)`, () => {
      const file = projectPath(`test/types/surface/${entry}.txt`);
      const surface = surfaceOf(entry);
      if (process.env['UPDATE'] === '1') writeFileSync(file, surface);
      else expect(surface).to.equal(readFileSync(file, 'utf8'));
    });
  }
});
