import { philox, philoxBlock } from '../core/philox.ts';
import { DEFAULT_DEADLINE, type RunSpec } from '../generals/run-spec.ts';
import { nodeId, type NodeId } from '../core/node.ts';
import { COMMANDER, ORDER, type Cell } from './grid.ts';

/** The most orders that draw from one seed: their number is one word of the generator's counter. */
export const DRAWS_MAX = 2 ** 32 - 1;

/**
 * The seed that a cell's orders draw from: a hash of the campaign's seed and what the cell is, so that a cell has the same
 * orders in whatever grid it stands.
 * @returns a whole number from 0 to 2^53 − 1
 */
export function cellSeed(campaign: number, { id }: Cell): number {
  const [a, b] = [hash(id, 0x811c9dc5), hash(id, 0x9747b28c)];
  const low = philox(0, 0, a, b, campaign >>> 0, Math.floor(campaign / 2 ** 32));
  const high = philox(1, 0, a, b, campaign >>> 0, Math.floor(campaign / 2 ** 32));
  return (high >>> 11) * 2 ** 32 + low;
}

/** FNV-1a (Fowler, Noll, Vo), of a text in ASCII. */
function hash(text: string, basis: number): number {
  let state = basis;
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}

/**
 * Added to the number of an order's blocks that are about the order itself: `core/choice.ts` has the round in these bits, and no
 * protocol has so many.
 */
const OF_ORDER = 0xfff00000;

/** Words that belong to one batch of a cell's orders, and to no order and no question. */
export const ofBatch = (seed: number, batch: number, index: number): number =>
  philox(batch, 0xffe00000, index, 0, seed >>> 0, Math.floor(seed / 2 ** 32));

/** Which generals can be traitors, where not all sets are drawn from. */
export type Class = 'any' | 'commander faulty' | 'commander loyal';

/** The traitors of one order, in ascending order. */
export const traitorsOf = (cell: Cell, seed: number, order: number, among: Class = 'any'): NodeId[] => drawing(cell, seed, among)(order).toSorted((a, b) => a - b);

/**
 * Draws the traitors of any order of a cell: a uniformly random set of f among all n, or among those sets of one class.
 * @returns a list that the next order changes
 */
export function drawing({ members, faults }: Cell, seed: number, among: Class): (order: number) => readonly NodeId[] {
  const pool: NodeId[] = [];
  for (let id = 1; id <= members; id += 1) pool.push(nodeId(id));
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  const first = among === 'any' ? 0 : 1;
  /** Of those who need not be drawn. */
  const known = among === 'commander faulty' ? 1 : 0;
  const traitors: NodeId[] = known === 1 ? [COMMANDER] : [];
  const places: number[] = [];
  const block = new Uint32Array(4);
  return (order) => {
    // The beginning of a Fisher-Yates shuffle, taken back for the next order.
    for (let draw = known; draw < faults; draw += 1) {
      const word = draw - known;
      if (word % 4 === 0) philoxBlock(order, OF_ORDER + word / 4, 0, 0, low, high, block);
      const index = first + word;
      const place = index + Math.floor((block[word % 4]! / 2 ** 32) * (members - index));
      places[draw] = place;
      traitors[draw] = pool[place]!;
      pool[place] = pool[index]!;
    }
    for (let draw = faults - 1; draw >= known; draw -= 1) pool[places[draw]!] = traitors[draw]!;
    return traitors;
  };
}

/** Order number `order` of a cell, from 1 on: repeatable alone, since all chance in it is keyed by the seed and this number. */
export const missionOf = ({ protocol, m, members }: Cell, seed: number, order: number): RunSpec => ({
  number: order,
  protocol,
  m,
  members: Array.from({ length: members }, (_, index) => nodeId(index + 1)),
  commander: COMMANDER,
  order: ORDER,
  seed,
  draw: order,
  deadline: DEFAULT_DEADLINE,
});
