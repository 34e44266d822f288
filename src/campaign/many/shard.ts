/**
 * A campaign's shard: of each cell the batches whose turn it is, dealt round from cell to cell.
 *
 * Where `--until` ends cells, the machines could not know when all of them together are there. So each counts its batches up to a
 * stop that was agreed beforehand: the first by which any rates are known to that width. What it counted it keeps stop by stop.
 * Who puts shards together ends a cell at the first stop at which all of them have the width, as one machine would have.
 */
import { cellSeed } from '../draw.ts';
import { ENGINE_CHOICES, batchOf, type Engine, type EngineChoice } from '../engine.ts';
import { mayBeExact, type Told } from '../exact.ts';
import { fieldOf, listIn, unexpected, wholeIn, wordIn, type Field } from '../fields.ts';
import { cellsOf, ordersUntil, type Cell, type Grid } from '../grid.ts';
import { VERSION, dataOf, gridIn, reasonIn, tallyIn, worstIn } from '../results.ts';
import type { Pool } from '../pool.ts';
import { alikeAtWorst, runWorks, type Work } from '../run.ts';
import { stopsOf } from '../schedule.ts';
import { EMPTY, added, type Tally } from '../tally.ts';
import type { Span } from '../trials.ts';
import type { Worst } from '../worst.ts';
import type { Campaign } from '../campaign.ts';
import type { Countable } from '../estimate.ts';
import type { Shard, ShardFile } from './file.ts';
import { firstOf, isOwn, type Share } from './share.ts';

export interface CampaignShard {
  readonly share: Share;
  readonly grid: Grid;
  readonly engine: EngineChoice;
  readonly cells: readonly ShardCell[];
}

/** What a shard has of one cell. */
export interface ShardCell {
  readonly cell: Cell;
  readonly engine: Engine;
  readonly seed: number;
  /** Orders of one batch. */
  readonly size: number;
  readonly lack: string | undefined;
  /** The number of its first batch; each further one is as many further as there are shards. */
  readonly first: number;
  /** Where one machine would stop to look, in orders; the last was agreed as the end. */
  readonly stops: readonly number[];
  /** Of its batches before each stop, from the stop before on. */
  readonly tallies: Tally[];
  /** Its batches that were counted, the first ones without a gap. */
  done: number;
  issued: number;
  /** By its number among the own ones, a batch that came back before an earlier one. */
  readonly early: Map<number, Tally>;
  /** Whether it is this shard that searches them. */
  readonly hasWorst: boolean;
  readonly hasExact: boolean;
  worst: Worst | undefined;
  exact: Told | undefined;
}

export const newShard = ({ grid, engine, cells }: Campaign, share: Share): CampaignShard => shardOf(share, grid, engine, cells);

function shardOf(share: Share, grid: Grid, engine: EngineChoice, cells: readonly { readonly cell: Cell; readonly engine: Engine; readonly lack: string | undefined }[]): CampaignShard {
  const searched = new Set(alikeAtWorst(cells.map(({ cell }, index) => ({ cell, index }))).map(([first]) => first!.index));
  return {
    share, grid, engine,
    cells: cells.map(({ cell, engine: chosen, lack }, index) => {
      const size = batchOf(cell, chosen, grid);
      const stops = stopsOf(size, grid, grid.until === undefined ? grid.orders : Math.min(grid.orders, ordersUntil(grid.until, cell)));
      return {
        cell, engine: chosen, lack, size, stops, seed: cellSeed(grid.seed, cell), first: firstOf(share, index), tallies: stops.map(() => EMPTY), done: 0, issued: 0, early: new Map(),
        hasWorst: searched.has(index) && isOwn(share, index), hasExact: mayBeExact(cell) && isOwn(share, index), worst: undefined, exact: undefined,
      };
    }),
  };
}

/** How many batches a shard has of a cell. */
export const batchesOf = ({ first, stops, size }: ShardCell, { of }: Share): number => Math.max(0, Math.ceil((Math.ceil(stops.at(-1)! / size) - first) / of));

/** The orders of one of its batches. */
function spanOf({ first, size, stops }: ShardCell, { of }: Share, index: number): Span {
  const from = (first + index * of) * size;
  return { from: from + 1, count: Math.min(size, stops.at(-1)! - from) };
}

/** The orders of its first so many batches, or how many of them lie before each stop. */
export function ordersBetween(cell: ShardCell, share: Share, batches: number): number[] {
  const counts = cell.stops.map(() => 0);
  let stop = 0;
  for (let index = 0; index < batches; index += 1) {
    const { from, count } = spanOf(cell, share, index);
    while (from > cell.stops[stop]!) stop += 1;
    counts[stop]! += count;
  }
  return counts;
}

export const ordersIn = ({ tallies }: ShardCell): number => tallies.reduce((sum, { orders }) => sum + orders, 0);

const isDone = (cell: ShardCell, share: Share): boolean => cell.done >= batchesOf(cell, share) && (!cell.hasWorst || cell.worst !== undefined) && (!cell.hasExact || cell.exact !== undefined);

/** Has the shard run to its end, or until the signal. @param counted told whenever something more is known */
export function runShard({ cells, share }: CampaignShard, pool: Pool, signal: AbortSignal, counted: () => void): Promise<void> {
  const searches = cells.filter(({ hasWorst, worst }) => hasWorst && worst === undefined);
  const sums = cells.filter(({ hasExact, exact }) => hasExact && exact === undefined);
  let first = 0;
  return runWorks(next, pool, signal);

  function next(): Work | undefined {
    const search = searches.shift();
    if (search !== undefined) return { task: { type: 'worst', cell: search.cell }, done: (answer) => told(() => (search.worst = 'worst' in answer ? answer.worst : 'unknown')) };
    const sum = sums.shift();
    if (sum !== undefined) return { task: { type: 'exact', cell: sum.cell }, done: (answer) => told(() => (sum.exact = 'exact' in answer ? answer.exact : undefined)) };
    while (first < cells.length && cells[first]!.issued >= batchesOf(cells[first]!, share)) first += 1;
    const cell = cells[first];
    if (cell === undefined) return undefined;
    const index = cell.issued;
    cell.issued += 1;
    return {
      task: { type: 'trials', cell: cell.cell, seed: cell.seed, engine: cell.engine, size: cell.size, span: spanOf(cell, share, index) },
      done(answer) {
        if (!('tally' in answer)) throw new Error('a batch came back without a tally');
        const { tally } = answer;
        told(() => take(cell, index, tally));
      },
    };
  }

  function told(change: () => void): void {
    change();
    counted();
  }

  function take(cell: ShardCell, index: number, tally: Tally): void {
    cell.early.set(index, tally);
    for (let batch = cell.early.get(cell.done); batch !== undefined; batch = cell.early.get(cell.done)) {
      cell.early.delete(cell.done);
      const { from } = spanOf(cell, share, cell.done);
      const stop = cell.stops.findIndex((orders) => orders >= from);
      cell.tallies[stop] = added(cell.tallies[stop]!, batch);
      cell.done += 1;
    }
  }
}

/** A shard as its file has it. */
export const fileOf = (shard: CampaignShard, program: string): Shard => ({
  kind: 'campaign',
  program,
  share: shard.share,
  status: shard.cells.every((cell) => isDone(cell, shard.share)) ? 'complete' : 'partial',
  request: { v: VERSION, engine: shard.engine, grid: dataOf(shard.grid) },
  done: shard.cells.map(({ cell, engine, lack, done, tallies, worst, exact }) => ({
    id: cell.id,
    engine,
    lack: lack ?? null,
    batches: done,
    counts: tallies.map(({ violations, ...counts }) => (counts.orders === 0 ? null : { counts, violations })),
    worst: worst ?? null,
    exact: exact === undefined ? null : exactData(exact),
  })),
});

/** A shard as its file has it. @throws UserError in one line, if what it holds cannot be */
export function shardOfFile({ share, requestField, doneField }: ShardFile): CampaignShard {
  const version = fieldOf(requestField, 'v');
  if (version.value !== VERSION) throw unexpected(version, `${VERSION}, the version of results`);
  const grid = gridIn(fieldOf(requestField, 'grid'));
  const { cells } = cellsOf(grid);
  const list = listIn(doneField);
  if (list.length !== cells.length) throw unexpected({ name: doneField.name, value: list.length }, `of ${cells.length} cells, as its grid is`);
  const fields = list.map((value, index) => ({ name: `${doneField.name}.${index}`, value }));
  const shard = shardOf(share, grid, wordIn(fieldOf(requestField, 'engine'), ENGINE_CHOICES), cells.map((cell, index) => {
    const field = fields[index]!;
    if (fieldOf(field, 'id').value !== cell.id) throw unexpected(fieldOf(field, 'id'), cell.id);
    return { cell, engine: wordIn(fieldOf(field, 'engine'), ['simulator', 'kernel']), lack: reasonIn(fieldOf(field, 'lack')) };
  }));
  shard.cells.forEach((cell, index) => fill(cell, share, fields[index]!));
  return shard;
}

function fill(cell: ShardCell, share: Share, field: Field): void {
  cell.done = wholeIn(fieldOf(field, 'batches'), 0, batchesOf(cell, share));
  cell.issued = cell.done;
  const counts = fieldOf(field, 'counts');
  const list = listIn(counts);
  if (list.length !== cell.stops.length) throw unexpected({ name: counts.name, value: list.length }, `of ${cell.stops.length} stops`);
  ordersBetween(cell, share, cell.done).forEach((orders, stop) => {
    const one = { name: `${counts.name}.${stop}`, value: list[stop] };
    if (one.value === null && orders === 0) return;
    const tally = tallyIn(one, { orders });
    if (tally.orders !== orders) throw unexpected(fieldOf(fieldOf(one, 'counts'), 'orders'), `${orders}, as so many batches have`);
    cell.tallies[stop] = tally;
  });
  if (cell.hasWorst) cell.worst = worstIn(fieldOf(field, 'worst'));
  if (cell.hasExact) cell.exact = exactIn(fieldOf(field, 'exact'));
}

/** Exact values as JSON has them. */
export const exactData = ({ values, aside }: Told): object => ({ values: values ?? null, aside: aside ?? null });

export function exactIn(field: Field): Told | undefined {
  if (field.value === null) return undefined;
  const values = fieldOf(field, 'values');
  const share = (key: string): number => {
    const one = fieldOf(values, key);
    if (typeof one.value !== 'number' || !(one.value >= -ROUNDING && one.value <= 1 + ROUNDING)) throw unexpected(one, 'a probability');
    return one.value;
  };
  return {
    values: values.value === null ? undefined : { agreement: share('agreement'), validity: fieldOf(values, 'validity').value === null ? null : share('validity') },
    aside: reasonIn(fieldOf(field, 'aside')),
  };
}

/** Sums of many terms may be so far off. */
const ROUNDING = 1e-9;

/** A shard's cells as a meter sees them. */
export const metered = ({ cells, share }: CampaignShard): Countable[] =>
  cells.map((one) => {
    const most = ordersBetween(one, share, batchesOf(one, share)).reduce((sum, orders) => sum + orders, 0);
    return { cell: one.cell, engine: one.engine, most, get tally() { return { orders: ordersIn(one) }; }, get isDone() { return isDone(one, share); } };
  });
