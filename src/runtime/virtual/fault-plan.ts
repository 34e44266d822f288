import { counted } from '../../core/figures.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { late, lossy, parted, repeating, until, unsteady, type Partition, type Rule } from './rules.ts';

/** All that happens to nodes from without, until the network stabilises: a function of n and the seed. */
export interface FaultPlan {
  readonly n: number;
  readonly seed: number;
  /** Who is Byzantine, and how. */
  readonly traitors: ReadonlyMap<NodeId, string>;
  readonly partitions: readonly Partition[];
  readonly crashes: readonly Outage[];
  /** Who stops in its tracks, and goes on later. */
  readonly pauses: readonly Outage[];
  /** Who is there only from then on. */
  readonly joins: readonly Moment[];
  /** Who goes for good: as useless as a traitor, and counted among them. */
  readonly leaves: readonly Moment[];
  /** Whose clock goes wrong: a millisecond on it takes so many hundredths of one. */
  readonly clocks: readonly { readonly node: NodeId; readonly percent: number }[];
  /** Whose clock jumps, ahead by so many ms or back. */
  readonly jumps: readonly (Moment & { readonly by: number })[];
  /** Of 256 messages, how many are lost, and how many come twice. */
  readonly lost: number;
  readonly repeated: number;
  /** Messages take 1 ms to this. */
  readonly delay: number;
  /** A save takes so many ms; 0 is none at all. */
  readonly sync: number;
  /** The global stabilisation time: from then on nothing is lost, everyone is up, and messages take up to 5 ms. */
  readonly stabilisesAt: number;
}

export interface Outage {
  readonly node: NodeId;
  readonly at: number;
  readonly until: number;
}

export interface Moment {
  readonly node: NodeId;
  readonly at: number;
}

/** When the network stabilises, in every plan that is drawn. */
export const STABILISES_AT = 1500;

/** The rules under which a plan’s messages go. */
export const rulesOf = ({ partitions, lost, repeated, delay, stabilisesAt }: FaultPlan): readonly Rule[] =>
  until(stabilisesAt, [parted(partitions), lossy(lost), repeating(repeated), late(delay)], [unsteady(5)]);

/** What is drawn is known by its topic and number, so that one draw never moves another. */
export type Draw = (topic: number, index: number, options: number) => number;

export const drawFrom = (n: number, seed: number): Draw => (topic, index, options) => philox(topic, index, n, 0x5c4e, seed >>> 0, Math.floor(seed / 2 ** 32)) % options;

/** Who is Byzantine, at most f, and how. */
export function drawTraitors(draw: Draw, n: number, f: number, strategies: readonly string[]): Map<NodeId, string> {
  const traitors = new Map<NodeId, string>();
  const pool = membersOf(n);
  const count = draw(1, 0, 4) === 0 ? draw(1, 1, f + 1) : f;
  for (let i = 0; i < count; i += 1) {
    // Early nodes lead early views: one of them is a traitor more often than chance would have it.
    const [id] = pool.splice(draw(2, i, draw(3, i, 2) === 0 ? Math.min(3, pool.length) : pool.length), 1);
    traitors.set(id!, strategies[draw(4, i, strategies.length)]!);
  }
  return traitors;
}

/** When what is asked comes in bursts, so that there is something under way when things go wrong. */
export const drawBursts = (draw: Draw): readonly number[] => Array.from({ length: 1 + draw(19, 0, 4) }, (_, i) => draw(7, i, STABILISES_AT - 100));

export interface Drawn {
  readonly n: number;
  /** The most faulty nodes that are stood. */
  readonly f: number;
  readonly traitors: ReadonlyMap<NodeId, string>;
  readonly bursts: readonly number[];
  /** Whether partitions may let things through in one way. */
  readonly oneWay?: boolean;
}

/** What happens to the network, and to those who are loyal. */
export function drawFaults(draw: Draw, { n, f, traitors, bursts, oneWay = false }: Drawn): Omit<FaultPlan, 'n' | 'seed' | 'traitors'> {
  const span = (topic: number, index: number): { from: number; until: number } => drawSpan(draw, bursts, topic, index);
  const partitions = Array.from({ length: draw(9, 0, 4) }, (_, i): Partition => {
    const side = new Set(membersOf(n).filter((id) => draw(20 + i, id, 3) === 0));
    const way = oneWay ? ([undefined, 'out', 'in'] as const)[draw(80, i, 3)] : undefined;
    return { ...span(10, i), side, ...(way === undefined ? {} : { way }) };
  });
  const loyal = membersOf(n).filter((id) => !traitors.has(id));
  // A crash takes one node, or the power of most.
  const crashes = Array.from({ length: draw(11, 0, 5) }, (_, i) => {
    const { from, until: back } = span(12, i);
    const crashed = draw(13, i, 2) === 0 ? loyal.filter((id) => draw(30 + i, id, 8) !== 0) : [loyal[draw(18, i, draw(22, i, 2) === 0 ? Math.min(2, loyal.length) : loyal.length)]!];
    return crashed.map((node): Outage => ({ node, at: from, until: back }));
  }).flat();
  // Who is Byzantine by what it forgets has to crash.
  for (const [node, strategy] of traitors) {
    if (strategy !== 'forgetful') continue;
    for (let i = 0; i <= draw(50, node, 3); i += 1) {
      const { from, until: back } = span(51 + i, node);
      crashes.push({ node, at: from, until: back });
    }
  }
  const pauses = Array.from({ length: draw(40, 0, 4) }, (_, i): Outage => {
    // Most often while something is under way, and for longer than anybody waits for it.
    const at = draw(41, i, 4) === 0 ? draw(46, i, STABILISES_AT) : bursts[i % bursts.length]! + draw(46, i, 60);
    return { node: nodeId(draw(42, i, draw(44, i, 2) === 0 ? Math.min(2, n) : n)), at, until: Math.min(STABILISES_AT, at + 20 + draw(47, i, 600)) };
  });
  return {
    partitions,
    crashes,
    pauses,
    ...drawMembership(draw, loyal, f - traitors.size),
    ...drawClocks(draw, loyal),
    lost: [0, 0, 8, 40, 90][draw(14, 0, 5)]!,
    repeated: [0, 8, 40][draw(15, 0, 3)]!,
    delay: [2, 10, 40, 120][draw(16, 0, 4)]!,
    sync: [0, 1, 4, 25][draw(17, 0, 4)]!,
    stabilisesAt: STABILISES_AT,
  };
}

/** Who leaves, at most so many, and who of the others comes late. */
function drawMembership(draw: Draw, loyal: readonly NodeId[], leaversMax: number): Pick<FaultPlan, 'joins' | 'leaves'> {
  const leavers = loyal.filter((id) => draw(92, id, 4) === 0).slice(0, leaversMax);
  const leaves = leavers.map((node): Moment => ({ node, at: draw(93, node, STABILISES_AT) }));
  const comeLate = draw(94, 0, 4) === 0 ? staying(loyal, { leaves }).filter((id) => draw(95, id, 4) === 0) : [];
  return { joins: comeLate.map((node): Moment => ({ node, at: 1 + draw(96, node, STABILISES_AT - 1) })), leaves };
}

/** Whose clock is never right, and whose jumps. */
function drawClocks(draw: Draw, loyal: readonly NodeId[]): Pick<FaultPlan, 'clocks' | 'jumps'> {
  const paces = draw(97, 0, 3) === 0 ? loyal.map((node) => ({ node, percent: [50, 80, 100, 125, 200][draw(98, node, 5)]! })) : [];
  const jumps = Array.from({ length: [0, 0, 0, 1, 3][draw(99, 0, 5)]! }, (_, i) => ({
    node: loyal[draw(100, i, loyal.length)]!,
    at: draw(101, i, STABILISES_AT),
    by: [-1000, -100, 100, 1000, 10_000][draw(102, i, 5)]!,
  }));
  return { clocks: paces.filter(({ percent }) => percent !== 100), jumps };
}

/** Some time, most often soon after a burst. */
function drawSpan(draw: Draw, bursts: readonly number[], topic: number, index: number): { from: number; until: number } {
  const from = draw(topic, 3 * index, 4) === 0 ? draw(topic, 3 * index + 1, STABILISES_AT) : bursts[draw(topic, 3 * index + 1, bursts.length)]! + draw(topic + 100, index, 100);
  return { from, until: Math.min(STABILISES_AT, from + 20 + draw(topic, 3 * index + 2, 600)) };
}

export const membersOf = (n: number): NodeId[] => Array.from({ length: n }, (_, id) => nodeId(id));

/** What a network does to messages, in words. */
export const describeLinks = ({ lost, repeated, delay }: FaultPlan): string => `${lost} of 256 messages lost, ${repeated} repeated, each up to ${delay} ms late`;

/** Who is a traitor, in words. */
export const describeTraitors = ({ traitors }: FaultPlan, name: string): string => [...traitors].map(([id, strategy]) => `${name} ${id} ${strategy}`).join(', ') || 'no traitor';

export const describeOutages = ({ partitions, crashes, pauses, joins, leaves, clocks, jumps }: FaultPlan): string =>
  [
    counted(partitions.length, 'partition'),
    counted(crashes.length, 'crash', 'crashes'),
    counted(pauses.length, 'pause'),
    // What is rare is told where there is any.
    ...(joins.length > 0 ? [counted(joins.length, 'late comer')] : []),
    ...(leaves.length > 0 ? [counted(leaves.length, 'who leaves', 'who leave')] : []),
    ...(clocks.length > 0 ? [counted(clocks.length, 'odd clock')] : []),
    ...(jumps.length > 0 ? [counted(jumps.length, 'jump of a clock', 'jumps of clocks')] : []),
  ].join(', ');

/** Who is loyal, and is still there in the end. */
export const staying = (loyal: readonly NodeId[], { leaves }: Pick<FaultPlan, 'leaves'>): NodeId[] => loyal.filter((id) => leaves.every(({ node }) => node !== id));
