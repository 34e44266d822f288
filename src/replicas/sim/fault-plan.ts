import { counted } from '../../core/figures.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { describeLinks, describeOutages, describeTraitors, drawBursts, drawFaults, drawFrom, drawTraitors, membersOf, STABILISES_AT, type FaultPlan } from '../../runtime/virtual/fault-plan.ts';
import { among, numbered, onlyFaults, partsOfFaults } from '../../runtime/virtual/shrink.ts';
import type { PlanRequest } from '../../runtime/virtual/system.ts';
import { REPLICA_FAULTS } from '../faults/registry.ts';
import type { ReplicaProtocol } from '../pbft/names.ts';
import { settingsOf, type PbftSettings } from '../pbft/settings.ts';
import { lineOfScheduled } from '../trace/lines.ts';

/** What happens to replicas of PBFT, and what they are asked. */
export interface PbftPlan extends FaultPlan {
  readonly settings: PbftSettings;
  readonly requests: readonly PlannedRequest[];
  readonly clients: number;
  /** Whether users post to nodes and follow redirects: each node has a client then, and `client` of a request is where its user goes first. */
  readonly follows: boolean;
  /** Which clients begin anew, and how many of the last records on their disks are lost: none, the last, or all. */
  readonly lapses: readonly { readonly client: number; readonly at: number; readonly lost: number }[];
  /** What a Byzantine client asks; nothing if there is none. */
  readonly twoFaced: readonly { readonly at: number; readonly data: string; readonly mark: string }[];
}

/** What a client asks. */
export interface PlannedRequest {
  readonly at: number;
  readonly client: number;
  readonly data: string;
  readonly mark: string;
  readonly key: string;
}

/** Fast timeouts and small windows, so that a short run goes through many views and checkpoints. */
const FAST = { collectorTimeout: 40, retryAfter: 90, batch: 2, pipeline: 4 };

/** In ms, less than agreement takes in a network that is stable: views then fail until the timeout has doubled often enough. */
const TOO_SHORT = 6;

export function drawPlan(request: PlanRequest & { readonly protocol?: ReplicaProtocol }): PbftPlan {
  const { n, seed, protocol = 'pbft', strategies = REPLICA_FAULTS.map(({ name }) => name), beyond = 0 } = request;
  const draw = drawFrom(n, seed);
  /** No two are the same. */
  const markOf = (topic: number, index: number): string => `${index}-${draw(topic, index, 2 ** 32).toString(36)}`;
  const f = Math.min(n, faultsTolerated(n) + beyond);
  const traitors = drawTraitors(draw, n, f, strategies);
  const follows = draw(43, 0, 2) === 0;
  const clients = follows ? n : 1 + draw(5, 0, 3);
  const bursts = drawBursts(draw);
  // A state of many chunks, which whoever was away then fetches from several peers, takes many keys and long values.
  const isLarge = draw(69, 0, 16) === 0;
  const asked = Array.from({ length: isLarge ? 60 + draw(69, 1, 60) : 1 + draw(6, 0, 16) }, (_, i) => ({
    at: bursts[i % bursts.length]! + draw(21, i, 30),
    client: draw(8, i, clients),
  }));
  // Who only follows redirects finds out whether anybody still takes requests when all is well again.
  const requests = follows ? [...asked, { at: STABILISES_AT + draw(45, 0, 400), client: draw(45, 1, clients) }] : asked;
  const faults = drawFaults(draw, { n, f, traitors, bursts });
  return {
    n,
    seed,
    settings: settingsOf({ ...FAST, timeout: draw(26, 0, 8) === 0 ? TOO_SHORT : 150, collector: protocol === 'collector', statusEvery: [60, 200, 1000][draw(23, 0, 3)]!, checkpointEvery: [2, 4, 16][draw(24, 0, 3)]! }),
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
    twoFaced: Array.from({ length: draw(27, 0, 4) === 0 ? 1 + draw(27, 1, 4) : 0 }, (_, i) => ({ at: bursts[i % bursts.length]! + draw(28, i, 30), data: draw(29, i, 3) === 0 ? `get pretence ${i + 1}` : `pretence ${i + 1}`, mark: markOf(68, i) })),
    ...faults,
    // A client that lives in a node is cut off with it.
    partitions: follows ? faults.partitions.map((partition) => ({ ...partition, side: new Set([...partition.side, ...[...partition.side].map((id) => nodeId(n + id))]) })) : faults.partitions,
  };
}

/** A plan in one line for people. */
export function describePlan(plan: PbftPlan): string {
  const { n, requests, clients, follows, lapses } = plan;
  const asking = `${counted(requests.length, 'request')} of ${follows ? 'users who follow redirects' : counted(clients, 'client')}${plan.twoFaced.length === 0 ? '' : ' beside a Byzantine one'}`;
  return `${counted(n, 'replica')}, ${describeTraitors(plan, 'replica')}; ${asking}; ${describeOutages(plan)}${lapses.length === 0 ? '' : `, ${counted(lapses.length, 'lapse')} of clients`}; ${describeLinks(plan)}`;
}

/** A plan as the first line of a trace, whose words are older than those here. The last client is the Byzantine one. */
export function printPlan(protocol: string, plan: PbftPlan): string {
  const { n, seed, traitors, settings, requests, clients, follows, lapses, twoFaced: pretences, partitions, crashes, pauses, joins, leaves, clocks, jumps, lost, repeated, delay, sync, stabilisesAt } = plan;
  const moments = <One extends { readonly node: NodeId }>(list: readonly One[]): object[] => list.map(({ node, ...rest }) => ({ replica: node, ...rest }));
  const cuts = partitions.map(({ side, ...cut }) => ({ ...cut, side: [...side] }));
  const clientIds = Array.from({ length: clients + 1 }, (_, index) => nodeId(n + index));
  const named = [...traitors].map(([id, kind]) => ({ id, kind }));
  const drawn = { settings, requests, clients, follows, lapses, pretences, falls: moments(crashes), pauses: moments(pauses), joins: moments(joins), leaves: moments(leaves), clocks: moments(clocks), jumps: moments(jumps), lost, repeated, delay, sync, heals: stabilisesAt, cuts };
  return lineOfScheduled({ protocol, seed, members: membersOf(n), clients: clientIds, traitors: named, about: describePlan(plan) }, drawn);
}

export const partsOf = (plan: PbftPlan): string[] => [...partsOfFaults(plan), ...numbered('lapse', plan.lapses), ...numbered('two-faced', plan.twoFaced), ...numbered('request', plan.requests)];

export const onlyParts = (plan: PbftPlan, parts: ReadonlySet<string>): PbftPlan => ({
  ...plan,
  ...onlyFaults(plan, parts),
  lapses: among('lapse', plan.lapses, parts),
  twoFaced: among('two-faced', plan.twoFaced, parts),
  requests: among('request', plan.requests, parts),
});
