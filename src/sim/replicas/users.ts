import { doorOf } from '../../core/command.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { ReplicaState } from '../../protocols/pbft/state.ts';
import { commandOf } from '../../protocols/pbft/status.ts';
import type { Network, SimNode } from './network.ts';

/** What a user wants done, under the number by which the run knows it. */
export interface Errand {
  readonly ticket: number;
  readonly data: string;
}

/**
 * Users as they are over HTTP: they post to a node, go where its redirect sends them, and go on to the next node where one is
 * down, or falls before it has answered. Replica k takes what they ask by a client of its own, which shares its fate.
 */
export class Users {
  readonly #network: Network;
  readonly #n: number;
  /** Whether one node reaches another now. */
  readonly #reaches: (from: NodeId, to: NodeId) => boolean;
  /** What each node’s client has under way. */
  readonly #open = new Map<NodeId, Map<number, Errand>>();

  constructor(network: Network, n: number, reaches: (from: NodeId, to: NodeId) => boolean) {
    this.#network = network;
    this.#n = n;
    this.#reaches = reaches;
  }

  /** A user comes to a node. */
  post(errand: Errand, id: NodeId): void {
    const replica = this.#network.nodes[id]!;
    if (!replica.isUp) return this.#later(errand, this.#next(id));
    this.#openAt(id).set(errand.ticket, errand);
    this.#network.visit(replica, () => this.#arrive(errand, replica));
  }

  /** A user has the answer, whichever node it is from. */
  answered(ticket: number): void {
    for (const open of this.#open.values()) open.delete(ticket);
  }

  /** A node fell: whoever waited there goes to the next. */
  lost(id: NodeId): void {
    const open = [...this.#openAt(id).values()];
    this.#open.delete(id);
    for (const errand of open) this.#later(errand, this.#next(id));
  }

  #arrive(errand: Errand, { id, state }: SimNode): void {
    const door = doorOf(commandOf(state as ReplicaState), id);
    // A commander that does not answer is not sent to.
    if (door === id || !this.#isThere(id, door)) return this.#network.input(this.#network.nodes[this.#n + id]!, errand);
    this.#openAt(id).delete(errand.ticket);
    this.#later(errand, door);
  }

  #isThere(from: NodeId, to: NodeId): boolean {
    const { isUp, held } = this.#network.nodes[to]!;
    return isUp && held === undefined && this.#reaches(from, to);
  }

  #later(errand: Errand, id: NodeId): void {
    this.#network.at(this.#network.now + HOP, () => this.post(errand, id));
  }

  #next(id: NodeId): NodeId {
    return nodeId((id + 1) % this.#n);
  }

  #openAt(id: NodeId): Map<number, Errand> {
    let open = this.#open.get(id);
    if (open === undefined) this.#open.set(id, (open = new Map()));
    return open;
  }
}

/** Milliseconds from one node to the next. */
const HOP = 5;
