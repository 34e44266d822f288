import type { NodeId } from '../../core/node.ts';
import type { Order } from '../../core/order.ts';

/** What a kernel runs: one protocol, one army, one set of traitors. G1 commands; ids go from 1 to the number of members. */
export interface KernelCell {
  readonly protocol: string;
  readonly members: number;
  readonly m: number;
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  readonly strategy: string;
}
