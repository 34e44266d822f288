import { availableParallelism } from 'node:os';
import { newCampaign, resumedCampaign, type Campaign } from '../campaign/campaign.ts';
import { inWords } from '../campaign/duration.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../campaign/engine.ts';
import { estimate, type Countable } from '../campaign/estimate.ts';
import { wordIn, type Field } from '../campaign/fields.ts';
import { GRID_KEYS, fieldsIn, gridOf, type Grid, type GridKey } from '../campaign/grid.ts';
import { holdsShard } from '../campaign/many/file.ts';
import type { Address } from '../campaign/many/queue/address.ts';
import { openPool, type Pool } from '../campaign/pool.ts';
import type { Task } from '../campaign/task.ts';
import { holdsResults, openFolder, type Folder } from '../campaign/store.ts';
import { quoted, quotedPath } from '../core/user-error.ts';
import { readText } from './files.ts';
import { UsageError } from './arguments.ts';
import { bring, isOwnFile, wasBrought } from './bring.ts';
import { counted } from './campaign-counted.ts';
import type { CampaignOptions } from './subcommands/campaign.ts';
import { lineOf } from './invocation.ts';
import { newSeed } from './seeds.ts';
import { version } from './version.ts';

/** Runs a campaign and shows its table. @returns the exit status: 0, 1 if it could not be saved, or 130 or 143 if a signal stopped it */
export async function campaignCommand(options: CampaignOptions): Promise<number> {
  const planned = await campaignFor(options);
  const threads = options.threads ?? availableParallelism();
  // Who asks many does not ask for little.
  if (options.queue === undefined) mustBeShort(planned.cells, planned.grid, threads, options.yes);
  const address = options.queue === undefined ? undefined : await addressOf(options.queue, planned.grid);
  const folder = folderFor(options);
  try {
    // Whoever had the folder until now may have gone on.
    const campaign = options.resume === undefined ? planned : resumedCampaign(options.resume);
    return await counted(campaign, (_, say) => (address === undefined ? openPool(threads) : atQueue(address, campaign, say)), folder, options.json);
  } finally {
    folder?.release();
  }
}

async function addressOf(queue: string, { protocols, strategies }: Grid): Promise<Address> {
  if ([...protocols, ...strategies].some(wasBrought)) throw new UsageError('workers at a queue have no code of your own: --shard divides such a campaign');
  return (await import('../campaign/many/queue/address.ts')).addressIn(queue, process.env);
}

/** Workers at a queue, in the place of threads here. */
async function atQueue(address: Address, { cells, grid, engine }: Campaign, say: (line: string) => void): Promise<Pool> {
  const { openQueuePool } = await import('../campaign/many/queue/asker.ts');
  return openQueuePool({ address, program: version(), grid, engine, cells, say, commandFor: (task) => lineOf(commandFor(task, grid)) });
}

/** The words that do on one machine what a worker was to do, with the orders of its cell before it. */
function commandFor(task: Task, { seed, orders }: Grid): string[] {
  const { protocol, m, members, faults, strategy } = task.cell;
  const last = task.type === 'trials' ? task.span.from + task.span.count - 1 : orders;
  return ['campaign', '--protocol', protocol, '--m', String(m), '--members', String(members), '--faults', String(faults), '--strategy', strategy, '--seed', String(seed), '--orders', String(last), ...(task.type === 'trials' ? ['--engine', task.engine] : [])];
}

/** The campaign that is asked for, new or resumed. @throws UsageError */
export async function campaignFor(options: CampaignOptions): Promise<Campaign> {
  const { file, fields: typed, shard, engine } = options;
  if (options.resume !== undefined) {
    await mustOnlyResume(options);
    return resumedCampaign(options.resume);
  }
  const fields: Partial<Record<GridKey, Field>> = file === undefined ? {} : fieldsIn(readText(file), file);
  for (const key of GRID_KEYS) if (typed[key] !== undefined) fields[key] = { name: `--${key}`, value: typed[key] };
  for (const key of OWN) if (fields[key] !== undefined) fields[key] = await withNames(key, fields[key]);
  if (shard !== undefined && fields.seed === undefined) throw new UsageError('--shard needs a --seed, the same for all shards, as they are parts of one campaign');
  return newCampaign(gridOf(fields, newSeed()), engineIn(engine));
}

/** Brings what a campaign that is resumed had of somebody's own, which is no part of what was saved. @returns what else was given of a grid */
async function bringOwn({ fields }: CampaignOptions): Promise<GridKey[]> {
  const given = GRID_KEYS.filter((key) => fields[key] !== undefined);
  for (const key of OWN) if (fields[key]?.split(',').every(isOwnFile) === true) await withNames(key, { name: key, value: fields[key] }).then(() => given.splice(given.indexOf(key), 1));
  return given;
}

/** @throws UsageError if something of a campaign that is resumed is to be otherwise */
export async function mustOnlyResume(options: CampaignOptions): Promise<void> {
  const { file, out, engine, shard } = options;
  const given = await bringOwn(options);
  if (file !== undefined) throw new UsageError(`--resume goes on with the grid of its folder, not with ${quoted(file)}`);
  if (given.length > 0) throw new UsageError(`--resume goes on with the grid of its folder: --${given[0]!} cannot be changed`);
  if (out !== undefined) throw new UsageError('--resume writes to its own folder: leave out --out');
  if (engine !== undefined) throw new UsageError('--resume goes on with the engine that the campaign began with: leave out --engine');
  if (shard !== undefined) throw new UsageError('--resume goes on with what its folder holds: leave out --shard');
}

/** The fields that may name files with code of somebody's own. */
const OWN = ['protocol', 'strategy'] as const;

/** A field with the names of what its files brought. */
async function withNames(kind: (typeof OWN)[number], { name, value }: Field): Promise<Field> {
  const parts = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const named: unknown[] = [];
  for (const part of parts) named.push(typeof part === 'string' && isOwnFile(part) ? await bring(kind, part.trim()) : part);
  return { name, value: named };
}

const engineIn = (word: string | undefined): EngineChoice => (word === undefined ? 'auto' : wordIn({ name: '--engine', value: word.toLowerCase() }, ENGINE_CHOICES));

const HOUR = 3_600_000;

export function mustBeShort(cells: readonly Countable[], grid: Grid, threads: number, yes: boolean): void {
  const time = estimate(cells, grid, threads);
  if (time > HOUR && !yes) throw new UsageError(`this takes about ${inWords(time)} on ${threads === 1 ? 'one thread' : `${threads} threads`}: --yes runs it all the same, fewer --orders take less`);
}

/** The folder that results are written to, if there is one. @throws UsageError if it holds some already */
export function folderFor({ out, resume }: Pick<CampaignOptions, 'out' | 'resume'>): Folder | undefined {
  if (resume !== undefined) return openFolder(resume);
  if (out === undefined) return undefined;
  const mustBeNew = (): void => {
    if (holdsResults(out) || holdsShard(out)) throw new UsageError(`${quotedPath(out)} holds ${holdsShard(out) ? 'a shard' : 'results'} already: --resume goes on with them, another folder keeps them`);
  };
  mustBeNew();
  const folder = openFolder(out);
  // Somebody may have begun and ended there meanwhile.
  mustBeNew();
  return folder;
}
