// `npm test`: all tests, two files more at once than there are cores, then one after the other those that need the machine alone.
// Options of mocha's may follow `--`, and files or folders of dist/test, where not all are meant.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import Mocha from 'mocha';
import { loadOptions } from 'mocha/lib/cli/options.cjs';
import Reporter from '../dist/test/support/reporter.js';
import { ROOT } from './fresh.js';

/** Those that measure what others on the machine would change, each with what it measures. */
const ALONE = {
  'generals/alone': 'how long an order takes, a third of which is then its deadline; what an idle army takes of the CPU',
};

/** Those that take longest, which begin first, so that none of them is left over when all others are done: what waits between what computes. */
const LONG = [
  'cli/own', 'cli/examples', 'replicas/http/siege', 'campaign/campaign', 'cli/gossip-node', 'cli/grade', 'replicas/http/live', 'cli/cluster', 'conformance/army', 'conformance/cluster',
  'generals/grade/planted', 'own/system', 'exercises', 'cli/words', 'campaign/robustness', 'repl/questions', 'cli/cluster-disk', 'package', 'web/page', 'gossip/tcp/network', 'gossip/tcp/demos', 'repl/hangup', 'runtime/log',
];

/** Two files more than there are cores: a quarter of the time files wait for timers or for what they started, and leave a core idle. */
const JOBS = availableParallelism() + 2;

process.chdir(ROOT);
// Mocha ends its workers then, and says nothing more.
process.once('SIGINT', () => (process.exitCode = 130));
const { _: named, ...options } = loadOptions(process.argv.slice(2));
const files = chosen(named);
const isAlone = (file) => placeOf(file) in ALONE;
await run(files.filter((file) => !isAlone(file)), JOBS);
await run(files.filter(isAlone), 1);

/** All test files, or those under the places that were named. */
function chosen(named) {
  const all = readdirSync('dist/test', { recursive: true }).filter((file) => file.endsWith('.test.js')).map((file) => join('dist/test', file));
  const places = [...Object.keys(ALONE), ...LONG].map((place) => join('dist/test', `${place}.test.js`));
  for (const place of [...places, ...named]) if (!existsSync(place)) throw new Error(`there is no ${place}`);
  const isChosen = (file) => named.length === 0 || named.some((place) => !relative(resolve(place), resolve(file)).startsWith('..'));
  const long = LONG.map((place) => join('dist/test', `${place}.test.js`));
  return [...new Set([...long, ...all.toSorted()])].filter(isChosen);
}

/** A test file as the tables name it. */
function placeOf(file) {
  return relative('dist/test', file).replace(/\.test\.js$/, '');
}

function run(files, jobs) {
  if (files.length === 0) return undefined;
  const mocha = new Mocha({ ...options, reporter: Reporter, parallel: true, jobs });
  mocha.files = files.map((file) => resolve(file));
  return new Promise((done) => {
    mocha.run((failures) => {
      if (failures > 0) process.exitCode = 1;
      done();
    });
  });
}
