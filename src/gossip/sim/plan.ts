import { counted } from '../../core/figures.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import type { NodeId } from '../../core/node.ts';
import { UserError } from '../../core/user-error.ts';
import { describeTraitors, drawFrom, membersOf, type Draw, type FaultPlan, type Moment, type Outage } from '../../runtime/virtual/fault-plan.ts';
import type { Partition } from '../../runtime/virtual/rules.ts';
import { among, numbered, onlyFaults, partsOfFaults } from '../../runtime/virtual/shrink.ts';
import type { PlanRequest } from '../../runtime/virtual/system.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { GOSSIP_FAULTS } from '../faults/registry.ts';
import { LAN } from '../settings.ts';

/** What becomes of a gossip network: seeds have the first numbers, peers the others. */
export interface GossipPlan extends FaultPlan {
  readonly seeds: number;
  /** Which of the detectors all peers have. */
  readonly detector: number;
  /** How many members a peer knows: so few, in some plans, that all know a part alone. */
  readonly viewMax: number;
  /** After how many ms seeds forget who ended: so soon, in some plans, that it happens while others cannot hear of it. */
  readonly forgetAfter: number;
  /** Who is killed, and never comes back: its process, or its host loses power, so that not even a link is closed. */
  readonly kills: readonly (Moment & { readonly isHost: boolean })[];
  /** Who is asked to leave. */
  readonly quits: readonly Moment[];
  readonly says: readonly (Moment & { readonly text: string })[];
  /** Peers whose key outlives a restart. */
  readonly keepers: readonly NodeId[];
  /** Whose wall clock is wrong, by so many ms. */
  readonly wrong: readonly { readonly node: NodeId; readonly by: number }[];
}

/** In ms, when the network stabilises: long enough for deaths to be noticed, and for what was cut off to be missed. */
export const STABLE_FROM = 40_000;

export function drawGossip({ n, seed, strategies, beyond = 0 }: PlanRequest): GossipPlan {
  if (beyond > 0) throw new UserError('gossip has no bound of its own to go beyond: leave out --beyond');
  const draw = drawFrom(n, seed);
  const seeds = Math.min([1, 2, 3, 3, 4, 5][draw(200, 0, 6)]!, Math.max(1, Math.floor(n / 2)));
  const all = membersOf(n);
  const peers = all.slice(seeds);
  const traitors = drawTraitors(draw, { all, seeds, strategies });
  const joins = drawJoins(draw, all, seeds).filter(({ node }) => !traitors.has(node));
  const startOf = (node: NodeId): number => joins.find((one) => one.node === node)?.at ?? 0;
  // Some go for good: peers at most every other one, seeds so that a majority stays.
  const killed = all.filter((id) => !traitors.has(id) && draw(201, id, id < seeds ? 12 : 5) === 0);
  // With seeds that lie a quorum is larger: fewer can be missed.
  const lying = [...traitors.keys()].filter((id) => id < seeds).length;
  const missed = lying > 0 ? faultsTolerated(seeds) - lying : Math.floor((seeds - 1) / 2);
  const kills = [...killed.filter((id) => id < seeds).slice(0, missed), ...killed.filter((id) => id >= seeds).slice(0, Math.floor(peers.length / 2))].map((node) => ({ node, at: between(draw(202, node, STABLE_FROM), startOf(node)), isHost: draw(205, 1 + node, 2) === 0 }));
  const quits = peers.filter((id) => draw(203, id, 8) === 0 && !traitors.has(id) && kills.every(({ node }) => node !== id)).map((node): Moment => ({ node, at: between(draw(204, node, STABLE_FROM), startOf(node)) }));
  const goesAt = new Map([...kills, ...quits].map(({ node, at }) => [node, at]));
  return {
    n,
    seed,
    seeds,
    traitors,
    detector: [2, 2, 2, 0, 1][draw(205, 0, 5)]! % DETECTORS.length,
    viewMax: draw(280, 0, 5) === 0 ? 2 + draw(281, 0, 4) : LAN.viewMax,
    forgetAfter: draw(282, 0, 3) === 0 ? [2000, 8000, 20_000][draw(283, 0, 3)]! : LAN.forgetAfter,
    partitions: drawPartitions(draw, all, seeds),
    crashes: drawCrashes(draw, all).filter(({ node, until }) => until < (goesAt.get(node) ?? Infinity)),
    pauses: drawPauses(draw, all),
    joins,
    leaves: [],
    kills,
    quits,
    says: peers.length === 0 ? [] : Array.from({ length: draw(206, 0, 5) }, (_, i) => ({ node: peers[draw(207, i, peers.length)]!, at: draw(208, i, STABLE_FROM), text: `word ${i + 1}` })),
    keepers: peers.filter((id) => draw(209, id, 3) === 0),
    clocks: draw(210, 0, 4) === 0 ? all.map((node) => ({ node, percent: [80, 100, 100, 125][draw(211, node, 4)]! })).filter(({ percent }) => percent !== 100) : [],
    jumps: Array.from({ length: [0, 0, 0, 1, 3][draw(212, 0, 5)]! }, (_, i) => ({ node: all[draw(213, i, n)]!, at: draw(214, i, STABLE_FROM), by: [-5000, -1000, 1000, 5000, 20_000][draw(215, i, 5)]! })),
    wrong: draw(216, 0, 3) === 0 ? all.map((node) => ({ node, by: [0, 0, -3_600_000, 600_000, 3_600_000][draw(217, node, 5)]! })).filter(({ by }) => by !== 0) : [],
    lost: [0, 0, 8, 26, 77][draw(14, 0, 5)]!,
    repeated: 0,
    delay: [2, 10, 40, 120][draw(16, 0, 4)]!,
    sync: [0, 1, 4, 25][draw(17, 0, 4)]!,
    stabilisesAt: STABLE_FROM,
  };
}

/**
 * Who is Byzantine, in every third plan if no kind was asked for: at most every third peer, and of seeds as many as quorums of theirs
 * are made to stand.
 */
function drawTraitors(draw: Draw, { all, seeds, strategies }: { readonly all: readonly NodeId[]; readonly seeds: number; readonly strategies: readonly string[] | undefined }): Map<NodeId, string> {
  const traitors = new Map<NodeId, string>();
  if (strategies === undefined && draw(270, 0, 3) !== 0) return traitors;
  for (const role of ['peer', 'seed'] as const) {
    const pool = all.filter((id) => id < seeds === (role === 'seed'));
    const kinds = GOSSIP_FAULTS.filter((fault) => fault.role === role && strategies?.includes(fault.name) !== false);
    const most = role === 'seed' ? faultsTolerated(seeds) : Math.floor(pool.length / 3);
    const count = kinds.length === 0 ? 0 : draw(271, seeds, most + 1);
    for (let i = 0; i < count; i += 1) {
      const [id] = pool.splice(draw(272, i, pool.length), 1);
      traitors.set(id!, kinds[draw(273, i, kinds.length)]!.name);
    }
  }
  return traitors;
}

/** The first so many ms of what is left. */
const between = (at: number, from: number): number => Math.min(STABLE_FROM - 1, from + 1 + Math.floor((at * (STABLE_FROM - from)) / STABLE_FROM));

/** Who comes late: some peers, or seeds, so that peers find nobody at first. */
function drawJoins(draw: Draw, all: readonly NodeId[], seeds: number): Moment[] {
  const late = draw(230, 0, 4) === 0 ? all.slice(0, seeds).filter((id) => draw(231, id, 2) === 0) : [];
  const peers = all.slice(seeds).filter((id) => draw(232, id, 3) === 0);
  return [...late, ...peers].map((node) => ({ node, at: 1 + draw(233, node, draw(234, node, 2) === 0 ? 3000 : STABLE_FROM - 1) }));
}

/** Cuts of some from the others, of one from all, of seeds among themselves; both ways, or one. */
function drawPartitions(draw: Draw, all: readonly NodeId[], seeds: number): Partition[] {
  return Array.from({ length: draw(9, 0, 4) }, (_, i): Partition => {
    const lone = all[draw(240, i, all.length)]!;
    const sides = [all.filter((id) => draw(241 + i, id, 2) === 0), all.filter((id) => draw(251 + i, id, 4) === 0), [lone], all.slice(0, seeds).filter((id) => draw(261 + i, id, 2) === 0)];
    const way = ([undefined, undefined, 'out', 'in'] as const)[draw(80, i, 4)];
    const { at: from, until } = drawSpan(draw, 10, i, 30_000);
    return { from, until, side: new Set(sides[draw(242, i, 4)]), ...(way === undefined ? {} : { way }) };
  });
}

/** A crash takes one node, or the power of most; all come back. */
function drawCrashes(draw: Draw, all: readonly NodeId[]): Outage[] {
  return Array.from({ length: draw(11, 0, 5) }, (_, i) => {
    const { at, until } = drawSpan(draw, 12, i, 15_000);
    const crashed = draw(13, i, 4) === 0 ? all.filter((id) => draw(30 + i, id, 3) !== 0) : [all[draw(18, i, all.length)]!];
    return crashed.map((node): Outage => ({ node, at, until }));
  }).flat();
}

/** One after the other, or so that one sleeps through what becomes of the suspicions of another. */
function drawPauses(draw: Draw, all: readonly NodeId[]): Outage[] {
  const pauses: Outage[] = [];
  for (let i = 0; i < draw(220, 0, 5); i += 1) {
    const before = pauses.at(-1);
    const span = drawSpan(draw, 222, i, 20_000);
    const at = before === undefined || draw(223, i, 2) === 0 ? span.at : Math.max(0, before.until - 100 - draw(224, i, 3000));
    const pause = { node: all[draw(221, i, all.length)]!, at, until: Math.min(STABLE_FROM, at + span.until - span.at) };
    // Who stands still already does not do so again.
    if (pauses.every(({ node, at: from, until }) => node !== pause.node || until < pause.at || from > pause.until)) pauses.push(pause);
  }
  return pauses;
}

/** Some time before all is well: as often short as long. */
function drawSpan(draw: Draw, topic: number, index: number, longest: number): Omit<Outage, 'node'> {
  const at = draw(topic, 3 * index, STABLE_FROM - 100);
  const lasts = 100 + draw(topic, 3 * index + 1, [400, 4000, longest][draw(topic, 3 * index + 2, 3)]!);
  return { at, until: Math.min(STABLE_FROM, at + lasts) };
}

export const partsOfPlan = (plan: GossipPlan): string[] => [
  ...partsOfFaults(plan),
  ...numbered('kill', plan.kills),
  ...numbered('quit', plan.quits),
  ...numbered('word', plan.says),
  ...numbered('keeper', plan.keepers),
  ...numbered('wrong', plan.wrong),
];

export const onlyParts = (plan: GossipPlan, parts: ReadonlySet<string>): GossipPlan => ({
  ...plan,
  ...onlyFaults(plan, parts),
  kills: among('kill', plan.kills, parts),
  quits: among('quit', plan.quits, parts),
  says: among('word', plan.says, parts),
  keepers: among('keeper', plan.keepers, parts),
  wrong: among('wrong', plan.wrong, parts),
});

export function describeGossip(plan: GossipPlan): string {
  const { n, seeds, detector, viewMax, partitions, crashes, pauses, joins, kills, quits, clocks, jumps, wrong, lost, delay } = plan;
  const rare = (list: readonly unknown[], one: string, many?: string): string[] => (list.length === 0 ? [] : [counted(list.length, one, many)]);
  const met = [
    ...rare(kills, 'killed', 'killed'),
    ...rare(crashes, 'crash', 'crashes'),
    ...rare(quits, 'who leaves', 'who leave'),
    ...rare(pauses, 'pause'),
    ...rare(partitions, 'partition'),
    ...rare(joins, 'late comer'),
    ...rare(clocks, 'odd clock'),
    ...rare(wrong, 'wrong clock'),
    ...rare(jumps, 'jump of a clock', 'jumps of clocks'),
  ];
  return `${counted(seeds, 'seed')} (${seeds === 1 ? 'node 0' : `nodes 0 to ${seeds - 1}`}) and ${counted(n - seeds, 'peer')} with ${DETECTORS[detector]!.name}${viewMax < n - seeds ? `, each of which knows ${viewMax}` : ''}, ${describeTraitors(plan, 'node')}; ${met.join(', ') || 'nothing happens to them'}; ${lost} of 256 packets lost, each up to ${delay} ms late`;
}
