import type { NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import type { World } from './network.ts';

/** A message on its way. */
export interface Passage {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly now: number;
  /** 32 bits of its own, of which each rule takes others. */
  readonly chance: number;
}

/** What becomes of a message: given after how many ms it arrives, and how often, says after how many and how often instead. */
export type Rule = (passage: Passage, arrivals: readonly number[]) => readonly number[];

/**
 * Rules, one on top of the other: a message passes each in turn, until one drops it. Its chance depends on the seed, on whom it
 * is between, and on the how-manieth between them it is, and so on nothing that happens elsewhere.
 */
export function linkOf(rules: readonly Rule[], seed: number): World['link'] {
  const counts = new Map<number, number>();
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32);
  return ({ id: from }, { id: to }, now) => {
    const key = from * 65_536 + to;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const passage = { from, to, now, chance: philox(key, count, 0x11a7, 0, low, high) };
    let arrivals = AT_ONCE;
    for (let i = 0; i < rules.length && arrivals.length > 0; i += 1) arrivals = rules[i]!(passage, arrivals);
    return arrivals;
  };
}

/** A millisecond is as quick as a message can be. */
const AT_ONCE: readonly number[] = [1];
const NEVER: readonly number[] = [];

/** Drops so many of 256 messages. */
export const lossy = (lost: number): Rule => ({ chance }, arrivals) => ((chance & 255) < lost ? NEVER : arrivals);

/** Has so many of 256 messages arrive twice. */
export const repeating = (repeated: number): Rule => ({ chance }, arrivals) => (((chance >>> 8) & 255) < repeated ? [...arrivals, ...arrivals] : arrivals);

/** Has each arrival come later by less than so many ms, each by another time. */
export const late = (delay: number): Rule => ({ chance }, arrivals) => arrivals.map((after, index) => after + ((chance >>> (16 - 4 * index)) % delay));

/** Has a message come later by less than so many ms, all its arrivals by the same time. */
export const unsteady = (jitter: number): Rule => ({ chance }, arrivals) => arrivals.map((after) => after + (chance % jitter));

/** Nodes cut off from all the others for some time. */
export interface Partition {
  readonly from: number;
  readonly until: number;
  readonly side: ReadonlySet<NodeId>;
  /** From whom they are cut off; from all others if undefined. */
  readonly others?: ReadonlySet<NodeId>;
  /** In which way nothing gets through: out of this side, into it, or, if undefined, both. */
  readonly way?: 'out' | 'in';
}

/** Drops what a partition does not let through. */
export const parted = (partitions: readonly Partition[]): Rule => ({ from, to, now }, arrivals) => (isCut(partitions, from, to, now) ? NEVER : arrivals);

/** Whether what one node says to another now is lost. */
export function isCut(partitions: readonly Partition[], from: NodeId, to: NodeId, now: number): boolean {
  for (const partition of partitions) {
    const isOut = partition.side.has(from);
    if (now >= partition.from && now < partition.until && isOut !== partition.side.has(to) && partition.others?.has(isOut ? to : from) !== false && (partition.way === undefined || isOut === (partition.way === 'out'))) return true;
  }
  return false;
}

/** One rule until then, and the others after. */
export const until = (time: number, before: readonly Rule[], after: readonly Rule[]): readonly Rule[] => [
  ...before.map((rule): Rule => (passage, arrivals) => (passage.now < time ? rule(passage, arrivals) : arrivals)),
  ...after.map((rule): Rule => (passage, arrivals) => (passage.now < time ? arrivals : rule(passage, arrivals))),
];
