import { newCampaign, resumedCampaign, type Campaign } from '../campaign/campaign.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../campaign/engine.ts';
import { inWords } from '../campaign/duration.ts';
import { estimate } from '../campaign/estimate.ts';
import { wordIn, type Field } from '../campaign/fields.ts';
import { GRID_KEYS, fieldsIn, gridOf, type GridKey } from '../campaign/grid.ts';
import { meterOf } from '../campaign/meter.ts';
import { openPool } from '../campaign/pool.ts';
import { resultsOf, type Results } from '../campaign/results.ts';
import { runCampaign } from '../campaign/run.ts';
import { RESULTS, holdsResults, openFolder, type Folder } from '../campaign/store.ts';
import { csvOf, tableOf } from '../campaign/table.ts';
import { availableParallelism } from 'node:os';
import { quoted } from '../core/refusal.ts';
import { readText } from './files.ts';
import { UsageError, type CampaignOrder } from './options.ts';

/** Runs a campaign and shows its table. @returns the exit status: 0, or 130 if Ctrl-C stopped it */
export async function campaignCommand(order: CampaignOrder): Promise<number> {
  const campaign = await campaignFor(order);
  const threads = order.threads ?? availableParallelism();
  mustBeShort(campaign, threads, order.yes);
  const folder = folderFor(order);
  const stop = new AbortController();
  const isStopped = await ran(campaign, threads, folder, stop, order.json);
  const results = resultsNow(campaign);
  if (folder !== undefined) await written(folder, results);
  process.stdout.write(order.json ? `${JSON.stringify(results)}\n` : `${[`seed ${campaign.grid.seed}`, ...tableOf(results)].join('\n')}\n`);
  if (folder !== undefined && !order.json) process.stdout.write(`written to ${folder.path}: ${RESULTS}, results.csv, report.html and plots\n`);
  return isStopped ? 130 : 0;
}

async function campaignFor(order: CampaignOrder): Promise<Campaign> {
  const given = GRID_KEYS.filter((key) => order.fields[key] !== undefined);
  if (order.resume !== undefined) {
    if (order.file !== undefined) throw new UsageError(`--resume goes on with the grid of its folder, not with ${quoted(order.file)}`);
    if (given.length > 0) throw new UsageError(`--resume goes on with the grid of its folder: --${given[0]!} cannot be changed`);
    if (order.out !== undefined) throw new UsageError('--resume writes to its own folder: leave out --out');
    if (order.engine !== undefined) throw new UsageError('--resume goes on with the engine that the campaign began with: leave out --engine');
    return resumedCampaign(order.resume);
  }
  const fields: Partial<Record<GridKey, Field>> = order.file === undefined ? {} : fieldsIn(readText(order.file), order.file);
  for (const key of given) fields[key] = { name: `--${key}`, value: order.fields[key] };
  return newCampaign(gridOf(fields, Math.floor(Math.random() * 2 ** 32)), engineIn(order.engine));
}

const engineIn = (word: string | undefined): EngineChoice => (word === undefined ? 'auto' : wordIn({ name: '--engine', value: word.toLowerCase() }, ENGINE_CHOICES));

const HOUR = 3_600_000;

function mustBeShort({ cells, grid }: Campaign, threads: number, yes: boolean): void {
  const time = estimate(cells, grid, threads);
  if (time > HOUR && !yes) throw new UsageError(`this takes about ${inWords(time)} on ${threads === 1 ? 'one thread' : `${threads} threads`}: --yes runs it all the same, fewer --orders take less`);
}

function folderFor({ out, resume }: CampaignOrder): Folder | undefined {
  if (resume !== undefined) return openFolder(resume);
  if (out === undefined) return undefined;
  if (holdsResults(out)) throw new UsageError(`${quoted(out)} holds results already: --resume goes on with them, another folder keeps them`);
  return openFolder(out);
}

/** Milliseconds between two checkpoints, the first of which comes with the first batch. */
const CHECKPOINT = 500;

/** Runs the campaign to its end, or to the first Ctrl-C. @returns whether it was stopped */
async function ran(campaign: Campaign, threads: number, folder: Folder | undefined, stop: AbortController, isQuiet: boolean): Promise<boolean> {
  const { cells, grid } = campaign;
  const abort = (): void => stop.abort();
  const others = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT').once('SIGINT', abort);
  const pool = await openPool(threads);
  const meter = isQuiet ? undefined : meterOf(cells, grid, process.stderr);
  let saved = -Infinity;
  try {
    await runCampaign(cells, grid, pool, stop.signal, () => {
      if (folder !== undefined && performance.now() - saved > CHECKPOINT) {
        folder.write(RESULTS, textOf(resultsNow(campaign)));
        saved = performance.now();
      }
      meter?.update();
    });
  } finally {
    meter?.stop();
    await pool.close();
    process.removeListener('SIGINT', abort);
    for (const listener of others) process.on('SIGINT', listener);
  }
  return stop.signal.aborted;
}

const resultsNow = ({ cells, grid, engine, left }: Campaign): Results => resultsOf(cells, grid, engine, left);

const textOf = (results: Results): string => `${JSON.stringify(results, undefined, 1)}\n`;

async function written(folder: Folder, results: Results): Promise<void> {
  folder.write(RESULTS, textOf(results));
  folder.write('results.csv', csvOf(results));
  const { plotsOf } = await import('../campaign/plots.ts');
  const { reportOf } = await import('../campaign/report.ts');
  const plots = await plotsOf(results);
  for (const { name, svg } of plots) folder.write(`${name}.svg`, svg);
  folder.write('report.html', reportOf(results, plots));
}
