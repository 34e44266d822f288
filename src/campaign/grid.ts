import { counted, figure } from '../core/figures.ts';
import { nodeId, type NodeId } from '../core/node.ts';
import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { STRATEGIES, type StrategyName } from '../generals/faults/registry.ts';
import { PROTOCOLS, protocolNamed, type ProtocolName } from '../generals/protocols/registry.ts';
import { Z95 } from './interval.ts';
import { asksNothing } from './trivial.ts';
import { unexpected, wholeIn, wordIn, type Field } from './fields.ts';

/** What a campaign tries: every combination of these. */
export interface Grid {
  readonly protocols: readonly ProtocolName[];
  readonly members: readonly number[];
  readonly faults: readonly number[];
  readonly strategies: readonly StrategyName[];
  /** m, the traitors that the protocol is run to stand: as an army would set it for n, or always f, or each of these. */
  readonly m: (typeof MS)[number] | readonly number[];
  /** How many orders each cell gets; at the most, if `until` is given. */
  readonly orders: number;
  /** Ends a cell as soon as the intervals of agreement and validity are at most that wide. */
  readonly until: number | undefined;
  readonly seed: number;
}

/**
 * One combination. In each of its orders G1 commands, to attack; the traitors are a set of f, drawn uniformly from the sets
 * of f among all n, so that the commander is one of them with probability f/n.
 */
export interface Cell {
  /** Says all of the cell, in characters that need no quoting: `oral-m2-n7-f2-coin`. */
  readonly id: string;
  readonly protocol: ProtocolName;
  readonly m: number;
  readonly members: number;
  readonly faults: number;
  readonly strategy: StrategyName;
}

export const COMMANDER: NodeId = nodeId(1);
export const ORDER = 'attack';

/** All fields that a grid may have, as a file names them. */
export const GRID_KEYS = ['protocol', 'members', 'faults', 'strategy', 'm', 'orders', 'until', 'seed'] as const;
export type GridKey = (typeof GRID_KEYS)[number];

const MEMBERS_MAX = 256;
const ORDERS_MAX = 1e12;
/** Of one campaign: more rows nobody reads. */
const CELLS_MAX = 10_000;
const ORDERS_DEFAULT = 10_000;
const ORDERS_UNTIL_LEAST = 10_000_000;

/**
 * @param fields what was given; the rest takes its default
 * @param seed the seed if none is given
 * @throws UserError in one line: which field, and what was expected
 */
export function gridOf(fields: Partial<Record<GridKey, Field>>, seed: number): Grid {
  const until = fields.until === undefined ? undefined : widthIn(fields.until);
  const grid: Grid = {
    protocols: fields.protocol === undefined ? ['exchange'] : namesIn(fields.protocol, PROTOCOLS.map(({ name }) => name)),
    members: fields.members === undefined ? [4] : rangeIn(fields.members, 1, MEMBERS_MAX),
    faults: fields.faults === undefined ? [1] : rangeIn(fields.faults, 0, MEMBERS_MAX),
    strategies: fields.strategy === undefined ? ['coin'] : namesIn(fields.strategy, STRATEGIES.map(({ name }) => name)),
    m: fields.m === undefined ? 'default' : (MS.find((word) => word === fields.m!.value) ?? rangeIn(fields.m, 0, MEMBERS_MAX, `, or ${MS.join(' or ')}`)),
    orders: fields.orders === undefined ? ORDERS_DEFAULT : wholeIn(fields.orders, 1, ORDERS_MAX),
    until,
    seed: fields.seed === undefined ? seed : wholeIn(fields.seed, 0),
  };
  const most = grid.members.at(-1)!;
  const tooMany = grid.faults.find((faults) => faults > most);
  if (tooMany !== undefined) throw new UserError(`${fields.faults?.name ?? 'faults'}: ${counted(tooMany, 'traitor is', 'traitors are')} more than there are generals, ${figure(most)} at the most`);
  return until === undefined || fields.orders !== undefined ? grid : { ...grid, orders: ordersEnough(until, grid) };
}

/** So many orders that each cell of the grid comes to its width, whatever its rates; the least leaves batches as they are for wide ones. */
function ordersEnough(until: number, { members, faults }: Grid): number {
  const needed = members.flatMap((n) => faults.filter((f) => f <= n).map((f) => ordersUntil(until, { members: n, faults: f })));
  return Math.min(ORDERS_MAX, Math.max(ORDERS_UNTIL_LEAST, ...needed));
}

/** The orders after which the intervals of a cell are that wide, if its rates are one half, or a stop later: validity is of the orders of a loyal commander. */
export const ordersUntil = (until: number, cell: Pick<Cell, 'members' | 'faults'>): number =>
  Math.ceil(1.3 * (Z95 / until) ** 2 * (asksNothing(cell) ? 1 : cell.members / (cell.members - cell.faults)));

/** The cells of a grid, and why some combinations have none. @throws UserError if nothing is left, or too much */
export function cellsOf(grid: Grid): { readonly cells: readonly Cell[]; readonly left: readonly string[] } {
  const ms = typeof grid.m === 'string' ? 1 : grid.m.length;
  const count = grid.protocols.length * grid.members.length * grid.faults.length * grid.strategies.length * ms;
  if (count > CELLS_MAX) throw new UserError(`the grid has ${counted(count, 'cell')}, the limit is ${figure(CELLS_MAX)}: choose shorter ranges`);
  const cells: Cell[] = [];
  const left: string[] = [];
  for (const name of grid.protocols) {
    const protocol = protocolNamed(name)!;
    for (const members of grid.members) {
      for (const faults of grid.faults) {
        if (faults > members) {
          left.push(`n=${members} f=${faults}: more traitors than generals`);
          continue;
        }
        for (const m of grid.m === 'default' ? [protocol.faultsByDefault(members)] : grid.m === 'f' ? [faults] : grid.m) {
          const refusal = protocol.refuses(members, m);
          if (refusal !== undefined) left.push(`${name} m=${m} n=${members}: ${refusal}`);
          else for (const strategy of grid.strategies) cells.push(cellOf(name, m, members, faults, strategy));
        }
      }
    }
  }
  const reasons = [...new Set(left)];
  if (cells.length === 0) throw new UserError(`the grid has no cell that can be run: ${reasons[0]!}`);
  return { cells, left: reasons };
}

export const cellOf = (protocol: ProtocolName, m: number, members: number, faults: number, strategy: StrategyName): Cell => ({
  id: `${protocol}-m${m}-n${members}-f${faults}-${strategy}`,
  protocol,
  m,
  members,
  faults,
  strategy,
});

/** What m may be but numbers: the protocol's own, or as many as there are traitors. */
const MS = ['default', 'f'] as const;

/**
 * Numbers: one, a list, or as people write them, `4..16` and `4,7,10`.
 * @param orElse what else the field may hold, for the error
 * @returns in ascending order, each once
 */
export function rangeIn(field: Field, min: number, max: number, orElse = ''): number[] {
  const parts = typeof field.value === 'string' ? field.value.split(',') : Array.isArray(field.value) ? (field.value as readonly unknown[]) : [field.value];
  if (parts.length === 0) throw new UserError(`${field.name} is empty: give a number, or a range such as 4..16`);
  const numbers = parts.flatMap((part) => {
    const ends = typeof part === 'string' ? /^\s*(\d{1,9})\s*\.\.\s*(\d{1,9})\s*$/.exec(part) : null;
    if (ends === null) {
      const one = { name: field.name, value: typeof part === 'string' ? part.trim() : part };
      try {
        return [wholeIn(one, min, max)];
      } catch (error) {
        if (error instanceof UserError) throw unexpected({ name: field.name, value: part }, `whole numbers from ${min} to ${max}, such as 4 or 4..16 or 4,7,10${orElse}`);
        throw error;
      }
    }
    const [from, to] = [Number(ends[1]), Number(ends[2])];
    if (from > to) throw new UserError(`${field.name}: the range ${from}..${to} is empty; write ${to}..${from}`);
    if (from < min || to > max) throw unexpected({ name: field.name, value: part }, `whole numbers from ${min} to ${max}`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function namesIn<Name extends string>(field: Field, known: readonly Name[]): Name[] {
  const parts = typeof field.value === 'string' ? field.value.split(',') : Array.isArray(field.value) ? (field.value as readonly unknown[]) : [field.value];
  if (parts.length === 0) throw new UserError(`${field.name} is empty: ${known.join(', ')}`);
  return [...new Set(parts.map((part) => wordIn({ name: field.name, value: typeof part === 'string' ? part.trim().toLowerCase() : part }, known)))];
}

function widthIn(field: Field): number {
  const value = typeof field.value === 'string' && /^[\d.]+(e-?\d+)?$/i.test(field.value) ? Number(field.value) : field.value;
  if (typeof value !== 'number' || !(value >= 1e-6 && value < 1)) throw unexpected(field, 'a width from 0.000001 to below 1, such as 0.01');
  return value;
}

/** The fields of a grid file. @throws UserError if it is not one, or has a field that no grid has */
export function fieldsIn(text: string, file: string): Partial<Record<GridKey, Field>> {
  let value: unknown;
  try {
    // Some editors put a byte order mark before it.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${quotedPath(file)} is not JSON: ${error instanceof Error ? error.message.split('\n')[0]! : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected({ name: quotedPath(file), value }, `an object with the fields ${GRID_KEYS.join(', ')}`);
  const fields: Partial<Record<GridKey, Field>> = {};
  for (const [key, content] of Object.entries(value)) {
    const known = GRID_KEYS.find((candidate) => candidate === key);
    if (known === undefined) throw new UserError(`${quotedPath(file)} has a field ${quoted(key)}, but a grid has ${GRID_KEYS.join(', ')}`);
    fields[known] = { name: `${known} of ${quotedPath(file)}`, value: content as unknown };
  }
  return fields;
}
