import type { AnyMachine } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { Network, type SimNode } from '../../src/runtime/virtual/network.ts';
import type { Address } from '../../src/words/address.ts';
import type { WordsSettings } from '../../src/words/context.ts';
import type { Message } from '../../src/words/messages.ts';
import { peer } from '../../src/words/peer.ts';
import { contextOf, nodeAt } from '../../src/words/sim/nodes.ts';
import type { WordsState } from '../../src/words/state.ts';
import type { Input, Output } from '../../src/words/vocabulary.ts';

export interface Said {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

export type Decided = Output & { readonly type: 'decided' };

export interface GroupOptions {
  /** The machine of a peer, if it is not loyal. */
  readonly machineOf?: (id: number) => AnyMachine | undefined;
  readonly link?: (from: SimNode, to: SimNode, now: number) => readonly number[];
  readonly settings?: Partial<WordsSettings>;
  readonly wrong?: (id: number) => number;
  readonly seed?: number;
}

/** Peers in virtual time that know each other, on a network that loses nothing if not told otherwise. */
export class WordsGroup {
  readonly network: Network;
  /** Each datagram, in the order in which they were sent. */
  said: Said[] = [];
  readonly outputs: { readonly by: number; readonly output: Output }[] = [];

  constructor(n: number, { machineOf = () => undefined, link = () => [1], settings = {}, wrong = () => 0, seed = 1 }: GroupOptions = {}) {
    const group = { n, seed, settings, wrong, now: (): number => this.network.now };
    const nodes = Array.from({ length: n }, (_, id) => ({ id: nodeId(id), machine: machineOf(id) ?? (peer as AnyMachine), context: contextOf(group, nodeId(id)) }));
    this.network = new Network(nodes, {
      link,
      sync: () => 0,
      sent: (from, to, message) => void this.said.push(...to.map((id) => ({ from: from.id, to: id, message: message as Message }))),
      output: ({ id }, output) => void this.outputs.push({ by: id, output: output as Output }),
    });
    for (const node of this.network.nodes) this.network.start(node);
    this.network.run(METS);
    this.said = [];
  }

  node(id: number): SimNode {
    return this.network.nodes[id]!;
  }

  state(id: number): WordsState {
    return this.node(id).state as WordsState;
  }

  input(id: number, input: Input): void {
    this.network.input(this.node(id), input);
  }

  hear(id: number, from: Address, message: Message & { readonly raw?: string }): void {
    this.network.hear(this.node(id), nodeAt(from), message);
  }

  /** Has so many ms pass. */
  pass(ms: number): void {
    this.network.run(this.network.now + ms);
  }

  /** Has one peer settle a word with all others. @returns how it ended for each */
  settle(id: number, index: number): ReadonlyMap<number, Decided> {
    const before = this.outputs.length;
    this.input(id, { type: 'consensus', index });
    this.pass(4000);
    return new Map(this.outputs.slice(before).flatMap(({ by, output }) => (output.type === 'decided' ? [[by, output] as const] : [])));
  }

  dropped(id: number): string[] {
    return this.outputs.flatMap(({ by, output }) => (by === id && output.type === 'dropped' ? [output.reason] : []));
  }
}

/** Milliseconds in which all meet. */
const METS = 5000;

