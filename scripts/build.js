// Builds dist from the sources, if it is not built: `npm run build`.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT, isFresh, markFresh, sourceStamp } from './fresh.js';

/** What threads begin with, of the folder `workers`. */
const WORKERS = ['general', 'trials', 'replica'];

if (!isFresh()) await build();

async function build() {
  const before = sourceStamp();
  prune();
  compile();
  await Promise.all([bundle(), writeManual()]);
  markFresh(before);
}

/**
 * Takes away what was made of sources that are gone: tests among them would still be run. Where something is missing all is made
 * anew, since `tsc` looks at the sources only.
 */
function prune() {
  rmSync(join(ROOT, 'dist/.stamp'), { force: true });
  rmSync(join(ROOT, 'dist/bin'), { recursive: true, force: true });
  for (const part of ['src', 'workers', 'test', 'bench']) {
    for (const file of filesIn(join('dist', part))) if (!existsSync(join(ROOT, part, file.replace(/\.(js|d\.ts|cjs)(\.map)?$/, '.ts')))) rmSync(join(ROOT, 'dist', part, file));
    const isWhole = filesIn(part).every((file) => !file.endsWith('.ts') || existsSync(join(ROOT, 'dist', part, file.replace(/\.ts$/, '.js'))));
    if (!isWhole) rmSync(join(ROOT, 'dist/.tsbuildinfo'), { force: true });
  }
}

function filesIn(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(join(ROOT, folder), join(entry.parentPath, entry.name)));
}

function compile() {
  const { resolve } = createRequire(import.meta.url);
  const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', ROOT], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundle() {
  // Imported here, since a build that is fresh needs none of it.
  const { build } = await import('esbuild');
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const common = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', sourcemap: true, logLevel: 'warning', plugins: [{ name: 'places', setup: keepPlaces }, { name: 'process', setup: takeProcess }] };
  await Promise.all([
    // The command: one file for what each run needs, and one for what each subcommand adds. Only what the first prompt needs of
    // other packages is in them.
    build({
      ...common,
      entryPoints: { generals: 'src/main.ts' },
      outdir: 'dist/bin',
      format: 'esm',
      splitting: true,
      chunkNames: '[name]-[hash]',
      external: ['piscina', 'vega', 'inquirer', 'fs-native-extensions'],
      // Modules of the packages that are bundled require some of Node's.
      banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    }),
    // A thread that loads one file is up a fifth sooner than one that loads its modules one by one.
    build({ ...common, entryPoints: WORKERS.map((name) => `workers/${name}.ts`), outdir: 'dist/workers', outExtension: { '.js': '.bundle.cjs' }, format: 'cjs' }),
  ]);
  await Promise.all(WORKERS.map(cache));
}

/** Has V8 compile what a thread runs as it begins, once for all threads. It is not in the package, which meets other versions of Node. */
async function cache(name) {
  copyFileSync(join(ROOT, 'scripts/cached.cjs'), join(ROOT, `dist/workers/${name}.cjs`));
  const [code] = await once(new Worker(new URL('cache.cjs', import.meta.url), { argv: [join(ROOT, `dist/workers/${name}`)] }), 'exit');
  if (code !== 0) process.exit(code);
}

/** The man page, of the same tables as help. */
async function writeManual() {
  const [{ manOf }, { SUBCOMMANDS }, { version }] = await Promise.all(['cli/man.js', 'cli/subcommands.js', 'cli/version.js'].map((name) => import(`../dist/src/${name}`)));
  mkdirSync(join(ROOT, 'dist/man'), { recursive: true });
  writeFileSync(join(ROOT, 'dist/man/generals.1'), await manOf(SUBCOMMANDS, version(), new Date().toISOString().slice(0, 10)));
}

/** A module of ours that asks where it is means where `tsc` puts it, and not the file that it is bundled into. */
function keepPlaces(build) {
  const isModule = build.initialOptions.format === 'esm';
  build.onLoad({ filter: /[\\/](src|workers)[\\/].*\.ts$/, namespace: 'file' }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    if (path.includes('node_modules') || !text.includes('import.meta.url')) return undefined;
    const place = relative(join(ROOT, build.initialOptions.outdir), join(ROOT, 'dist', relative(ROOT, path))).replace(/\.ts$/, '.js').replaceAll('\\', '/');
    const here = isModule ? 'import.meta.url' : 'require("node:url").pathToFileURL(__filename)';
    return { contents: text.replaceAll('import.meta.url', `new URL("${place}", ${here}).href`), loader: 'ts' };
  });
}

/** To import `node:process` looks at all that it has, which takes a tenth of the time in which a command is up: what is needed of it is there anyway. */
function takeProcess(build) {
  build.onResolve({ filter: /^(node:)?process$/ }, () => ({ path: 'process', namespace: 'global' }));
  build.onLoad({ filter: /^process$/, namespace: 'global' }, () => ({ contents: 'module.exports = process;' }));
}
