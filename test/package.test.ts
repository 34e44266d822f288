import { expect } from 'chai';
import { build } from 'esbuild';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { cleanEnvironment, projectPath } from './support/run.ts';
import { openRegistry } from './support/registry.ts';
import { skip } from './support/skip.ts';

const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * What somebody gets who installs the package in an empty folder. Where npm itself is not what is tested, the tarball is unpacked by
 * hand to where npm would put it, and its dependencies are links to those of this project.
 */
describe('the package', () => {
  let folder: string;
  let installed: string;
  let files: readonly string[];
  let manifest: Manifest;
  /** The file of the package. */
  let packed: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generals-package-'));
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', folder], { cwd: projectPath('') });
    const [made] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = made.filename;
    files = made.files.map(({ path }) => path);
    await run('tar', ['-xzf', join(folder, packed), '-C', folder]);
    await mkdir(join(folder, 'node_modules'));
    installed = join(folder, 'node_modules/generals');
    await run('mv', [join(folder, 'package'), installed]);
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
    await linkDependencies(manifest, join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  });

  after(() => rm(folder, { recursive: true }));

  it('holds the built program, the library and its types, the man page, the demos, the documents, and nothing else', async () => {
    const sources = (await readdir(projectPath('src'), { recursive: true })).filter((file) => file.endsWith('.ts') && !/^(cli|repl|web)\/|^main\.ts$/.test(file)).map((file) => `src/${file.slice(0, -3)}`);
    const workers = (await readdir(projectPath('workers'))).flatMap((file) => [`dist/workers/${file.slice(0, -3)}.cjs`, `dist/workers/${file.slice(0, -3)}.bundle.cjs`]);
    const built = sources.flatMap((file) => [`dist/${file}.js`, `dist/${file}.d.ts`]);
    const demos = (await readdir(projectPath('demo'))).map((file) => `demo/${file}`);
    const docs = (await Promise.all(['docs', 'exercises'].map(async (part) => (await readdir(projectPath(part), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(projectPath('').length))))).flat();
    const intended = new Set(['package.json', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'dist/man/generals.1', 'dist/web/lab.js', 'dist/web/style.css', 'dist/web/live.js', 'dist/web/live-style.css', ...['generals.js', 'first-prompt.cjs', 'run.cjs', 'run.bundle.cjs', 'servers.cjs', 'servers.bundle.cjs', 'servers.bundle.cjs.LEGAL.txt', 'vega.bundle.mjs', 'package.json'].map((file) => `dist/bin/${file}`), ...workers, ...built, ...demos, ...docs]);
    expect(files.filter((file) => !intended.has(file)), 'not intended').to.deep.equal([]);
    expect([...intended].filter((file) => !files.includes(file)), 'missing').to.deep.equal([]);
  });

  it('has no source maps, which would double it', () => {
    expect(files.filter((file) => file.endsWith('.map'))).to.deep.equal([]);
  });

  it('says what a queue needs, where that is not installed', async () => {
    const { code, stderr } = await run(process.execPath, [await binOf(), 'worker', '--queue', 'redis://127.0.0.1:1/0'], { cwd: folder, env: cleanEnvironment() }).then(() => expect.fail('it works'), (error: { code: number; stderr: string }) => error);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^generals: a queue needs two packages that are not installed: npm install bullmq@6 ioredis@6 – see [^\n]+\n$/);
  });

  it('is a command that answers from a pipe, on threads of its own', async () => {
    const bin = await binOf();
    // npm makes the command a link to this file, and executable.
    expect(await readFile(bin, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const child = spawn(process.execPath, [bin, '4', '--seed', '1'], { cwd: folder, env: cleanEnvironment() });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.end('g-elect 1\ng-state 3 faulty\nactual-order attack\ng-why\ng-check\n');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(err).to.equal('');
    expect(out).to.match(/^Execute order: attack! 1 faulty node in the system – [23] out of 4 quorum suggest attack$/m);
  });

  it('is a command that tells its version and its help', async () => {
    const bin = await binOf();
    expect((await run(process.execPath, [bin, '--version'], { cwd: folder })).stdout).to.equal(`${manifest.version}\n`);
    expect((await run(process.execPath, [bin, '--help'], { cwd: folder })).stdout).to.include('Usage:\n  npx generals');
  });

  it('finds its own demos, lists them, and runs one of each kind', async function () {
    const missing = ['bash', 'curl'].filter((program) => spawnSync(program, ['--version']).status !== 0);
    if (missing.length > 0) skip(this, `${missing.join(' and ')} not installed`);
    const { stdout: list } = await run(process.execPath, [await binOf(), 'demo'], { cwd: folder, env: cleanEnvironment() });
    const names = (await readdir(projectPath('demo'))).filter((file) => /\.(txt|sh|json)$/.test(file)).map((file) => file.replace(/\.\w+$/, ''));
    expect(list.match(/^[\w-]+(?=  )/gm)).to.have.members(names);
    expect(list).to.match(/\nTo see one: npx generals demo broken-general\n$/);
    for (const [name, shows] of [['first-order', 'Execute order: attack! Non-faulty nodes in the system – 3 out of 4 quorum suggest attack'], ['pbft', 'Decision: "very-important-data"']] as const) {
      const { stdout } = await run(process.execPath, [await binOf(), 'demo', name], { cwd: folder, env: cleanEnvironment() });
      expect(stdout).to.include(shows);
    }
    // To its end it is run where its picture is tested.
    const campaign = spawn(process.execPath, [await binOf(), 'demo', 'how-many-traitors'], { cwd: folder, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
    expect(String((await once(campaign.stderr, 'data'))[0])).to.match(/^campaign: 0 of 56 cells, /);
    campaign.kill('SIGINT');
    expect(await once(campaign, 'close')).to.deep.equal([130, null]);
  });

  it('is a library whose armies can be ordered about, and whose process then ends by itself', async () => {
    await writeFile(join(folder, 'consumer.js'), CONSUMER);
    const { stdout } = await run(process.execPath, ['consumer.js'], { cwd: folder, env: cleanEnvironment() });
    expect(JSON.parse(stdout)).to.deep.equal({ type: 'execute', order: 'attack', votes: 3, members: 4, faulty: 0 });
  });

  it('is a library that does not keep a process alive whose author forgot to disband', async () => {
    await writeFile(join(folder, 'forgetful.js'), CONSUMER.replace(/await army\.disband.*\n/, ''));
    // Were it kept alive, it would outlive this test, and keep the tests' own process from ending.
    const { stdout } = await run(process.execPath, ['forgetful.js'], { cwd: folder, env: cleanEnvironment(), timeout: 15_000, killSignal: 'SIGKILL' });
    expect(JSON.parse(stdout)).to.include({ type: 'execute' });
  });

  // That they compile as Node takes modules is shown of docs/library.md.
  it('has types that strict programs compile with as bundlers take modules, such as those in docs/library.md', async () => {
    const examples = [`${CONSUMER}\nexport const typed: string | undefined = outcome.verdict.order;\n`, ...[...(await readFile(projectPath('docs/library.md'), 'utf8')).matchAll(/```ts\n([^]*?)```/g)].map(([, text]) => text!)];
    for (const [index, text] of examples.entries()) await writeFile(join(folder, `example-${index}.ts`), text);
    const compilerOptions = { strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2023', lib: ['es2023', 'esnext.disposable', 'dom'], skipLibCheck: false, exactOptionalPropertyTypes: true, types: ['node', 'mocha', 'chai'], typeRoots: [projectPath('node_modules/@types')] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: examples.map((_, index) => `example-${index}.ts`) }));
    const { stdout } = await run(process.execPath, [projectPath('node_modules/typescript/bin/tsc'), '-p', folder]).catch((error: { stdout: string }) => error);
    expect(stdout).to.equal('');
  });

  it('has a part that bundlers make a page of, without a module of Node, which runs where there is nothing of Node', async () => {
    await writeFile(join(folder, 'page.js'), PAGE);
    const { outputFiles: [bundle], metafile } = await build({ entryPoints: [join(folder, 'page.js')], bundle: true, platform: 'browser', format: 'iife', write: false, metafile: true, logLevel: 'silent' });
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).to.deep.equal([]);
    const page: { done?: Promise<unknown> } = {};
    runInContext(bundle!.text, createContext({ page, setTimeout, clearTimeout, queueMicrotask, AbortController, performance }));
    expect(await page.done).to.equal('execute, holds, holds');
  });

  it('takes a folder from nothing to a grade in three commands, which take less than half a minute', async () => {
    // As in a container: a folder, a home and a path of its own, on which there are Node, npm, and the shell that npm asks for.
    // Not inside of the other one: npm installs where it finds the next package.json above.
    const apart = await mkdtemp(join(tmpdir(), 'generals-clean-'));
    const [clean, home, bin] = await Promise.all(['clean', 'home', 'path'].map(async (name) => {
      await mkdir(join(apart, name));
      return join(apart, name);
    }));
    for (const program of ['node', 'npm', 'npx', 'sh']) await symlink((await run('which', [program])).stdout.trim(), join(bin!, program));
    const registry = await openRegistry({ manifest, file: join(folder, packed) });
    const inside = { cwd: clean!, env: { HOME: home!, PATH: bin!, npm_config_registry: registry.url, npm_config_update_notifier: 'false' } };
    try {
      // By the time of processors: what others do on this machine is not counted.
      const { stdout } = await run('sh', ['-ec', 'npm install generals\nnpx generals new protocol mine\nnpx generals grade mine.ts\ntimes'], inside);
      expect(stdout).to.match(/^added \d+ packages/m).and.include('written: mine.ts, mine.test.mjs').and.include('try: npx generals grade ./mine.ts').and.match(/^(\d+) of \1 points$/m);
      const spent = [...stdout.trim().split('\n').at(-1)!.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds));
      expect(spent).to.have.length(2);
      expect(spent[0]! + spent[1]!).to.be.below(30);
    } finally {
      await registry.close();
      await rm(apart, { recursive: true });
    }
  });

  const CONSUMER = `import { Army } from 'generals';
const army = await Army.muster(4, { seed: 7 });
const outcome = await army.order('attack');
console.log(JSON.stringify(outcome.verdict));
await army.disband();
`;

  const PAGE = `import { Army, SYSTEMS, check, protocolNamed, simulate } from 'generals/browser';
page.done = (async () => {
  const army = await Army.muster(4, { host: 'sim', seed: 1, primary: 1, traitors: [3] });
  const { verdict } = await army.order('attack');
  const [pbft] = SYSTEMS;
  return [verdict.type, check({ protocol: protocolNamed('oral'), members: 4, faults: 1 }).type, simulate(pbft, pbft.draw({ n: 4, seed: 1 })).type].join(', ');
})();
`;

  async function binOf(): Promise<string> {
    const path = manifest.bin['generals'];
    expect(path, 'package.json, bin.generals').to.be.a('string');
    expect(existsSync(join(installed, path!))).to.equal(true);
    // As npm does: node_modules/.bin/generals is a link, and modules are found from where it leads to.
    const bin = join(folder, 'node_modules/.bin/generals');
    if (!existsSync(bin)) {
      await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
      await symlink(join('../generals', path!), bin);
    }
    return bin;
  }
});

async function linkDependencies({ dependencies }: Manifest, modules: string): Promise<void> {
  for (const name of Object.keys(dependencies)) {
    if (name.includes('/')) await mkdir(join(modules, name.split('/')[0]!), { recursive: true });
    await symlink(projectPath(`node_modules/${name}`), join(modules, name));
  }
}
