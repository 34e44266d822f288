import type { NodeId } from '../../core/node.ts';
import type { SimNode } from '../../runtime/virtual/network.ts';
import type { Address } from '../address.ts';
import type { Message } from '../messages.ts';
import type { Output } from '../outputs.ts';
import { nodeAt } from './nodes.ts';
import { sizeOf } from './sizes.ts';

/** How far a message of peers came. */
export interface Spreading {
  readonly by: NodeId;
  readonly at: number;
  /** Who should hear it: those who lived when it was said. */
  readonly audience: number;
  /** Over how many links it came to each node, and when; undefined of whom it did not come to. */
  readonly hops: Map<NodeId, number>;
  readonly times: number[];
}

/** What became of somebody who was killed: when it was first suspected, agreed on among peers, removed by a seed, and off every list. */
export interface Death {
  readonly at: number;
  /** Whether its host fell silent with it. */
  readonly isHost: boolean;
  suspectedAt?: number;
  agreedAt?: number;
  removedAt?: number;
  /** Who has it on a list as somebody who lives: in a large network not all ever had. */
  readonly holders: Set<NodeId>;
  /** When the last of them took it off. */
  knownAt?: number;
}

/** What is sent, by kind of sender. */
export interface Load {
  messages: number;
  bytes: number;
}

/** Counts what happens in a network: told of outputs and messages, it knows nothing of the machines. */
export class Measure {
  readonly spreadings = new Map<string, Spreading>();
  readonly deaths = new Map<NodeId, Death>();
  /** In ms, how long each took to be ready. */
  readonly readiness: number[] = [];
  /** What peers and seeds sent while it was counted. */
  readonly peers: Load = { messages: 0, bytes: 0 };
  readonly seeds: Load = { messages: 0, bytes: 0 };
  /** By type of message, how many peers and seeds sent while it was counted. */
  readonly byType = new Map<Message['type'], number>();
  isCounting = false;
  readonly #startedAt: number[] = [];
  readonly #seeds: number;
  readonly #isLoyal: (id: NodeId) => boolean;
  #audience = 0;

  /** @param seeds how many of the first nodes are seeds @param isLoyal who counts among those who should hear something */
  constructor(seeds: number, isLoyal: (id: NodeId) => boolean = () => true) {
    this.#seeds = seeds;
    this.#isLoyal = isLoyal;
  }

  started({ id }: SimNode, now: number): void {
    this.#startedAt[id] = now;
    if (id >= this.#seeds && this.#isLoyal(id)) this.#audience += 1;
  }

  /** A peer is gone, however that came. */
  ended({ id }: SimNode): void {
    for (const { holders } of this.deaths.values()) holders.delete(id);
    if (id >= this.#seeds && this.#isLoyal(id)) this.#audience -= 1;
  }

  /** @param holders who has it on a list */
  killed({ id }: SimNode, now: number, isHost: boolean, holders: Iterable<NodeId>): void {
    if (id >= this.#seeds) this.deaths.set(id, { at: now, isHost, holders: new Set(holders) });
  }

  sent(from: SimNode, to: readonly NodeId[], message: Message): void {
    if (!this.isCounting) return;
    const load = from.id < this.#seeds ? this.seeds : this.peers;
    load.messages += to.length;
    load.bytes += to.length * sizeOf(message);
    this.byType.set(message.type, (this.byType.get(message.type) ?? 0) + to.length);
  }

  output({ id }: SimNode, output: Output, now: number): void {
    // Who is Byzantine may pass on what it hears; nothing else that it says counts.
    if (!this.#isLoyal(id) && output.type !== 'heard') return;
    switch (output.type) {
      case 'ready':
        return void this.readiness.push(now - this.#startedAt[id]!);
      case 'generated':
        return void this.spreadings.set(output.hash, { by: id, at: now, audience: this.#audience, hops: new Map([[id, 0]]), times: [now] });
      case 'heard':
        return this.#heard(id, output, now);
      case 'suspecting':
        return this.#note(output.address, 'suspectedAt', now);
      case 'agreed':
        return this.#note(output.address, 'agreedAt', now);
      case 'applied':
        return output.about === 'join' ? this.#on(id, output.address) : this.#off(id, output.address, now, output.about === 'removal');
      case 'member':
        return output.state === 'alive' || output.state === 'suspect' ? this.#on(id, output.address) : this.#off(id, output.address, now, output.state === 'dead');
      case 'forgot':
        return this.#off(id, output.address, now, false);
      default:
    }
  }

  #heard(id: NodeId, { hash, from }: { readonly hash: string; readonly from: Address }, now: number): void {
    const spreading = this.spreadings.get(hash);
    const before = spreading?.hops.get(nodeAt(from)!);
    if (spreading === undefined || before === undefined) return;
    spreading.hops.set(id, before + 1);
    if (this.#isLoyal(id)) spreading.times.push(now);
  }

  #note(address: Address, what: 'suspectedAt' | 'agreedAt', now: number): void {
    const death = this.deaths.get(nodeAt(address)!);
    if (death !== undefined) death[what] ??= now;
  }

  #on(id: NodeId, address: Address): void {
    if (this.deaths.size > 0) this.deaths.get(nodeAt(address)!)?.holders.add(id);
  }

  #off(id: NodeId, address: Address, now: number, isDead: boolean): void {
    const death = this.deaths.size === 0 ? undefined : this.deaths.get(nodeAt(address)!);
    if (death === undefined) return;
    if (isDead) death.removedAt ??= now;
    if (death.holders.delete(id)) death.knownAt = now;
  }
}
