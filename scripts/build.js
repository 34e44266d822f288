// Builds dist from the sources, if it is not built: `npm run build`.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT, isFresh, markFresh, sourceStamp } from './fresh.js';
import { prune } from './prune.js';

/** What threads begin with, of the folder `workers`. */
const WORKERS = ['general', 'trials', 'replica', 'gossip'];

/** Packages that are imported when they are needed, and whence: vega is fifty packages, and bundled to a file of its own. */
const APART = { inquirer: 'inquirer', piscina: 'piscina', vega: './vega.bundle.mjs' };

/**
 * Packages that replicas alone need: a bundle of their own, which most commands never load. Of each, the files of what we import: all of
 * undici, with the fetch and the sockets that Node has anyway, takes an eighth of the time in which a replica is up.
 */
const SERVERS = {
  ajv: { Ajv: "require('ajv').Ajv" },
  undici: { Client: "require('undici/lib/dispatcher/client')", Pool: "require('undici/lib/dispatcher/pool')" },
  'prom-client': Object.fromEntries(['Registry', 'Counter', 'Gauge', 'Histogram'].map((part) => [part, `require('prom-client/lib/${part.toLowerCase()}')`])),
};

/** What undici does when all of it is loaded, and clients need. */
const FIRST = "Object.assign(require('undici/lib/dispatcher/dispatcher').prototype, require('undici/lib/api'));";

/** In a function of what a module of CommonJS has, and of what imports packages: `cached.cjs` calls it. */
const [BEFORE, AFTER] = ['(function (exports, require, module, __filename, __dirname, imported) {', '})'];

const DEMO = join(ROOT, 'demo/first-order.txt');

/** What the command does while it is looked at which of its functions are needed often. */
const LINES = ['--help', 'check --members 3', `run --host sim ${DEMO}`, `run --host sim --json ${DEMO}`, 'simulate --seed 1', 'replica --id 0 --cluster nowhere.json', 'completion bash'].map((line) => line.split(' '));

if (!isFresh()) await build();

async function build() {
  const before = sourceStamp();
  prune();
  compile();
  await Promise.all([bundle(), writeManual()]);
  markFresh(before);
}

function compile() {
  const { resolve } = createRequire(import.meta.url);
  const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', ROOT], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundle() {
  // Imported here, since a build that is fresh needs none of it.
  const [{ build }, { readDemos }, { version }] = await Promise.all([import('esbuild'), import('../dist/src/repl/demo-files.js'), import('../dist/src/repl/version.js')]);
  const common = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', outdir: 'dist', logLevel: 'warning' };
  // A thread or a command that loads one file is up sooner than one that loads its modules one by one. Without comments, letters beyond
  // ASCII and what it does not need a command is up in three fifths of the time, less what Node takes.
  const program = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' }, minifyWhitespace: true, minifySyntax: true, legalComments: 'external', banner: { js: BEFORE }, footer: { js: AFTER } };
  const page = { ...common, platform: 'browser', target: 'es2022', minify: true, jsx: 'automatic', jsxImportSource: 'preact' };
  await Promise.all([
    build({ ...program, stdin: { contents: serversText(), resolveDir: ROOT, sourcefile: 'servers.bundle' }, outdir: undefined, outfile: 'dist/bin/servers.bundle.cjs' }),
    build({
      ...program,
      sourcemap: true,
      entryPoints: { 'bin/run.bundle': 'src/main.ts', ...Object.fromEntries(WORKERS.map((name) => [`workers/${name}.bundle`, `workers/${name}.ts`])) },
      plugins: [{ name: 'places', setup: keepPlaces }, { name: 'process', setup: takeProcess }, { name: 'servers', setup: shareServers }, { name: 'first prompt', setup: shareFirstPrompt }],
      // The first loads a file of its own.
      external: ['fs-native-extensions', ...Object.keys(APART)],
      supported: { 'dynamic-import': false },
    }),
    build({ ...common, format: 'cjs', entryPoints: { 'bin/first-prompt': 'src/repl/first-prompt.ts' }, outExtension: { '.js': '.cjs' } }),
    build({ ...page, format: 'iife', entryPoints: { 'web/style': 'src/web/page/lab.css', 'web/live': 'src/web/page/live/main.tsx', 'web/live-style': 'src/web/page/live/live.css' } }),
    bundleParts(build, { ...page, define: { DEMOS: JSON.stringify(readDemos()), VERSION: JSON.stringify(version()) } }),
    // It draws on a canvas where there is one: here there is none.
    build({ ...common, format: 'esm', entryPoints: { 'bin/vega.bundle': 'vega' }, outExtension: { '.js': '.mjs' }, external: ['canvas'] }),
  ]);
  writeFileSync(join(ROOT, 'dist/bin/package.json'), '{ "type": "commonjs" }\n');
  copyFileSync(join(ROOT, 'scripts/command.cjs'), join(ROOT, 'dist/bin/generals.js'));
  chmodSync(join(ROOT, 'dist/bin/generals.js'), 0o755);
  await Promise.all([cache('bin/servers', [[]]), cache('bin/run', LINES), ...WORKERS.map((name) => cache(`workers/${name}`, [[]]))]);
}

/**
 * The page with a laboratory of its own, and its threads: one script of parts, each for files that are needed together. Before each stands
 * its name, whom it needs, and whom later, so that a page that is one file gives each thread only what it runs, and reads first what it shows first.
 */
async function bundleParts(build, options) {
  const [begin, { metafile, outputFiles }] = await Promise.all([
    build({ ...options, format: 'iife', entryPoints: ['src/web/page/begin.ts'], outdir: undefined, write: false }),
    build({
      ...options,
      format: 'esm',
      splitting: true,
      write: false,
      metafile: true,
      outdir: 'dist/web',
      entryPoints: { page: 'src/web/page/main.tsx', lab: 'src/web/page/lab-thread.ts', nodes: 'src/web/page/nodes-thread.ts' },
      // A page has no threads of Node.
      external: ['*/threads/host.ts'],
    }),
  ]);
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const names = new Map([...texts.keys()].map((file, index) => [file, /^(page|lab|nodes)\.js$/.exec(file)?.[1] ?? `p${index}`]));
  const parts = Object.entries(metafile.outputs).map(([path, { imports }]) => {
    const needed = imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true).map((one) => names.get(basename(one.path)));
    const later = imports.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true).map((one) => names.get(basename(one.path)));
    const name = names.get(basename(path));
    return `/*# ${[name, ...new Set(needed), '>', ...new Set(later)].join(' ')} */\n${partOf(name, texts.get(basename(path)), names, later)}\n`;
  });
  const start = "generalsParts.need(typeof document!='undefined'?'page':self.name=='nodes'?'nodes':'lab')";
  writeFileSync(join(ROOT, 'dist/web/lab.js'), `/*# begin */\n${begin.outputFiles[0].text.trim()}\n${parts.join('')}/*# start */\n${start}\n`);
}

/** A module as a function that says what it exports: a page's file cannot import from another. Nothing that is exported changes later. */
function partOf(name, text, names, later) {
  const given = (clause) => clause.split(',').map((one) => one.split(' as '));
  const imports = /^(?:import(?:\{[^}]*\}from)?"\.\/[^"]+";)*/.exec(text)[0];
  const exported = /export\{([^}]*)\};\s*$/.exec(text);
  const first = [...imports.matchAll(/import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/g)].map(([, clause, file]) => {
    const need = `generalsParts.need("${names.get(file)}")`;
    return clause === undefined ? `${need};` : `const{${given(clause).map(([one, own = one]) => (one === own ? one : `${one}:${own}`)).join()}}=${need};`;
  });
  const last = exported === null ? '' : `return{${given(exported[1]).map(([own, one = own]) => (one === own ? one : `${one}:${own}`)).join()}}`;
  const body = text.slice(imports.length, exported?.index).trim().replaceAll(/import\("\.\/([^"]+)"\)/g, (all, file) => (later.includes(names.get(file)) ? `generalsParts.later("${names.get(file)}")` : all));
  // In brackets it is compiled as it is read, and not looked over first.
  return `generalsParts.made.${name}=(()=>{${first.join('')}${body}${last}});`;
}

/** Has V8 compile what a program runs as it begins, once for all times. */
async function cache(name, lines) {
  const place = join(ROOT, 'dist', name);
  // What is more than ASCII stands in regular expressions alone by now, which may have it so.
  const text = readFileSync(`${place}.bundle.cjs`, 'utf8');
  writeFileSync(`${place}.bundle.cjs`, text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`));
  copyFileSync(join(ROOT, 'scripts/cached.cjs'), `${place}.cjs`);
  const worker = new Worker(new URL('cache.cjs', import.meta.url), { workerData: { place, lines }, stdout: true, stderr: true });
  const [code] = await once(worker, 'exit');
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
}

/** The man page, of the same tables as help. */
async function writeManual() {
  const [{ manOf }, { SUBCOMMANDS }, { version }] = await Promise.all(['cli/man.js', 'cli/subcommands.js', 'cli/version.js'].map((name) => import(`../dist/src/${name}`)));
  mkdirSync(join(ROOT, 'dist/man'), { recursive: true });
  writeFileSync(join(ROOT, 'dist/man/generals.1'), await manOf(SUBCOMMANDS, version(), new Date().toISOString().slice(0, 10)));
}

/**
 * A module of ours that asks where it is means where `tsc` puts it, and not the file that it is bundled into. What it imports later is
 * imported by who begins the bundle: V8 does not know of what it took from its cache who may import something.
 */
function keepPlaces(build) {
  build.onLoad({ filter: /[\\/](src|workers)[\\/].*\.ts$/, namespace: 'file' }, ({ path }) => {
    if (path.includes('node_modules')) return undefined;
    // Each bundle is two folders below the root, as `dist/src` is.
    const place = `../../dist/${relative(ROOT, path)}`.replace(/\.ts$/, '.js').replaceAll('\\', '/');
    const here = `new URL("${place}", require("node:url").pathToFileURL(__filename)).href`;
    const text = readFileSync(path, 'utf8').replaceAll('import.meta.url', here);
    return { contents: Object.entries(APART).reduce((all, [name, from]) => all.replaceAll(`import('${name}')`, `imported('${from}')`), text.replaceAll('import(url)', 'imported(url)')), loader: 'ts' };
  });
}

/** To import `node:process` looks at all that it has, which takes a tenth of the time in which a command is up: what is needed of it is there anyway. */
function takeProcess(build) {
  build.onResolve({ filter: /^(node:)?process$/ }, () => ({ path: 'process', namespace: 'global' }));
  build.onLoad({ filter: /^process$/, namespace: 'global' }, () => ({ contents: 'module.exports = process;' }));
}

/** What a bundle has of the packages that lie in one of their own. */
function shareServers(build) {
  build.onResolve({ filter: new RegExp(`^(${Object.keys(SERVERS).join('|')})$`) }, ({ path }) => ({ path, namespace: 'servers' }));
  // Each bundle is two folders below the root.
  build.onLoad({ filter: /.*/, namespace: 'servers' }, ({ path }) => ({ contents: `module.exports = require('../bin/servers.cjs')['${path}'];` }));
  build.onResolve({ filter: /servers\.cjs$/ }, ({ path }) => ({ path, external: true }));
}

/** All of these packages, each with what we import of it. */
function serversText() {
  const packages = Object.entries(SERVERS).map(([name, parts]) => `'${name}': { ${Object.entries(parts).map((part) => part.join(': ')).join(', ')} }`);
  return `${FIRST} module.exports = { ${packages.join(', ')} };`;
}

/** What is drawn first is loaded once: who draws it again asks whether it is there. */
function shareFirstPrompt(build) {
  build.onResolve({ filter: /[\\/]first-prompt\.ts$/ }, () => ({ path: './first-prompt.cjs', external: true }));
}
