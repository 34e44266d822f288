import { counted, figure } from '../core/figures.ts';
import { UserError, quotedPath, quotedValue } from '../core/user-error.ts';
import { cellSeed } from './draw.ts';
import { ENGINE_CHOICES, type Engine, type EngineChoice } from './engine.ts';
import { assertNear, type Exact } from './exact.ts';
import { fieldOf, listIn, objectIn, unexpected, wholeIn, wordIn, type Field } from './fields.ts';
import { GRID_KEYS, cellsOf, gridOf, type Cell, type Grid, type GridKey } from './grid.ts';
import { wilson, type Rate } from './interval.ts';
import type { Progress } from './schedule.ts';
import { undecidedIn, type Tally, type Violation } from './tally.ts';
import { WORST, isProved, type Worst } from './worst.ts';

export const FORMAT = 'generals campaign';

/**
 * Another one wherever the same seed and number stand for another order than before, as who goes on, or repeats, must have the very
 * same; and wherever a count or a rate is of something else.
 */
export const VERSION = 4;

/** What a campaign comes to, and all that is needed to go on with it: the content of `results.json`. */
export interface Results {
  readonly format: typeof FORMAT;
  readonly v: typeof VERSION;
  readonly status: 'complete' | 'partial';
  readonly engine: EngineChoice;
  readonly grid: Readonly<Partial<Record<GridKey, unknown>>>;
  /** Combinations that have no cell, and why. */
  readonly left: readonly string[];
  readonly cells: readonly CellResult[];
}

export interface CellResult extends Cell {
  readonly engine: Engine;
  /** With it, and an order's number, the order can be repeated. */
  readonly seed: number;
  readonly isDone: boolean;
  readonly counts: Omit<Tally, 'violations'> & { readonly undecided: number };
  /**
   * Of how many orders each was true, with 95 % intervals after Wilson; null before the first order. Validity is of the orders of
   * a loyal commander; null before the first of these.
   */
  readonly rates: (Readonly<Record<RateName, Rate>> & { readonly validity: Rate | null }) | null;
  readonly messages: number | null;
  /** What the rates of agreement and validity would come to in the long run, where that can be computed. */
  readonly exact: Exact | null;
  /** Why there are no exact values, or not those of the closed form; and no kernel, where it would have been the engine. */
  readonly aside: { readonly exact: string | null; readonly kernel: string | null };
  readonly worst: Worst | null;
  readonly violations: readonly Violation[];
}

export type RateName = 'agreement' | 'commanderLoyal' | 'attack' | 'retreat' | 'undecided';

export const resultsOf = (cells: readonly Progress[], grid: Grid, engine: EngineChoice, left: readonly string[]): Results => ({
  format: FORMAT,
  v: VERSION,
  status: cells.every(({ isDone }) => isDone) ? 'complete' : 'partial',
  engine,
  grid: dataOf(grid),
  left,
  cells: cells.map(resultOf),
});

function resultOf({ cell, engine, lack, seed, isDone, tally, worst, exact: told, found }: Progress): CellResult {
  const { violations, ...counts } = tally;
  const { orders } = tally;
  const undecided = undecidedIn(tally);
  const rate = (count: number): Rate => wilson(count, orders);
  const isSure = isProved(cell, worst);
  const exact = isSure ? { agreement: 1, validity: cell.faults === cell.members ? null : 1 } : told?.values;
  if (exact !== undefined) assertNear(cell, exact, tally);
  return {
    ...cell,
    engine,
    seed,
    isDone,
    counts: { ...counts, undecided },
    rates: orders === 0 ? null : {
      agreement: rate(orders - tally.agreementViolated),
      commanderLoyal: rate(tally.commanderLoyal),
      validity: tally.commanderLoyal === 0 ? null : wilson(tally.commanderLoyal - tally.validityViolated, tally.commanderLoyal),
      attack: rate(tally.attack),
      retreat: rate(tally.retreat),
      undecided: rate(undecided),
    },
    messages: orders === 0 ? null : tally.messages / orders,
    exact: exact ?? null,
    aside: { exact: isSure ? null : (told?.aside ?? null), kernel: lack ?? null },
    worst: worst ?? null,
    violations: engine === 'kernel' ? (found ?? []) : violations,
  };
}

export const dataOf = ({ protocols, members, faults, strategies, m, orders, until, seed }: Grid): Results['grid'] => ({
  protocol: protocols, members, faults, strategy: strategies, m, orders, ...(until === undefined ? {} : { until }), seed,
});

/** Results as they are given away: with a digest at their end, by which it is seen that nobody has changed them. */
export const sealed = <Of extends object>(results: Of): Of & { readonly digest: string } => ({ ...results, digest: digestOf(results) });

/** The content of `results.json`. */
export const textOf = (results: Results): string => `${JSON.stringify(sealed(results), undefined, 1)}\n`;

/** The same in a report, which a browser shows nothing of: so that a report alone can be read again. */
export const blockOf = (results: Results): string => `${BLOCK}${JSON.stringify(sealed(results)).replaceAll(/[<&]/g, escaped)}</template>`;

const escaped = (letter: string): string => `\\u00${letter.charCodeAt(0).toString(16)}`;

const BLOCK = '<template id="results">';

/** The content of `results.json` that a report has in it; undefined where it has none, as those of older programs. */
export function resultsInReport(report: string): string | undefined {
  const at = report.indexOf(BLOCK);
  return at === -1 ? undefined : report.slice(at + BLOCK.length, report.indexOf('</template>', at));
}

/**
 * Two hashes after Fowler, Noll and Vo (FNV-1a, 32 bits, two bases), of the results without spaces. It is against slips of the
 * hand, and bits that fell over; whoever wants to deceive can compute it as well.
 */
export function digestOf(results: unknown): string {
  const text = JSON.stringify(results);
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let index = 0; index < text.length; index += 1) {
    a = Math.imul(a ^ text.charCodeAt(index), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(index), 0x01000193);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** What results say of a campaign, as far as it was given and counted; everything else follows from that. */
export interface Saved {
  readonly status: Results['status'];
  readonly grid: Grid;
  readonly engine: EngineChoice;
  readonly left: readonly string[];
  readonly cells: readonly { readonly cell: Cell; readonly engine: Engine; readonly lack: string | undefined; readonly seed: number; readonly tally: Tally; readonly worst: Worst | undefined }[];
}

/**
 * Reads results.
 * @param name what people call the file
 * @throws UserError in one line, if they are truncated, of another version, changed, or nothing of ours
 */
export function savedIn(text: string, name: string): Saved {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${quotedPath(name)} is truncated, or not JSON`);
  }
  const file: Field = { name: quotedPath(name), value };
  const isOurs = typeof value === 'object' && value !== null && 'format' in value && value.format === FORMAT;
  if (!isOurs) throw new UserError(`${quotedPath(name)} does not hold the results of a campaign`);
  const version = fieldOf(file, 'v');
  if (version.value !== VERSION) throw new UserError(`${quotedPath(name)} is of version ${quotedValue(version.value)}, and this program reads version ${VERSION}`);
  const grid = gridIn(fieldOf(file, 'grid'));
  const { cells, left } = cellsOf(grid);
  const list = listIn(fieldOf(file, 'cells'));
  if (list.length !== cells.length) throw new UserError(`${quotedPath(name)} has ${counted(list.length, 'cell')}, but its grid has ${figure(cells.length)}`);
  const saved: Saved = {
    status: wordIn(fieldOf(file, 'status'), ['complete', 'partial']),
    grid,
    left,
    engine: wordIn(fieldOf(file, 'engine'), ENGINE_CHOICES),
    cells: cells.map((cell, index) => {
      const field = { name: `${file.name}.cells.${index}`, value: list[index] };
      if (fieldOf(field, 'id').value !== cell.id) throw unexpected(fieldOf(field, 'id'), cell.id);
      const seed = wholeIn(fieldOf(field, 'seed'), 0);
      if (seed !== cellSeed(grid.seed, cell)) throw unexpected(fieldOf(field, 'seed'), `${cellSeed(grid.seed, cell)}, which follows from the campaign's`);
      return { cell, seed, engine: wordIn(fieldOf(field, 'engine'), ['simulator', 'kernel']), lack: reasonIn(fieldOf(fieldOf(field, 'aside'), 'kernel')), tally: tallyIn(field, grid), worst: worstIn(fieldOf(field, 'worst')) };
    }),
  };
  // Last, as what is wrong with a field says more.
  const { digest, ...rest } = objectIn(file);
  if (digest !== digestOf(rest)) throw new UserError(`${quotedPath(name)} was changed since it was written: its digest does not fit what it holds`);
  return saved;
}

/** The grid as results name it. */
export function gridIn(field: Field): Grid {
  const given = objectIn(field);
  const fields: Partial<Record<GridKey, Field>> = {};
  for (const key of GRID_KEYS) if (given[key] !== undefined) fields[key] = { name: `${field.name}.${key}`, value: given[key] };
  if (fields.seed === undefined) throw unexpected({ name: `${field.name}.seed`, value: undefined }, 'a whole number');
  return gridOf(fields, 0);
}

export function reasonIn(field: Field): string | undefined {
  if (field.value === null) return undefined;
  if (typeof field.value !== 'string') throw unexpected(field, 'a reason in words');
  return field.value;
}

export const worstIn = (field: Field): Worst | undefined => (field.value === null ? undefined : wordIn(field, WORST));

export function tallyIn(cell: Field, grid: Pick<Grid, 'orders'>): Tally {
  const counts = fieldOf(cell, 'counts');
  const orders = wholeIn(fieldOf(counts, 'orders'), 0, grid.orders);
  const count = (key: string, most = orders): number => wholeIn(fieldOf(counts, key), 0, most);
  const attack = count('attack');
  const commanderLoyal = count('commanderLoyal');
  return {
    orders,
    commanderLoyal,
    agreementViolated: count('agreementViolated'),
    validityViolated: count('validityViolated', commanderLoyal),
    attack,
    retreat: count('retreat', orders - attack),
    messages: count('messages', Number.MAX_SAFE_INTEGER),
    violations: listIn(fieldOf(cell, 'violations')).map((value, index) => {
      const violation = { name: `${cell.name}.violations.${index}`, value };
      return { order: wholeIn(fieldOf(violation, 'order'), 1), property: wordIn(fieldOf(violation, 'property'), ['agreement', 'validity']) };
    }),
  };
}
