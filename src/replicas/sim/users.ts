import { doorOf } from '../command.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { ReplicaState } from '../pbft/state.ts';
import { commandOf } from '../pbft/status.ts';
import type { Network, SimNode } from '../../runtime/virtual/network.ts';

/**
 * Users as they are over HTTP: they post to a node, go where its redirect sends them, and go on to the next node where one is
 * down, or falls before it has answered. Replica k takes what they ask by a client of its own, which shares its fate.
 */
export class Users {
  readonly #network: Network;
  readonly #n: number;
  /** Whether one node reaches another now. */
  readonly #reaches: (from: NodeId, to: NodeId) => boolean;
  /** Has the client of a node ask what a user came for. */
  readonly #ask: (ticket: number, client: NodeId) => void;
  /** Who waits at each node, and since which visit. */
  readonly #open = new Map<NodeId, Map<number, number>>();
  #visits = 0;

  constructor(network: Network, n: number, reaches: (from: NodeId, to: NodeId) => boolean, ask: (ticket: number, client: NodeId) => void) {
    this.#network = network;
    this.#n = n;
    this.#reaches = reaches;
    this.#ask = ask;
  }

  /** A user comes to a node. */
  post(ticket: number, id: NodeId): void {
    const replica = this.#network.nodes[id]!;
    if (!replica.isUp) return this.#later(ticket, this.#next(id));
    this.#visits += 1;
    const visit = this.#visits;
    this.#openAt(id).set(ticket, visit);
    this.#network.visit(replica, () => {
      // Whoever has gone on meanwhile is not there any more.
      if (this.#openAt(id).get(ticket) === visit) this.#arrive(ticket, replica);
    });
  }

  /** A user has the answer, whichever node it is from. */
  answered(ticket: number): void {
    for (const open of this.#open.values()) open.delete(ticket);
  }

  /** A node fell: whoever waited there goes to the next. */
  lost(id: NodeId): void {
    const open = [...this.#openAt(id).keys()];
    this.#open.delete(id);
    for (const ticket of open) this.#later(ticket, this.#next(id));
  }

  #arrive(ticket: number, { id, state }: SimNode): void {
    const door = doorOf(commandOf(state as ReplicaState), id);
    // A commander that does not answer is not sent to.
    if (door === id || !this.#isThere(id, door)) return this.#ask(ticket, nodeId(this.#n + id));
    this.#openAt(id).delete(ticket);
    this.#later(ticket, door);
  }

  #isThere(from: NodeId, to: NodeId): boolean {
    const { isUp, held } = this.#network.nodes[to]!;
    return isUp && held === undefined && this.#reaches(from, to);
  }

  #later(ticket: number, id: NodeId): void {
    this.#network.at(this.#network.now + HOP, () => this.post(ticket, id));
  }

  #next(id: NodeId): NodeId {
    return nodeId((id + 1) % this.#n);
  }

  #openAt(id: NodeId): Map<number, number> {
    let open = this.#open.get(id);
    if (open === undefined) this.#open.set(id, (open = new Map()));
    return open;
  }
}

/** Milliseconds from one node to the next. */
const HOP = 5;
