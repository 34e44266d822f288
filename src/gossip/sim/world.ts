import type { AnyMachine } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { Network, peerOf, type SimNode } from '../../runtime/virtual/network.ts';
import type { Partition } from '../../runtime/virtual/rules.ts';
import { GOSSIP_FAULTS } from '../faults/registry.ts';
import { MembershipJudge, seedQuorum } from '../judge/membership.ts';
import type { Message } from '../messages.ts';
import type { Output } from '../outputs.ts';
import { isAlive, type Roster } from '../roster.ts';
import type { GossipSettings } from '../settings.ts';
import { overlayOf, partsOf, type Graph } from './graph.ts';
import { linksOf } from './links.ts';
import { Measure } from './measure.ts';
import { neighboursOf } from './standings.ts';
import { contextOf, nodeAt, nodesOf } from './nodes.ts';

export interface WorldSpec {
  readonly peers: number;
  readonly seeds: number;
  readonly seed: number;
  readonly settings: GossipSettings;
  /** The share of packets that are lost, from 0 to 1. */
  readonly loss: number;
  /** A packet takes 1 ms to this. */
  readonly delay: number;
  /** How many of the last peers, or seeds, are Byzantine, and how. */
  readonly byzantine: number;
  readonly kind: string | undefined;
}

/** A network of seeds and peers in virtual time, to which whoever holds it does what he wants, watched by a judge and measured. */
export class GossipWorld {
  readonly network: Network;
  readonly measure: Measure;
  readonly judge: MembershipJudge;
  readonly spec: WorldSpec;
  /** What the network does to packets, from now on. */
  readonly rules: { loss: number; delay: number; readonly partitions: OpenPartition[]; readonly off: Map<NodeId, number>; readonly slow: Map<NodeId, number>; readonly stabilisesAt: number };
  /** What clocks are wrong by. */
  readonly clocks = new Map<NodeId, number>();
  readonly #pauses: { readonly node: NodeId; readonly at: number; until: number }[] = [];
  readonly #traitors: ReadonlySet<NodeId>;
  /** When those started that live, and for how many ms all others lived. */
  readonly #since = new Map<SimNode, number>();
  #lived = 0;
  readonly #forgetful = new Set<SimNode>();

  constructor(spec: WorldSpec, watch: (node: SimNode, output: Output, now: number) => void = () => undefined) {
    this.spec = spec;
    const { peers, seeds, seed, settings, loss, delay, byzantine, kind } = spec;
    const n = peers + seeds;
    const fault = GOSSIP_FAULTS.find(({ name }) => name === kind);
    const last = fault?.role === 'seed' ? seeds : n;
    this.#traitors = new Set(Array.from({ length: fault === undefined ? 0 : Math.min(byzantine, last) }, (_, index) => nodeId(last - 1 - index)));
    this.rules = { loss, delay, partitions: [], off: new Map(), slow: new Map(), stabilisesAt: Infinity };
    const isLoyal = (id: NodeId): boolean => !this.#traitors.has(id);
    const { specs } = nodesOf({ n, seeds, seed, settings, clocks: this.clocks, now: () => this.network.now, machineOf: (id) => (isLoyal(id) ? undefined : (fault!.machine as AnyMachine)) });
    const measure = (this.measure = new Measure(seeds, isLoyal));
    const judge = (this.judge = new MembershipJudge({ n, seeds, quorum: seedQuorum(seeds, settings.byzantineSeeds), viewMax: settings.viewMax, partitions: this.rules.partitions, pauses: this.#pauses, isLossy: () => this.rules.loss > 0, isLoyal, nodeAt, nameOf: (id) => nameOfNode(spec, id) }));
    const network: Network = new Network(specs, {
      link: linksOf(this.rules, seed),
      sync: () => 0,
      sent(from, to, message) {
        measure.sent(from, to, message as Message);
        if (isLoyal(from.id)) judge.sent(from, to, message as Message);
      },
      output: (node, handed) => {
        const output = handed as Output;
        const { now } = network;
        measure.output(node, output, now);
        if (isLoyal(node.id)) judge.output(node, output, now);
        watch(node, output, now);
        // Its process ends.
        if (output.type === 'left') network.at(now, () => this.crash(node));
      },
      accuse(by, { suspect, evidence }) {
        const whom = peerOf(by, suspect);
        if (isLoyal(by.id) && isLoyal(whom)) judge.accused(by.id, whom, evidence);
      },
    });
    this.network = network;
  }

  get now(): number {
    return this.network.now;
  }

  node(id: number): SimNode {
    return this.network.nodes[id]!;
  }

  /** The peers that are up; none is Byzantine if they are to be loyal. */
  peers(): SimNode[] {
    return this.network.nodes.filter(({ id, isUp }) => isUp && id >= this.spec.seeds);
  }

  isLoyal({ id }: SimNode): boolean {
    return !this.#traitors.has(id);
  }

  overlay(): Graph {
    return overlayOf(this.peers(), neighboursOf);
  }

  /** The share of living peers that can reach each other. */
  reachable(): number {
    const graph = this.overlay();
    return graph.length === 0 ? 1 : partsOf(graph)[0]! / graph.length;
  }

  /** For how many ms peers lived, together. */
  get lived(): number {
    let lived = this.#lived;
    for (const since of this.#since.values()) lived += this.now - since;
    return lived;
  }

  start(node: SimNode): void {
    if (node.isUp) return;
    // In each life but the first.
    if (node.life > 0) contextOf(node).renew(contextOf(node).isSeed && !this.#forgetful.delete(node));
    this.rules.off.delete(node.id);
    this.judge.started(node, this.now);
    this.measure.started(node, this.now);
    if (node.id >= this.spec.seeds) this.#since.set(node, this.now);
    this.network.start(node);
  }

  /** @param isHost whether its host goes with it, so that not even a link is closed */
  kill(node: SimNode, isHost: boolean): void {
    if (!node.isUp) return;
    if (isHost) this.rules.off.set(node.id, this.now);
    this.crash(node);
    const { address } = contextOf(node);
    const holders = this.network.nodes.filter((one) => one.isUp && this.isLoyal(one) && isAlive((one.state as { readonly roster: Roster }).roster.entries.get(address)));
    this.measure.killed(node, this.now, isHost, holders.map(({ id }) => id));
  }

  /** @param isForgetful whether all is lost that it had saved, its key too, as where a seed has no disk; of peers it always is */
  crash(node: SimNode, isForgetful = !contextOf(node).isSeed): void {
    if (!node.isUp) return;
    this.network.crash(node);
    this.judge.crashed(node, isForgetful);
    if (isForgetful) {
      node.disk.length = 0;
      this.#forgetful.add(node);
    }
    this.measure.ended(node);
    const since = this.#since.get(node);
    if (since !== undefined) this.#lived += this.now - since;
    this.#since.delete(node);
  }

  leave(node: SimNode): void {
    if (!node.isUp) return;
    this.judge.asksToLeave(node, this.now);
    this.network.input(node, { type: 'leave' });
  }

  pause(node: SimNode): void {
    if (!node.isUp || node.held !== undefined) return;
    this.#pauses.push({ node: node.id, at: this.now, until: Infinity });
    this.network.pause(node);
  }

  resume(node: SimNode): void {
    const pause = this.#pauses.findLast((one) => one.node === node.id);
    if (node.held === undefined || pause === undefined) return;
    pause.until = this.now;
    this.network.resume(node);
  }

  say(node: SimNode, text: string): void {
    if (node.isUp && node.held === undefined) this.network.input(node, { type: 'say', text });
  }

  cut(partition: Omit<Partition, 'from' | 'until'>): void {
    this.rules.partitions.push({ ...partition, from: this.now, until: Infinity });
  }

  /** Ends all cuts, loss and slowness, and sets clocks right. */
  heal(): void {
    for (const partition of this.rules.partitions) partition.until = Math.min(partition.until, this.now);
    this.rules.loss = 0;
    this.rules.slow.clear();
    this.clocks.clear();
  }
}

type OpenPartition = Omit<Partition, 'until'> & { until: number };

/** As people call them: `S1`, `P1`. */
export const nameOfNode = ({ seeds }: { readonly seeds: number }, id: NodeId): string => (id < seeds ? `S${id + 1}` : `P${id - seeds + 1}`);
