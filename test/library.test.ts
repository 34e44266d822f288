import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, projectPath } from './support/run.ts';

const run = promisify(execFile);
const page = readFileSync(projectPath('docs/library.md'), 'utf8');

describe('docs/library.md', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generals-library-'));
    await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
    const links = [['generals', ''], ['chai', 'node_modules/chai'], ['@types/chai', 'node_modules/@types/chai'], ['@types/mocha', 'node_modules/@types/mocha']] as const;
    for (const [name, path] of links) await symlink(projectPath(path), join(folder, 'node_modules', name));
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  });

  after(() => rm(folder, { recursive: true }));

  it('shows a test that compiles strictly, without the types of Node, and passes', async () => {
    const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1];
    expect(example).to.include("from 'generals'");
    await writeFile(join(folder, 'example.ts'), example!);
    const compilerOptions = {
      strict: true, module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], skipLibCheck: false, exactOptionalPropertyTypes: true,
      types: ['mocha'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
    const compiled = await run(process.execPath, [projectPath('node_modules/typescript/bin/tsc'), '-p', folder]).catch((error: { stdout: string }) => error);
    expect(compiled.stdout).to.equal('');
    const mocha = [projectPath('node_modules/mocha/bin/mocha.js'), '--no-config', '--no-package', '--reporter', 'spec', '--timeout', '60000', 'example.js'];
    const { stdout } = await run(process.execPath, mocha, { cwd: folder, env: cleanEnvironment() });
    expect(stdout).to.include('1 passing').and.include('seven generals stand two traitors with OM(2)');
  });

  it('names every call of an army, and every code of a refusal that one rejects with', async () => {
    const { Army } = await import('../src/index.ts');
    for (const call of Object.getOwnPropertyNames(Army.prototype).filter((name) => typeof Object.getOwnPropertyDescriptor(Army.prototype, name)?.value === 'function'))
      if (!['constructor', 'signerOf'].includes(call)) expect(page).to.include(`\`${call}\``);
    const codes = [...(await readFile(projectPath('src/core/user-error.ts'), 'utf8')).matchAll(/^  \| '([a-z-]+)'/gm)].map(([, code]) => code);
    expect(codes).to.include('invalid-argument');
    for (const code of codes.filter((one) => one !== 'mistake')) expect(page).to.include(`\`${code}\``);
  });
});
