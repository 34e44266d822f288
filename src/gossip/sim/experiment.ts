import { seededAt } from '../../core/choice.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import type { SimNode } from '../../runtime/virtual/network.ts';
import type { Violation } from '../../runtime/virtual/system.ts';
import { hubsOf, reachableWithout } from './graph.ts';
import type { Death } from './measure.ts';
import { standingsOf } from './standings.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { GossipWorld, type WorldSpec } from './world.ts';

/** A network that grows, rests, talks, loses some, and heals. */
export interface ExperimentSpec extends WorldSpec {
  /** The share of peers that are killed, all at once: of every other one the host, so that not even its links are closed. */
  readonly kill: number;
  /** Whether those are the best-connected ones. */
  readonly hubs: boolean;
  /** The share of peers that stand still for a while, and for how many ms. */
  readonly pause: number;
  readonly pauseFor: number;
  /** How many words are said before some are killed, and as many again when they are missed. */
  readonly words: number;
  /** In ms, how long the network rests before, and is measured. */
  readonly rest: number;
}

/** Figures of one run. All durations are in ms of virtual time. */
export interface Experiment {
  readonly spec: ExperimentSpec;
  readonly events: number;
  readonly time: number;
  readonly readiness: Spread | undefined;
  readonly neverReady: number;
  readonly coverage: {
    /** The share of those who lived that heard the words said before the kill, and after it. */
    readonly share: number;
    readonly shareAfter: number;
    readonly hopsMost: number;
    /** 3·⌈log2 n⌉. */
    readonly hopsBound: number;
    /** By hops, and by ms, the share that was reached. */
    readonly byHops: readonly number[];
    readonly byTime: readonly (readonly [ms: number, share: number])[];
    readonly timeToAll: Spread | undefined;
  };
  readonly deaths: {
    readonly killed: number;
    readonly unnoticed: number;
    readonly suspected: Spread | undefined;
    readonly agreed: Spread | undefined;
    readonly removed: Spread | undefined;
    /** Of those whose host fell silent with them. */
    readonly removedHosts: Spread | undefined;
    readonly everywhere: Spread | undefined;
    /** Each death’s way from the kill to suspicion, to removal and to everybody’s list. */
    readonly ways: readonly { readonly suspected?: number; readonly removed?: number; readonly everywhere?: number }[];
  };
  readonly falseRemovals: number;
  readonly nodeHours: number;
  readonly load: {
    /** A peer, or a seed, in a second at rest. */
    readonly peer: { readonly messages: number; readonly bytes: number };
    readonly seed: { readonly messages: number; readonly bytes: number };
    readonly byType: Readonly<Record<string, number>>;
  };
  readonly overlay: {
    /** The neighbours of each peer, by place, before the kill. */
    readonly neighbours: readonly (readonly number[])[];
    /** How many peers have 0, 1, 2 … neighbours. */
    readonly degrees: readonly number[];
    readonly mean: number;
    readonly most: number;
    /** The share still reachable, had the best-connected fifth gone. */
    readonly withoutHubs: number;
    /** The share that was reachable right after the kill, and when all were again. */
    readonly afterKill: number;
    readonly healedAfter: number | undefined;
    readonly isConnected: boolean;
  };
  /** What was broken, each with its witness. */
  readonly violations: readonly Violation[];
}

export interface Progress {
  readonly share: number;
  readonly what: string;
}

/** In ms: everything starts within so long. */
const JOINING = 5000;

/** In ms: how long what is to come about after a kill may take. */
const PATIENCE = 120_000;

/** Runs it, and pauses now and then so that somebody may look at how far it is, or end it. */
export function* experiment(spec: ExperimentSpec): Generator<Progress, Experiment> {
  return yield* new Run(spec).go();
}

class Run {
  readonly #spec: ExperimentSpec;
  readonly #world: GossipWorld;
  #end = Infinity;

  constructor(spec: ExperimentSpec) {
    this.#spec = spec;
    this.#world = new GossipWorld(spec);
  }

  *go(): Generator<Progress, Experiment> {
    const { peers, rest, words, seeds } = this.#spec;
    const { network } = this.#world;
    this.#join();
    const settled = this.#joining() + SETTLING;
    const talking = settled + rest;
    const killing = talking + TALKING;
    this.#end = killing + PATIENCE;
    yield* this.#until(settled, 'peers join');
    this.#world.measure.isCounting = true;
    this.#pauseSome(settled, rest);
    yield* this.#until(talking, 'the network rests');
    this.#world.measure.isCounting = false;
    const load = this.#load(rest);
    this.#talk(talking, words);
    yield* this.#until(killing, 'peers talk');
    const before = this.#world.overlay();
    const said = [...this.#world.measure.spreadings.values()];
    const killed = this.#kill();
    const afterKill = this.#world.reachable();
    const healedAfter = yield* this.#healed(killing, killed);
    const missed = network.now;
    this.#talk(missed, words);
    yield* this.#until(missed + TALKING, 'peers talk again');
    const saidAfter = [...this.#world.measure.spreadings.values()].slice(said.length);
    const isConnected = this.#world.reachable() === 1;
    const deaths = [...this.#world.measure.deaths.values()];
    const sizes = before.map((neighbours) => neighbours.length);
    const degrees = Array.from({ length: Math.max(0, ...sizes) + 1 }, (_, degree) => sizes.filter((size) => size === degree).length);
    return {
      spec: this.#spec,
      events: network.events,
      time: network.now,
      readiness: spreadOf(this.#world.measure.readiness),
      neverReady: this.#world.network.nodes.filter((node) => node.id >= seeds && this.#world.isLoyal(node)).length - this.#world.measure.readiness.length,
      coverage: {
        share: shareOf(said),
        shareAfter: shareOf(saidAfter),
        hopsMost: said.reduce((most, { hops }) => Math.max(most, ...hops.values()), 0),
        hopsBound: 3 * Math.ceil(Math.log2(Math.max(2, peers))),
        ...coverageOf(said),
        timeToAll: spreadOf(said.filter(({ times, audience }) => times.length >= audience).map(({ times, at }) => Math.max(...times) - at)),
      },
      deaths: deathsOf(deaths),
      falseRemovals: this.#world.judge.falseRemovals,
      nodeHours: this.#world.lived / 3_600_000,
      load,
      overlay: {
        neighbours: before,
        degrees,
        mean: before.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / before.length,
        most: Math.max(0, ...sizes),
        withoutHubs: reachableWithout(before, hubsOf(before, HUBS)),
        afterKill,
        healedAfter,
        isConnected,
      },
      violations: this.#violations(isConnected),
    };
  }

  /** Seeds are there at once, and peers come in turn. */
  #join(): void {
    const { seeds } = this.#spec;
    for (const node of this.#world.network.nodes) this.#world.network.at(node.id < seeds ? 0 : 1 + Math.floor(this.#chance(node, 1) * this.#joining()), () => this.#world.start(node));
  }

  /** A number below 1 of each node and topic, by the seed. */
  #chance({ id }: SimNode, topic: number): number {
    const { seed } = this.#spec;
    return philox(id, topic, 0, 0x901e, seed >>> 0, Math.floor(seed / 2 ** 32)) / 2 ** 32;
  }

  #joining(): number {
    return Math.max(JOINING, 5 * this.#spec.peers);
  }

  #pauseSome(from: number, rest: number): void {
    const { pause, pauseFor } = this.#spec;
    for (const node of this.#drawn(pause, 2)) {
      const at = from + Math.floor(this.#chance(node, 3) * rest);
      this.#world.network.at(at, () => this.#world.pause(node));
      this.#world.network.at(at + pauseFor, () => this.#world.resume(node));
    }
  }

  #talk(from: number, words: number): void {
    const peers = this.#world.peers().filter((node) => this.#world.isLoyal(node));
    if (peers.length === 0) return;
    const choose = seededAt(this.#spec.seed, nodeId(0));
    for (let word = 1; word <= words; word += 1) {
      const node = choose(`who says word ${word} at ${from}`, peers);
      this.#world.network.at(from + Math.floor((word * TALKING) / 2 / words), () => this.#world.say(node, `word ${word} at ${from}`));
    }
  }

  #kill(): number {
    const { kill, hubs } = this.#spec;
    const peers = this.#world.peers();
    const dying = hubs ? hubsOf(this.#world.overlay(), kill).map((place) => peers[place]!) : this.#drawn(kill, 4);
    for (const [index, node] of dying.entries()) this.#world.kill(node, index % 2 === 1);
    return dying.length;
  }

  /** Waits until all are joined again, and all who were killed are known to be dead. @returns when they were joined */
  *#healed(since: number, killed: number): Generator<Progress, number | undefined> {
    let healedAfter: number | undefined;
    while (this.#world.network.now < since + PATIENCE) {
      if (healedAfter === undefined && this.#world.reachable() === 1) healedAfter = this.#world.network.now - since;
      const deaths = [...this.#world.measure.deaths.values()];
      if (healedAfter !== undefined && this.#world.network.now >= since + HEALING && deaths.every(({ removedAt, holders }) => removedAt !== undefined && holders.size === 0)) break;
      yield* this.#until(this.#world.network.now + LOOK, killed === 0 ? 'the network rests' : 'deaths are noticed');
    }
    return healedAfter;
  }

  *#until(time: number, what: string): Generator<Progress, void> {
    while (this.#world.network.now < time) {
      this.#world.network.run(Math.min(time, this.#world.network.now + STEP));
      yield { share: Math.min(1, this.#world.network.now / this.#end), what };
    }
  }

  #load(rest: number): Experiment['load'] {
    const { peers, seeds, byType } = this.#world.measure;
    const seconds = rest / 1000;
    const each = (load: { readonly messages: number; readonly bytes: number }, count: number): { messages: number; bytes: number } => ({ messages: load.messages / count / seconds, bytes: load.bytes / count / seconds });
    const n = this.#spec.peers + this.#spec.seeds;
    return { peer: each(peers, this.#spec.peers), seed: each(seeds, this.#spec.seeds), byType: Object.fromEntries([...byType].map(([type, count]) => [type, count / n / seconds])) };
  }

  #violations(isConnected: boolean): Violation[] {
    const { judge, now, network, rules } = this.#world;
    const { seeds, byzantine } = this.#spec;
    // Of many peers the lists of some are compared.
    const every = Math.ceil(network.nodes.length / LISTS_MAX);
    const missing = judge.missing(standingsOf, now, ({ id }) => id < seeds || id % every === 0, rules.loss === 0);
    const broken = [judge.violation, missing].filter((one) => one !== undefined);
    return isConnected || byzantine > 0 ? broken : [...broken, { property: 'the overlay is connected', witness: 'not all peers are joined by links' }];
  }

  /** So large a share of the peers, drawn from the seed. */
  #drawn(share: number, topic: number): SimNode[] {
    const peers = this.#world.peers();
    return peers.toSorted((a, b) => this.#chance(a, topic) - this.#chance(b, topic)).slice(0, Math.round(share * peers.length));
  }
}

/** In ms. */
const SETTLING = 20_000;
const TALKING = 15_000;
const HEALING = 5000;
const LOOK = 500;
const STEP = 200;

/** The share of best-connected peers whose loss is tried. */
const HUBS = 0.2;

const LISTS_MAX = 200;

const shareOf = (spreadings: readonly { readonly times: readonly number[]; readonly audience: number }[]): number => {
  const due = spreadings.reduce((sum, { audience }) => sum + audience, 0);
  return due === 0 ? 1 : spreadings.reduce((sum, { times }) => sum + times.length, 0) / due;
};

/** What share of all was reached within so many hops, and within so many ms. */
function coverageOf(spreadings: readonly { readonly at: number; readonly audience: number; readonly hops: ReadonlyMap<NodeId, number>; readonly times: readonly number[] }[]): Pick<Experiment['coverage'], 'byHops' | 'byTime'> {
  const due = Math.max(1, spreadings.reduce((sum, { audience }) => sum + audience, 0));
  const hops: number[] = [];
  const times: number[] = [];
  for (const one of spreadings) {
    for (const count of one.hops.values()) hops[count] = (hops[count] ?? 0) + 1;
    for (const time of one.times) times.push(time - one.at);
  }
  times.sort((a, b) => a - b);
  let reached = 0;
  const byHops = Array.from({ length: hops.length }, (_, hop) => (reached += hops[hop] ?? 0) / due);
  const every = Math.max(1, Math.ceil(times.length / POINTS));
  const byTime = times.flatMap((ms, index) => (index % every === 0 || index === times.length - 1 ? [[ms, (index + 1) / due] as const] : []));
  return { byHops, byTime };
}

const POINTS = 200;

function deathsOf(deaths: readonly Death[]): Experiment['deaths'] {
  const after = (when: (death: Death) => number | undefined): number[] => deaths.flatMap((death) => (when(death) === undefined ? [] : [when(death)! - death.at]));
  const everywhere = ({ removedAt, holders, knownAt }: Death): number | undefined => (removedAt !== undefined && holders.size === 0 ? (knownAt ?? removedAt) : undefined);
  return {
    killed: deaths.length,
    unnoticed: deaths.filter(({ removedAt }) => removedAt === undefined).length,
    suspected: spreadOf(after(({ suspectedAt }) => suspectedAt)),
    agreed: spreadOf(after(({ agreedAt }) => agreedAt)),
    removed: spreadOf(after(({ removedAt }) => removedAt)),
    removedHosts: spreadOf(after(({ removedAt, isHost }) => (isHost ? removedAt : undefined))),
    everywhere: spreadOf(after(everywhere)),
    ways: deaths.map((death) => {
      const [suspected, removed, all] = [death.suspectedAt, death.removedAt, everywhere(death)].map((time) => (time === undefined ? undefined : time - death.at));
      return { ...(suspected === undefined ? {} : { suspected }), ...(removed === undefined ? {} : { removed }), ...(all === undefined ? {} : { everywhere: all }) };
    }),
  };
}
