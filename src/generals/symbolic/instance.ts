import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';

/** What is run on words: one protocol, one army, one set of traitors. G1 commands; ids go from 1 to the number of members. */
export interface Instance {
  readonly protocol: AnyRoundsProtocol;
  readonly members: number;
  readonly m: number;
  readonly traitors: readonly NodeId[];
  readonly order: Order;
}
