import type { NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import type { World } from '../../runtime/virtual/network.ts';
import { isCut, type Partition } from '../../runtime/virtual/rules.ts';

/** What a network does to packets. It may change meanwhile. */
export interface LinkRules {
  /** The share that is lost. */
  readonly loss: number;
  /** Each takes 1 ms to this. */
  readonly delay: number;
  readonly partitions: readonly Partition[];
  /** Hosts without power, each since then: nobody answers there, not even that nobody is there. */
  readonly off: ReadonlyMap<NodeId, number>;
  /** By how many ms what somebody says is later. */
  readonly slow: ReadonlyMap<NodeId, number>;
  /** From then on nothing is lost, and a packet takes up to 5 ms. */
  readonly stabilisesAt: number;
}

/**
 * What becomes of packets, as `runtime/virtual/rules.ts` has it, for ten thousand nodes: chance depends on the seed, on who sends,
 * and on the how-manieth it sends, as a table of all pairs would outgrow everything else.
 */
export function linksOf(rules: LinkRules, seed: number): World['link'] {
  const counts: number[] = [];
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  const { off, slow } = rules;
  return ({ id: from }, { id: to }, now) => {
    if (off.size > 0 && (now >= (off.get(from) ?? Infinity) || now >= (off.get(to) ?? Infinity))) return NEVER;
    const isStable = now >= rules.stabilisesAt;
    if (!isStable && isCut(rules.partitions, from, to, now)) return NEVER;
    const spread = isStable ? Math.min(rules.delay, STABLE_DELAY) : rules.delay;
    const later = slow.size === 0 ? 0 : (slow.get(from) ?? 0);
    if (spread <= 1 && (isStable || rules.loss === 0)) return onceAfter(1 + later);
    const count = (counts[from] ?? 0) + 1;
    counts[from] = count;
    const chance = philox(from, count, 0x11a8, to, low, high);
    return !isStable && chance >>> 16 < rules.loss * 2 ** 16 ? NEVER : onceAfter(1 + later + ((chance & 0xffff) % spread));
  };
}

const STABLE_DELAY = 5;

const NEVER: readonly number[] = [];

/** Lists of one delay each, made once. */
const ONCE: (readonly number[])[] = [];
const onceAfter = (ms: number): readonly number[] => (ONCE[ms] ??= [ms]);
