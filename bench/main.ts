import { benchArmy } from './army.ts';
import { benchCampaign } from './campaign.ts';
import { benchCheck } from './check.ts';
import { benchCluster } from './cluster.ts';
import { benchKernel } from './kernel.ts';
import { benchMany } from './many.ts';
import { benchNetwork } from './network.ts';
import { benchOwn } from './own.ts';
import { benchPage } from './page.ts';
import { benchReplicas } from './replicas.ts';
import { benchSimulator } from './simulator.ts';
import { benchWords } from './words.ts';
import type { Row } from './measure.ts';

/** `npm run bench [-- <suite>…] [--json]`: what each suite measures, as a table or as JSON lines. */
const SUITES: Readonly<Record<string, (report: (row: Row) => void) => Promise<void>>> = {
  army: benchArmy,
  simulator: benchSimulator,
  campaign: benchCampaign,
  check: benchCheck,
  kernel: benchKernel,
  many: benchMany,
  cluster: benchCluster,
  replicas: benchReplicas,
  network: benchNetwork,
  words: benchWords,
  own: benchOwn,
  page: benchPage,
};

const words = process.argv.slice(2);
const isJson = words.includes('--json');
const wanted = words.filter((word) => word !== '--json');
const unknown = wanted.find((name) => !(name in SUITES));
if (unknown !== undefined) {
  console.error(`there is no bench '${unknown}': ${Object.keys(SUITES).join(', ')}`);
  process.exit(2);
}

if (!isJson) console.log('      ours    theirs   ratio  limit  what (theirs)');
for (const name of wanted.length === 0 ? Object.keys(SUITES) : wanted) {
  await SUITES[name]!((row) => console.log(isJson ? JSON.stringify({ v: 1, suite: name, ...row }) : line(row)));
}

function line({ what, ours, theirs, ratio, limit }: Row): string {
  const mark = limit === undefined ? '     ' : `${ratio <= limit ? '≤' : '>'} ${limit.toFixed(1)}`;
  return `${ours.toFixed(2).padStart(10)}${theirs.toFixed(2).padStart(10)}${ratio.toFixed(2).padStart(8)}  ${mark}  ${what}`;
}
