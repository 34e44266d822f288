import { availableParallelism } from 'node:os';
import { newCampaign, resumedCampaign, type Campaign } from '../campaign/campaign.ts';
import { inWords } from '../campaign/duration.ts';
import { ENGINE_CHOICES, type EngineChoice } from '../campaign/engine.ts';
import { estimate } from '../campaign/estimate.ts';
import { wordIn, type Field } from '../campaign/fields.ts';
import { GRID_KEYS, fieldsIn, gridOf, type GridKey } from '../campaign/grid.ts';
import { meterOf } from '../campaign/meter.ts';
import { openPool } from '../campaign/pool.ts';
import { resultsOf, sealed, textOf, type Results } from '../campaign/results.ts';
import { runCampaign } from '../campaign/run.ts';
import { RESULTS, holdsResults, openFolder, type Folder } from '../campaign/store.ts';
import { csvOf, tableOf } from '../campaign/table.ts';
import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { wrapped } from '../core/wrapped.ts';
import { folded } from '../repl/layout.ts';
import { readText } from './files.ts';
import { isPlain } from '../repl/theme.ts';
import { UsageError } from './arguments.ts';
import { bring, isOwnFile } from './bring.ts';
import type { CampaignOptions } from './subcommands/campaign.ts';
import { newSeed } from './seeds.ts';
import { onSignal } from './signals.ts';

/** Runs a campaign and shows its table. @returns the exit status: 0, 1 if it could not be saved, or 130 or 143 if a signal stopped it */
export async function campaignCommand(options: CampaignOptions): Promise<number> {
  const planned = await campaignFor(options);
  const threads = options.threads ?? availableParallelism();
  mustBeShort(planned, threads, options.yes);
  const folder = folderFor(options);
  try {
    // Whoever had the folder until now may have gone on.
    return await done(options.resume === undefined ? planned : resumedCampaign(options.resume), threads, folder, options.json);
  } finally {
    folder?.release();
  }
}

async function done(campaign: Campaign, threads: number, folder: Folder | undefined, json: boolean): Promise<number> {
  const end = await ran(campaign, threads, folder, json);
  const results = resultsNow(campaign);
  // Before the table, for whoever reads that may close the pipe, and so end the program.
  const unsaved = end.unsaved ?? (folder === undefined ? undefined : await written(folder, results));
  process.stdout.write(json ? `${JSON.stringify(sealed(results))}\n` : `${[`seed ${campaign.grid.seed}`, ...fittedTable(results)].join('\n')}\n`);
  if (unsaved !== undefined) {
    const saved = holdsResults(folder!.path) ? 'and --resume goes on from what was saved before' : 'and nothing was saved';
    process.stderr.write(`generals: ${unsaved.message}; what is shown is all that was counted, ${saved}\n`);
    return 1;
  }
  if (folder !== undefined && !json) process.stdout.write(`written to ${folder.path}: ${RESULTS}, results.csv, report.html and plots\n`);
  return end.signal === undefined ? 0 : { SIGINT: 130, SIGTERM: 143 }[end.signal];
}

/** The table as it stands in a pipe; at a terminal, in as many parts as its width asks for. */
function fittedTable(results: Results): string[] {
  const lines = tableOf(results);
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return lines;
  const rows = results.cells.length + 1;
  return [...folded(lines.slice(0, rows), columns, CELL_COLUMNS), ...lines.slice(rows).flatMap((line) => wrapped(line, columns))];
}

/** The first columns of the table, which tell one cell from another. */
const CELL_COLUMNS = 5;

async function campaignFor(options: CampaignOptions): Promise<Campaign> {
  const given = GRID_KEYS.filter((key) => options.fields[key] !== undefined);
  if (options.resume !== undefined) {
    // What is of somebody's own is no part of what was saved.
    for (const key of OWN) if (options.fields[key]?.split(',').every(isOwnFile) === true) await withNames(key, { name: key, value: options.fields[key] }).then(() => given.splice(given.indexOf(key), 1));
    if (options.file !== undefined) throw new UsageError(`--resume goes on with the grid of its folder, not with ${quoted(options.file)}`);
    if (given.length > 0) throw new UsageError(`--resume goes on with the grid of its folder: --${given[0]!} cannot be changed`);
    if (options.out !== undefined) throw new UsageError('--resume writes to its own folder: leave out --out');
    if (options.engine !== undefined) throw new UsageError('--resume goes on with the engine that the campaign began with: leave out --engine');
    return resumedCampaign(options.resume);
  }
  const fields: Partial<Record<GridKey, Field>> = options.file === undefined ? {} : fieldsIn(readText(options.file), options.file);
  for (const key of given) fields[key] = { name: `--${key}`, value: options.fields[key] };
  for (const key of OWN) if (fields[key] !== undefined) fields[key] = await withNames(key, fields[key]);
  return newCampaign(gridOf(fields, newSeed()), engineIn(options.engine));
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

function mustBeShort({ cells, grid }: Campaign, threads: number, yes: boolean): void {
  const time = estimate(cells, grid, threads);
  if (time > HOUR && !yes) throw new UsageError(`this takes about ${inWords(time)} on ${threads === 1 ? 'one thread' : `${threads} threads`}: --yes runs it all the same, fewer --orders take less`);
}

function folderFor({ out, resume }: CampaignOptions): Folder | undefined {
  if (resume !== undefined) return openFolder(resume);
  if (out === undefined) return undefined;
  const mustBeNew = (): void => {
    if (holdsResults(out)) throw new UsageError(`${quotedPath(out)} holds results already: --resume goes on with them, another folder keeps them`);
  };
  mustBeNew();
  const folder = openFolder(out);
  // Somebody may have begun and ended there meanwhile.
  mustBeNew();
  return folder;
}

/** Milliseconds between two checkpoints, the first of which comes with the first batch; more where a large grid takes long to write. */
const CHECKPOINT = 500;
/** So many times as long as a checkpoint took, there is none. */
const REST = 20;

/** Why a campaign ended: nothing of it if it came to its end. */
interface End {
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined;
  /** Why what was counted could not be saved. */
  readonly unsaved: UserError | undefined;
}

/** Runs the campaign to its end, or until a signal, or until it cannot be saved any more: then going on would be in vain. */
async function ran(campaign: Campaign, threads: number, folder: Folder | undefined, isQuiet: boolean): Promise<End> {
  const { cells, grid } = campaign;
  const stop = new AbortController();
  let signal: End['signal'];
  let unsaved: UserError | undefined;
  let rest = 0;
  const heed = (name: NodeJS.Signals): void => {
    signal ??= name === 'SIGTERM' ? name : 'SIGINT';
    stop.abort();
  };
  const save = (): void => {
    unsaved = refusalOf(() => folder?.write(RESULTS, textOf(resultsNow(campaign))));
    if (unsaved !== undefined) stop.abort();
  };
  await onSignal(['SIGINT', 'SIGTERM'], heed, async () => {
    const pool = await openPool(threads);
    const meter = isQuiet ? undefined : meterOf(cells, grid, threads, process.stderr, process.stderr.isTTY && !isPlain(process.env));
    try {
      // What is to be done is saved before anything is: the worst of many cells is sought for a while before the first order.
      save();
      meter?.update();
      await runCampaign(cells, grid, pool, stop.signal, () => {
        const start = performance.now();
        if (start >= rest) {
          save();
          rest = performance.now() + Math.max(CHECKPOINT, REST * (performance.now() - start));
        }
        meter?.update();
      });
    } finally {
      meter?.stop();
      await pool.close();
    }
  });
  return { signal, unsaved };
}

/** What a piece of work refuses to do; undefined if it is done. */
function refusalOf(work: () => void): UserError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const resultsNow = ({ cells, grid, engine, left }: Campaign): Results => resultsOf(cells, grid, engine, left);

/** Writes all files, the results first. @returns why not, if they could not be written */
async function written(folder: Folder, results: Results): Promise<UserError | undefined> {
  const unsaved = refusalOf(() => folder.write(RESULTS, textOf(results)));
  if (unsaved !== undefined) return unsaved;
  const { plotsOf } = await import('../campaign/plots.ts');
  const { reportOf } = await import('../campaign/report.ts');
  const plots = await plotsOf(results);
  return refusalOf(() => {
    folder.write('results.csv', csvOf(results));
    for (const { name, svg } of plots) folder.write(`${name}.svg`, svg);
    folder.write('report.html', reportOf(results, plots));
  });
}
