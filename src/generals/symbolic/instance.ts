import { nodeId, type NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';

/** What is run on symbols: one protocol, one army, one set of traitors. */
export interface Instance {
  readonly protocol: AnyRoundsProtocol;
  /** In ascending order. */
  readonly members: readonly NodeId[];
  readonly commander: NodeId;
  readonly m: number;
  readonly traitors: readonly NodeId[];
  /** `either` is a symbol too: what comes of it holds for both. */
  readonly order: Order | 'either';
}

/** Everyone from G1 to the last, G1 commanding. */
export const everyone = (count: number): Pick<Instance, 'members' | 'commander'> => ({
  members: Array.from({ length: count }, (_, index) => nodeId(index + 1)),
  commander: nodeId(1),
});
