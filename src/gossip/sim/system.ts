import { counted } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import { describeFact, type MemberFact } from '../../runtime/virtual/facts.ts';
import { membersOf } from '../../runtime/virtual/fault-plan.ts';
import { lineOfPlanned } from '../../runtime/virtual/lines.ts';
import type { Network, SimNode, World } from '../../runtime/virtual/network.ts';
import type { BeginOptions, Finding, Run, System, Violation } from '../../runtime/virtual/system.ts';
import type { AnyMachine } from '../../core/machine.ts';
import { GOSSIP_FAULTS } from '../faults/registry.ts';
import { MembershipJudge, seedQuorum } from '../judge/membership.ts';
import type { Message } from '../messages.ts';
import type { Output } from '../outputs.ts';
import { LAN } from '../settings.ts';
import { isConnected, overlayOf } from './graph.ts';
import { linksOf } from './links.ts';
import { contextOf, nodeAt, nodesOf, type GossipNode } from './nodes.ts';
import { describeGossip, drawGossip, onlyParts, partsOfPlan, type GossipPlan } from './plan.ts';
import { neighboursOf, standingsOf } from './standings.ts';
import { wordsOf } from './words.ts';

/** Seeds and peers, of whom the first are seeds. */
export const gossip: System<GossipPlan> = {
  name: 'gossip',
  aliases: [],
  summary: 'who is there: peers that seeds let in, that gossip and notice deaths',
  promises: 'Accuracy, completeness and agreement of all lists',
  members: 8,
  strategies: GOSSIP_FAULTS,
  draw: drawGossip,
  describe: describeGossip,
  print(plan) {
    const { n, seed, traitors, partitions, ...rest } = plan;
    const named = [...traitors].map(([id, kind]) => ({ id, kind }));
    const drawn = { ...rest, partitions: partitions.map(({ side, ...partition }) => ({ ...partition, side: [...side] })) };
    return lineOfPlanned({ protocol: 'gossip', seed, members: membersOf(n), clients: [], traitors: named, about: describeGossip(plan) }, drawn);
  },
  parts: partsOfPlan,
  only: onlyParts,
  begin: (plan, options) => new GossipRun(plan, options),
  inWords: (fact) => describeFact(fact as MemberFact),
};

/** In ms between two looks at whether all is well, and for how long it must stay so. */
const LOOK = 500;
const QUIET = 6000;

class GossipRun implements Run {
  readonly nodes: Run['nodes'];
  readonly link: World['link'];
  readonly patience = 90_000;
  readonly #plan: GossipPlan;
  readonly #observe: BeginOptions['observe'];
  readonly #judge: MembershipJudge;
  readonly #contexts: readonly GossipNode[];
  #network!: Network;
  #looksAt = 0;
  #missing: Violation | undefined;
  #well: number | undefined;
  /** What is said when all is well, and who heard it. */
  readonly #heard = new Set<NodeId>();
  #last: { readonly by: NodeId; readonly at: number } | undefined;

  constructor(plan: GossipPlan, { loyal, observe }: BeginOptions) {
    this.#plan = plan;
    this.#observe = observe;
    const { n, seeds, seed, traitors, detector, viewMax, forgetAfter, wrong, lost, delay, partitions, pauses, kills, stabilisesAt } = plan;
    const settings = { ...LAN, detector, viewMax, forgetAfter, gossipMessages: 3, byzantineSeeds: [...traitors.keys()].some((id) => id < seeds) };
    const { nodes, specs } = nodesOf({
      n, seeds, seed, settings,
      clocks: new Map(wrong.map(({ node, by }) => [node, by])),
      now: () => this.#network.now,
      machineOf: (id) => (traitors.has(id) ? (GOSSIP_FAULTS.find(({ name }) => name === traitors.get(id))!.machine as AnyMachine) : loyal),
    });
    this.#contexts = nodes;
    this.nodes = specs;
    this.link = linksOf({ loss: lost / 256, delay, partitions, off: new Map(kills.flatMap(({ node, at, isHost }) => (isHost ? [[node, at] as const] : []))), slow: new Map(), stabilisesAt }, seed);
    this.#judge = new MembershipJudge({ n, seeds, quorum: seedQuorum(seeds, settings.byzantineSeeds), viewMax, partitions, pauses, isLossy: () => lost > 0, isLoyal: (id) => !traitors.has(id), nodeAt, nameOf: (id) => `node ${id}` });
  }

  ask(network: Network): void {
    const { kills, quits, says } = this.#plan;
    for (const { node: id, at } of kills) {
      network.at(at, () => {
        const node = network.nodes[id]!;
        if (!node.isUp) return;
        this.#tell({ at, type: 'fell', replica: id });
        network.crash(node);
        this.crashed(node);
      });
    }
    for (const { node: id, at } of quits) {
      network.at(at, () => {
        const node = network.nodes[id]!;
        if (!node.isUp) return;
        this.#tell({ at, type: 'input', node: id, words: 'is to leave', input: { type: 'leave' } });
        this.#judge.asksToLeave(node, at);
        network.input(node, { type: 'leave' });
      });
    }
    for (const { node, at, text } of says) network.at(at, () => this.#say(network.nodes[node]!, text));
  }

  #say(node: SimNode, text: string): void {
    if (!node.isUp) return;
    this.#tell({ at: this.#network.now, type: 'input', node: node.id, words: `is to say ${JSON.stringify(text)}`, input: { type: 'say', text } });
    this.#network.input(node, { type: 'say', text });
  }

  #tell(fact: MemberFact): void {
    this.#observe?.(fact);
  }

  sent(from: SimNode, to: readonly NodeId[], message: unknown): void {
    if (!this.#plan.traitors.has(from.id)) this.#judge.sent(from, to, message as Message);
  }

  output(node: SimNode, handed: unknown): void {
    const output = handed as Output;
    if (!this.#plan.traitors.has(node.id)) this.#judge.output(node, output, this.#network.now);
    if (output.type === 'heard' || output.type === 'generated') this.#hears(node, output.payload);
    const words = wordsOf(output);
    if (words !== undefined) this.#tell({ at: this.#network.now, type: 'output', node: node.id, words, output });
    // Its process ends.
    if (output.type === 'left') {
      this.#network.at(this.#network.now, () => {
        this.#network.crash(node);
        this.crashed(node);
      });
    }
  }

  #hears(node: SimNode, payload: string): void {
    if (this.#last !== undefined && payload.endsWith(`${LAST} at ${this.#last.at}`)) this.#heard.add(node.id);
  }

  accuse({ id }: SimNode, suspect: NodeId, evidence: string): void {
    if (!this.#plan.traitors.has(id) && !this.#plan.traitors.has(suspect)) this.#judge.accused(id, suspect, evidence);
  }

  starting(node: SimNode, network: Network): void {
    this.#network = network;
    this.#judge.started(node, network.now);
  }

  crashed(node: SimNode): void {
    this.#judge.crashed(node, !contextOf(node).isSeed);
  }

  restarting(node: SimNode): void {
    const { isSeed } = contextOf(node);
    this.#contexts[node.id]!.renew(isSeed || this.#plan.keepers.includes(node.id));
  }

  violation(): Violation | undefined {
    return this.#judge.violation;
  }

  /** All is well when it has been so for some time, and a word that was said meanwhile has come to all. */
  isDone(): boolean {
    const { now } = this.#network;
    if (now < this.#looksAt) return false;
    this.#looksAt = now + LOOK;
    this.#missing = this.#look();
    if (this.#missing === undefined) this.#well ??= now;
    else this.#well = undefined;
    return this.#well !== undefined && now - this.#well >= QUIET;
  }

  #look(): Violation | undefined {
    const missing = this.#judge.missing(standingsOf, this.#network.now);
    if (missing !== undefined) return missing;
    const peers = this.#judge.living().filter(({ id }) => id >= this.#plan.seeds);
    // Who is Byzantine may be linked, and pass nothing on.
    if (this.#plan.traitors.size === 0 && !isConnected(overlayOf(peers, neighboursOf))) return { property: 'the overlay is connected', witness: `${counted(peers.length, 'peer')} are not joined by their links` };
    if (peers.length === 0) return undefined;
    // Who is Byzantine may be the only link to somebody: until that is noticed, words are lost there.
    if (this.#last === undefined || (this.#plan.traitors.size > 0 && this.#network.now - this.#last.at >= AGAIN)) {
      this.#heard.clear();
      this.#last = { by: peers[0]!.id, at: this.#network.now };
      this.#say(peers[0]!, `${LAST} at ${this.#network.now}`);
    }
    const deaf = peers.find(({ id }) => !this.#heard.has(id));
    if (deaf !== undefined) return { property: 'a message reaches all', witness: `node ${deaf.id} did not hear what node ${this.#last.by} said at ${this.#last.at} ms` };
    return undefined;
  }

  end(): Finding {
    return this.#missing === undefined ? { type: 'holds' } : { type: 'violated', ...this.#missing };
  }

  figures(): Readonly<Record<string, number>> {
    return { peers: this.#judge.living().length, removals: this.#judge.removals, falseRemovals: this.#judge.falseRemovals };
  }

  progress(): string {
    return `${counted(this.#judge.removals, 'removal')}, ${this.#judge.falseRemovals} of somebody alive`;
  }
}

/** What one says when all is well, and if need be again after so many ms. */
const LAST = 'all is well';
const AGAIN = 10_000;
