import { seededAt, type ChooseOwn } from '../../core/choice.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import type { NodeSpec, SimNode } from '../../runtime/virtual/network.ts';
import type { AnyMachine } from '../../core/machine.ts';
import { addressOf, type Address } from '../address.ts';
import type { GossipContext, Keys } from '../context.ts';
import { peerMachine } from '../peer.ts';
import { seedMachine } from '../seed.ts';
import type { GossipSettings } from '../settings.ts';
import { symbolicKeys } from './keys.ts';

/** Who is in a network: seeds have the first numbers, peers those after them. */
export interface Population {
  readonly n: number;
  readonly seeds: number;
  readonly seed: number;
  readonly settings: GossipSettings;
  /** The machine of a node, if it is another than its role’s. */
  readonly machineOf?: (id: NodeId) => AnyMachine | undefined;
  /** What a node’s clock is wrong by, in ms, and may be otherwise later. */
  readonly clocks: ReadonlyMap<NodeId, number>;
  /** Virtual time, in ms. */
  now(): number;
}

/** One node, before it is in the network. What it is told of itself changes with each of its lives, as it does of a process. */
export class GossipNode implements GossipContext {
  readonly self: NodeId;
  readonly members: readonly NodeId[] = [];
  readonly signer;
  readonly address: Address;
  readonly seeds: readonly Address[];
  readonly cluster = 'simulated';
  readonly version = 'simulated';
  readonly settings: GossipSettings;
  keys: Keys;
  choose: ChooseOwn;
  readonly #population: Population;
  #nonces = 0;
  #keys = 1;
  #lives = 1;

  constructor(id: NodeId, seeds: readonly Address[], population: Population) {
    this.self = id;
    this.signer = symbolicSigner(id);
    this.address = addressAt(id);
    this.seeds = seeds;
    this.settings = population.settings;
    this.#population = population;
    this.keys = symbolicKeys(`k${id}`);
    this.choose = seededAt(population.seed, id);
  }

  get isSeed(): boolean {
    return this.self < this.#population.seeds;
  }

  nonce(): string {
    this.#nonces += 1;
    return `n${this.self}.${this.#nonces}`;
  }

  unixTime(): number {
    return (EPOCH + this.#population.now() + (this.#population.clocks.get(this.self) ?? 0)) / 1000;
  }

  /** What it is told when it is started again. @param keepsKey whether its key outlived it, as a seed’s does */
  renew(keepsKey: boolean): void {
    this.#lives += 1;
    // Who is restarted does not toss the same coins again.
    this.choose = seededAt(this.#population.seed, nodeId(this.self + this.#lives * LIVES_APART));
    if (keepsKey) return;
    this.#keys += 1;
    this.keys = symbolicKeys(`k${this.self}.${this.#keys}`);
  }
}

/** Some day, in ms since 1970. */
const EPOCH = 1_800_000_000_000;

const LIVES_APART = 2 ** 20;

/** All nodes of a network, by number. */
export function nodesOf(population: Population): { readonly nodes: readonly GossipNode[]; readonly specs: readonly NodeSpec[] } {
  const seeds = Array.from({ length: population.seeds }, (_, id) => addressAt(nodeId(id)));
  const nodes = Array.from({ length: population.n }, (_, id) => new GossipNode(nodeId(id), seeds, population));
  return { nodes, specs: nodes.map((node) => ({ id: node.self, machine: population.machineOf?.(node.self) ?? ((node.isSeed ? seedMachine : peerMachine) as AnyMachine), context: node, address: node.address })) };
}

/** Each on a host of its own. */
export function addressAt(id: NodeId): Address {
  const known = ADDRESSES[id];
  if (known !== undefined) return known;
  const spelt = addressOf(`10.${id >> 16}.${(id >> 8) & 255}.${id & 255}`, 6000)!;
  // V8 knows names of fields for the same or not by where they lie: other texts of one length it compares sign by sign.
  const [address] = Object.keys({ [spelt]: 0 }) as [Address];
  ADDRESSES[id] = address;
  IDS.set(address, id);
  return address;
}

const ADDRESSES: Address[] = [];
const IDS = new Map<Address, NodeId>();

/** Whose address that is; undefined if nobody’s here. */
export const nodeAt = (address: Address): NodeId | undefined => IDS.get(address);

export const contextOf = ({ context }: SimNode): GossipNode => context as GossipNode;
