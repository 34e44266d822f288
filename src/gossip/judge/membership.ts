import type { NodeId } from '../../core/node.ts';
import { byzantineQuorum } from '../../core/quorum.ts';
import type { SimNode } from '../../runtime/virtual/network.ts';
import { isCut, type Partition } from '../../runtime/virtual/rules.ts';
import type { Outage } from '../../runtime/virtual/fault-plan.ts';
import type { Violation } from '../../runtime/virtual/system.ts';
import type { Address } from '../address.ts';
import type { Message } from '../messages.ts';
import type { MemberState, Output } from '../outputs.ts';

/** What a judge knows beforehand: who there is, and what may excuse that somebody alive is taken for dead. */
export interface Ground {
  /** How many nodes there are. */
  readonly n: number;
  readonly seeds: number;
  readonly partitions: readonly Partition[];
  readonly pauses: readonly Outage[];
  /** How many seeds must agree. */
  readonly quorum: number;
  /** How many members a peer knows: of a larger network a part. */
  readonly viewMax: number;
  /** Whether packets are lost. */
  isLossy(): boolean;
  isLoyal(id: NodeId): boolean;
  nodeAt(address: Address): NodeId | undefined;
  nameOf(id: NodeId): string;
}

/** How many seeds must agree, by the rules: more than half, or, if some may lie, so many that any two such sets share one that does not. */
export const seedQuorum = (seeds: number, mayLie: boolean): number => (mayLie ? byzantineQuorum(seeds) : Math.floor(seeds / 2) + 1);

/** Where a member stands in somebody’s list. */
export interface Standing {
  readonly address: Address;
  readonly life: number;
  readonly state: MemberState;
}

/** Whoever is judged: a node in virtual time, or one of a network that is watched. */
export interface Judged {
  readonly id: NodeId;
}

/** One life of a node, as the world has it. */
interface Running<Node> {
  readonly node: Node;
  readonly startedAt: number;
  /** Which of its lives the seeds gave it: they number anew who comes back after it was removed. */
  readonly lives: Set<number>;
  isReady: boolean;
  /** When it was asked to leave. */
  leavesAt: number | undefined;
}

/**
 * Watches a network from without, where it is known who lives, and says what was broken for good: that somebody alive was removed
 * who was not cut off, that a removed life came back, that who left was taken for dead, that a message went twice over a link.
 *
 * In the terms of Chandra and Toueg (JACM 43, 1996) that a live peer is not removed is accuracy, and that a dead one is, completeness.
 */
export class MembershipJudge<Node extends Judged = SimNode> {
  violation: Violation | undefined;
  /** How many living peers were removed, with an excuse or without. */
  falseRemovals = 0;
  removals = 0;
  readonly #ground: Ground;
  readonly #lives: (Running<Node> | undefined)[] = [];
  /** Who said good-bye, by address and life, and some seed wrote it down. */
  readonly #goodbyes = new Set<string>();
  /** Which lives are over, by address and then by life, and how for each node, by its number: as `OVER` has it. */
  readonly #over = new Map<Address, Map<number, Uint8Array>>();
  /** Seeds that forgot their lists, as long as a quorum did not. */
  readonly #forgetful = new Set<NodeId>();
  /** By node, in this life of it, and by link the messages that went over it. */
  readonly #carried = new Map<NodeId, Map<NodeId, Set<string>>>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  started(node: Node, now: number): void {
    this.#lives[node.id] = { node, startedAt: now, lives: new Set(), isReady: false, leavesAt: undefined };
  }

  /** @param isForgetful whether it saves nothing */
  crashed(node: Node, isForgetful: boolean): void {
    this.#lives[node.id] = undefined;
    if (isForgetful) for (const lives of this.#over.values()) for (const states of lives.values()) states[node.id] = 0;
    if (isForgetful && node.id < this.#ground.seeds) this.#forgetful.add(node.id);
    // No quorum knows any more what there was: lives are numbered anew.
    if (this.#ground.seeds - this.#forgetful.size < this.#ground.quorum) {
      this.#over.clear();
      this.#forgetful.clear();
    }
    this.#carried.delete(node.id);
  }

  asksToLeave(node: Node, now: number): void {
    const running = this.#lives[node.id];
    if (running !== undefined) running.leavesAt ??= now;
  }

  sent(from: SimNode, to: readonly NodeId[], message: Message): void {
    if (message.type !== 'gossip') return;
    let carried = this.#carried.get(from.id);
    if (carried === undefined) this.#carried.set(from.id, (carried = new Map()));
    for (const over of to) {
      if (!from.links.has(over)) continue;
      let hashes = carried.get(over);
      if (hashes === undefined) carried.set(over, (hashes = new Set()));
      if (hashes.has(message.hash)) this.#break('each message once a link', `${this.#name(from.id)} sends ${message.payload} twice over its link to ${this.#name(from.links.get(over)!.node.id)}`);
      hashes.add(message.hash);
    }
  }

  output(by: Node, output: Output, now: number): void {
    switch (output.type) {
      case 'registered':
        this.#lives[by.id]?.lives.add(output.life);
        return;
      case 'ready':
        this.#lives[by.id]!.isReady = true;
        return;
      case 'suspecting':
        return this.#accuses(by, output.address, now, BEFORE);
      case 'reported':
        return this.#accuses(by, output.address, now, 0);
      case 'applied':
        if (output.about === 'leave') this.#goodbyes.add(keyOf(output));
        if (output.about === 'removal') this.#removed(by, output, now);
        return this.#stands(by, { ...output, state: STATE_OF[output.about] });
      case 'member':
        return this.#stands(by, output);
      case 'forgot':
        // What it knew nothing of any more it may hear again.
        for (const states of this.#over.get(output.address)?.values() ?? []) states[by.id] = 0;
        return;
      default:
    }
  }

  #stands(by: Node, standing: Standing): void {
    const { address, life, state } = standing;
    const known = this.#over.get(address)?.get(life);
    const before = known?.[by.id] ?? 0;
    const now = OVER[state];
    if (before > 0 && now === 0) this.#break('nobody comes back in a life that is over', `${this.#name(by.id)} has ${this.#nameAt(address)} back in life ${life}, which was over`);
    if (before === OVER.left && now === OVER.dead) this.#break('who left is not dead', `${this.#name(by.id)} takes ${this.#nameAt(address)} for dead, and knew that it left`);
    if (now === 0) return;
    const states = roomFor(known, by.id);
    states[by.id] = now;
    if (states === known) return;
    const lives = this.#over.get(address) ?? new Map<number, Uint8Array>();
    this.#over.set(address, lives.set(life, states));
  }

  #removed(by: Node, { address, life }: { readonly address: Address; readonly life: number }, now: number): void {
    const states = this.#over.get(address)?.get(life);
    if (this.#goodbyes.has(keyOf({ address, life })) && states?.[by.id] === OVER.left) this.#break('who left is not dead', `${this.#name(by.id)} removes ${this.#nameAt(address)}, which left`);
    const isFirst = states?.includes(OVER.dead) !== true;
    if (!isFirst) return;
    this.removals += 1;
    const id = this.#ground.nodeAt(address);
    const running = id === undefined ? undefined : this.#lives[id];
    if (running === undefined || !running.lives.has(life)) return;
    if (!this.#ground.isLoyal(id!)) return;
    this.falseRemovals += 1;
    if (running.leavesAt !== undefined || this.#isExcused(id!, now)) return;
    this.#break('no live peer is removed', `${this.#name(by.id)} removes ${this.#name(id!)}, which lives and is not cut off`);
  }

  /** Who stood still knows nothing of others yet: what he waited for came while he slept. @param before ms before he slept that count as well */
  #accuses(by: Node, address: Address, now: number, before: number): void {
    const { pauses, partitions } = this.#ground;
    const slept = pauses.find(({ node, at, until }) => node === by.id && until <= now && now - until < WAKING && until - at >= WAKING);
    const id = this.#ground.nodeAt(address);
    const running = id === undefined ? undefined : this.#lives[id];
    if (slept === undefined || running === undefined || this.#ground.isLossy() || running.startedAt >= slept.until - WAKING - before) return;
    // Who was hidden before he slept he may hold something against; a report is of what he does not know any more.
    const since = before === 0 ? slept.until - WAKING : slept.at - before;
    const isHidden = pauses.some(({ node, at, until }) => node === id && at <= now && until >= since) || partitions.some(({ from, until }) => from <= now && until >= since);
    if (!isHidden) this.#break('who stood still accuses nobody', `${this.#name(by.id)} accuses ${this.#name(id!)} ${now - slept.until} ms after it stood still for ${slept.until - slept.at} ms`);
  }

  /** Whether it stood still for long, or was hidden from so many seeds that these, with all that lie, are a quorum. */
  #isExcused(id: NodeId, now: number): boolean {
    const { partitions, pauses, seeds } = this.#ground;
    const since = now - MEMORY;
    if (pauses.some(({ node, at, until }) => node === id && at <= now && until >= since && Math.min(until, now) - at >= LONG_PAUSE)) return true;
    let blind = 0;
    for (let seed = 0 as NodeId; seed < seeds; seed = (seed + 1) as NodeId) {
      if (!this.#ground.isLoyal(seed) || partitions.some((partition) => partition.from <= now && partition.until >= since && (isCut([partition], id, seed, partition.from) || isCut([partition], seed, id, partition.from)))) blind += 1;
    }
    return blind >= this.#ground.quorum;
  }

  /** Whether somebody blames somebody, though all are loyal. */
  accused(by: NodeId, suspect: NodeId, evidence: string): void {
    this.#break('integrity', `${this.#name(by)} accuses ${this.#name(suspect)}, which is as loyal, of ${evidence}`);
  }

  /** The loyal nodes that are there now, and mean to stay. */
  living(): Node[] {
    return this.#lives.flatMap((running) => (running !== undefined && running.leavesAt === undefined && this.#ground.isLoyal(running.node.id) ? [running.node] : []));
  }

  /**
   * What has not come about yet, though all has been well for long enough: that all living peers are members, and nobody else, in
   * every list; a peer of a large network need not have all.
   * @param standings what a node makes of everybody
   * @param isAsked whose lists are looked at; all if not told otherwise
   * @param isQuiet whether nothing is lost: else somebody is suspected at any time, for a moment
   */
  missing(standings: (node: Node) => Iterable<Standing>, now: number, isAsked: (node: Node) => boolean = () => true, isQuiet = true): Violation | undefined {
    for (const running of this.#lives) {
      if (running === undefined || !this.#ground.isLoyal(running.node.id)) continue;
      if (running.leavesAt !== undefined && now - running.leavesAt > LEAVE_MAX) return { property: 'leaving', witness: `${this.#name(running.node.id)} was asked to leave, and is still there` };
      if (running.leavesAt === undefined && running.node.id >= this.#ground.seeds && !running.isReady) return { property: 'readiness', witness: `${this.#name(running.node.id)} never became ready` };
    }
    const living = this.living();
    const peers = new Set(living.filter(({ id }) => id >= this.#ground.seeds).map(({ id }) => id));
    let common: { readonly lives: ReadonlyMap<NodeId, number>; readonly by: NodeId } | undefined;
    for (const node of living.filter(isAsked)) {
      const lives = new Map<NodeId, number>();
      for (const { address, life, state } of standings(node)) {
        const id = this.#ground.nodeAt(address);
        if (id === undefined) {
          if (state === 'alive' || state === 'suspect') return { property: 'nobody is listed who is not there', witness: `${this.#name(node.id)} has ${address} on its list, where nobody ever was` };
          continue;
        }
        if (!this.#ground.isLoyal(id)) continue;
        const stands = this.#running(id);
        if (state === 'alive' || state === 'suspect') {
          if (!peers.has(id)) return { property: stands === undefined ? 'every dead peer is removed' : 'leaving', witness: `${this.#name(node.id)} still has ${this.#name(id)} on its list` };
          if (state === 'suspect' && isQuiet) return { property: 'nobody who lives is suspected', witness: `${this.#name(node.id)} still suspects ${this.#name(id)}` };
          lives.set(id, life);
        }
      }
      const isWhole = node.id < this.#ground.seeds || this.#ground.n - this.#ground.seeds < this.#ground.viewMax;
      for (const id of peers) if (isWhole && !lives.has(id)) return { property: 'every live peer is on every list', witness: `${this.#name(node.id)} does not have ${this.#name(id)} on its list` };
      if (common === undefined) common = { lives, by: node.id };
      for (const [id, life] of lives) {
        const other = common.lives.get(id);
        if (other !== life) return { property: 'lists agree', witness: `${this.#name(node.id)} has ${this.#name(id)} in life ${life}, and ${this.#name(common.by)} in life ${other}` };
      }
    }
    return undefined;
  }

  #running(id: NodeId): Running<Node> | undefined {
    return this.#lives[id];
  }

  #break(property: string, witness: string): void {
    this.violation ??= { property, witness };
  }

  #name(id: NodeId): string {
    return this.#ground.nameOf(id);
  }

  #nameAt(address: Address): string {
    const id = this.#ground.nodeAt(address);
    return id === undefined ? address : this.#name(id);
  }
}

const keyOf = ({ address, life }: { readonly address: Address; readonly life: number }): string => `${address} ${life}`;

/** The same, or one that has a place for that node: nobody knows how many will come. */
function roomFor(states: Uint8Array | undefined, id: NodeId): Uint8Array {
  if (states !== undefined && id < states.length) return states;
  const roomier = new Uint8Array(Math.max(ROOM, id + 1, 2 * (states?.length ?? 0)));
  if (states !== undefined) roomier.set(states);
  return roomier;
}

const ROOM = 16;

const OVER = { alive: 0, suspect: 0, dead: 1, left: 2 } as const;

const STATE_OF = { join: 'alive', removal: 'dead', leave: 'left' } as const;

/** In ms: for how long what hid a peer is an excuse for those who remove it. */
const MEMORY = 20_000;

/** In ms: who stands still for less is not to be removed. */
const LONG_PAUSE = 3000;

/** In ms: who stood still for so long knows nothing for so long; and what it waited for began a little before. */
const WAKING = 1000;
const BEFORE = 5000;

/** In ms: so long it may take to leave. */
const LEAVE_MAX = 5000;
