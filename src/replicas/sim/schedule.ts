import { counted } from '../../core/figures.ts';
import { philox } from '../../core/philox.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { REPLICA_FAULTS } from '../faults/registry.ts';
import { settingsOf, type PbftSettings } from '../pbft/settings.ts';

/** All that happens to replicas from without, until the network heals: a function of n, the seed and the protocol. */
export interface Schedule {
  readonly n: number;
  readonly seed: number;
  readonly settings: PbftSettings;
  /** Who is Byzantine, and how. */
  readonly traitors: ReadonlyMap<NodeId, string>;
  readonly requests: readonly ScheduledRequest[];
  readonly clients: number;
  /** Whether users post to nodes and follow redirects: each node has a client then, and `client` of a request is where its user goes first. */
  readonly follows: boolean;
  /** Which clients begin anew, and how many of the last records on their disks are lost: none, the last, or all. */
  readonly lapses: readonly { readonly client: number; readonly at: number; readonly lost: number }[];
  /** What a Byzantine client asks; nothing if there is none. */
  readonly pretences: readonly { readonly at: number; readonly data: string; readonly mark: string }[];
  /** Who is cut off from all the others, and when. */
  readonly cuts: readonly { readonly from: number; readonly until: number; readonly side: ReadonlySet<NodeId> }[];
  readonly falls: readonly { readonly replica: NodeId; readonly at: number; readonly until: number }[];
  /** Who stops in its tracks, and goes on later. */
  readonly pauses: readonly { readonly replica: NodeId; readonly at: number; readonly until: number }[];
  /** Of 256 messages, how many are lost, and how many come twice. */
  readonly lost: number;
  readonly repeated: number;
  /** Messages take 1 ms to this. */
  readonly delay: number;
  /** A save takes so many ms; 0 is none at all. */
  readonly sync: number;
  /** From then on nothing is lost, everyone is up, and messages take up to 5 ms. */
  readonly heals: number;
}

/** What a client asks. */
export interface ScheduledRequest {
  readonly at: number;
  readonly client: number;
  readonly data: string;
  readonly mark: string;
  readonly key: string;
}

export interface ScheduleRequest {
  readonly n: number;
  readonly seed: number;
  readonly protocol?: 'pbft' | 'collector';
  /** Byzantine kinds to draw from; all if not told otherwise. */
  readonly kinds?: readonly string[];
}

/** Quick clocks and small windows, so that a short run goes through many views and checkpoints. */
const HASTY = { collectorTimeout: 40, retryAfter: 90, batch: 2, pipeline: 4 };

/** In ms, less than agreement takes in a network that has healed: views then fail until the timeout has doubled often enough. */
const TOO_SHORT = 6;

const HEALS = 1500;

export function drawSchedule({ n, seed, protocol = 'pbft', kinds = REPLICA_FAULTS.map(({ name }) => name) }: ScheduleRequest): Schedule {
  /** What is drawn is known by its topic and number, so that one draw never moves another. */
  const draw = (topic: number, index: number, options: number): number => philox(topic, index, n, 0x5c4e, seed >>> 0, Math.floor(seed / 2 ** 32)) % options;
  /** No two are the same. */
  const markOf = (topic: number, index: number): string => `${index}-${draw(topic, index, 2 ** 32).toString(36)}`;
  const f = faultsTolerated(n);
  const traitors = new Map<NodeId, string>();
  const pool = Array.from({ length: n }, (_, id) => nodeId(id));
  const count = draw(1, 0, 4) === 0 ? draw(1, 1, f + 1) : f;
  for (let i = 0; i < count; i += 1) {
    // Early replicas lead early views: one of them is a traitor more often than chance would have it.
    const [id] = pool.splice(draw(2, i, draw(3, i, 2) === 0 ? Math.min(3, pool.length) : pool.length), 1);
    traitors.set(id!, kinds[draw(4, i, kinds.length)]!);
  }
  const follows = draw(43, 0, 2) === 0;
  const clients = follows ? n : 1 + draw(5, 0, 3);
  // Orders come in bursts, so that there is something under way when things go wrong.
  const bursts = Array.from({ length: 1 + draw(19, 0, 4) }, (_, i) => draw(7, i, HEALS - 100));
  // A state of many chunks, which whoever was away then fetches from several peers, takes many keys and long values.
  const isLarge = draw(69, 0, 16) === 0;
  const asked = Array.from({ length: isLarge ? 60 + draw(69, 1, 60) : 1 + draw(6, 0, 16) }, (_, i) => ({
    at: bursts[i % bursts.length]! + draw(21, i, 30),
    client: draw(8, i, clients),
  }));
  // Who only follows redirects finds out whether anybody still takes requests when all is well again.
  const requests = follows ? [...asked, { at: HEALS + draw(45, 0, 400), client: draw(45, 1, clients) }] : asked;
  /** Some time, most often soon after a burst. */
  const span = (topic: number, index: number): { from: number; until: number } => {
    const from = draw(topic, 3 * index, 4) === 0 ? draw(topic, 3 * index + 1, HEALS) : bursts[draw(topic, 3 * index + 1, bursts.length)]! + draw(topic + 100, index, 100);
    return { from, until: Math.min(HEALS, from + 20 + draw(topic, 3 * index + 2, 600)) };
  };
  const cuts = Array.from({ length: draw(9, 0, 4) }, (_, i) => {
    const side = Array.from({ length: n }, (__, id) => nodeId(id)).filter((id) => draw(20 + i, id, 3) === 0);
    return { ...span(10, i), side: new Set([...side, ...(follows ? side.map((id) => nodeId(n + id)) : [])]) };
  });
  const loyal = Array.from({ length: n }, (_, id) => nodeId(id)).filter((id) => !traitors.has(id));
  // A fall takes one replica, or the power of most.
  const falls = Array.from({ length: draw(11, 0, 5) }, (_, i) => {
    const { from, until } = span(12, i);
    const fallen = draw(13, i, 2) === 0 ? loyal.filter((id) => draw(30 + i, id, 8) !== 0) : [loyal[draw(18, i, draw(22, i, 2) === 0 ? Math.min(2, loyal.length) : loyal.length)]!];
    return fallen.map((id) => ({ replica: id, at: from, until }));
  }).flat();
  // Who is Byzantine by what it forgets has to fall.
  for (const [id, kind] of traitors) {
    if (kind !== 'forgetful') continue;
    for (let i = 0; i <= draw(50, id, 3); i += 1) {
      const { from, until } = span(51 + i, id);
      falls.push({ replica: id, at: from, until });
    }
  }
  const pauses = Array.from({ length: draw(40, 0, 4) }, (_, i) => {
    // Most often while something is under way, and for longer than anybody waits for it.
    const at = draw(41, i, 4) === 0 ? draw(46, i, HEALS) : bursts[i % bursts.length]! + draw(46, i, 60);
    return { replica: nodeId(draw(42, i, draw(44, i, 2) === 0 ? Math.min(2, n) : n)), at, until: Math.min(HEALS, at + 20 + draw(47, i, 600)) };
  });
  return {
    n,
    seed,
    settings: settingsOf({ ...HASTY, timeout: draw(26, 0, 8) === 0 ? TOO_SHORT : 150, collector: protocol === 'collector', statusEvery: [60, 200, 1000][draw(23, 0, 3)]!, checkpointEvery: [2, 4, 16][draw(24, 0, 3)]! }),
    traitors,
    requests: requests.toSorted((a, b) => a.at - b.at).map((request, i) => ({
      ...request,
      data: isLarge && draw(70, i, 8) !== 0 ? `set key-${i + 1} ${markOf(71, i).repeat(20)}` : [`order ${i + 1}`, `set x ${i + 1}`, 'get x', 'get y', 'set x ', 'the same'][draw(25, i, 6)]!,
      mark: markOf(61, i),
      key: draw(62, i, 4) === 0 ? `key-${draw(63, i, 3)}` : '',
    })),
    clients,
    follows,
    lapses: Array.from({ length: [0, 0, 0, 1, 3][draw(64, 0, 5)]! }, (_, i) => ({ client: draw(65, i, clients), at: bursts[i % bursts.length]! + draw(66, i, 200), lost: [0, 1, Infinity][draw(67, i, 3)]! })),
    pretences: Array.from({ length: draw(27, 0, 4) === 0 ? 1 + draw(27, 1, 4) : 0 }, (_, i) => ({ at: bursts[i % bursts.length]! + draw(28, i, 30), data: draw(29, i, 3) === 0 ? `get pretence ${i + 1}` : `pretence ${i + 1}`, mark: markOf(68, i) })),
    cuts,
    falls,
    pauses,
    lost: [0, 0, 8, 40, 90][draw(14, 0, 5)]!,
    repeated: [0, 8, 40][draw(15, 0, 3)]!,
    delay: [2, 10, 40, 120][draw(16, 0, 4)]!,
    sync: [0, 1, 4, 25][draw(17, 0, 4)]!,
    heals: HEALS,
  };
}

/** A schedule in one line for people. */
export function describeSchedule(schedule: Schedule): string {
  const { n, traitors, requests, clients, follows, cuts, falls, pauses, lapses, lost, repeated, delay } = schedule;
  const who = [...traitors].map(([id, kind]) => `replica ${id} ${kind}`).join(', ') || 'no traitor';
  return `${counted(n, 'replica')}, ${who}; ${counted(requests.length, 'request')} of ${follows ? 'users who follow redirects' : counted(clients, 'client')}${schedule.pretences.length === 0 ? '' : ' beside a Byzantine one'}; ${counted(cuts.length, 'cut')}, ${counted(falls.length, 'fall')}, ${counted(pauses.length, 'pause')}${lapses.length === 0 ? '' : `, ${counted(lapses.length, 'lapse')} of clients`}; ${lost} of 256 messages lost, ${repeated} repeated, each up to ${delay} ms late`;
}
