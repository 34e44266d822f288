import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { traitorSets, type Problem } from './request.ts';
import { trials } from './trial.ts';

/**
 * How many treasons there are: for each set of traitors and each order, the product of what each message might be, as one
 * honest run tells. Undefined where other runs have other messages, so that only a search can count.
 */
export function countTreasons(campaign: Problem): bigint | undefined {
  if (campaign.protocol.claims?.isSteady !== true) return undefined;
  let count = 0n;
  for (const traitors of traitorSets(campaign)) for (const order of campaign.orders) count += treasonsOf(campaign, traitors, order);
  return count;
}

/** The same of one set of traitors and one order. */
export function treasonsOf(campaign: Problem, traitors: readonly NodeId[], order: Order): bigint {
  /** How many messages have so many alternatives: one power is quicker than a product of a hundred thousand. */
  const messages = new Map<number, number>();
  trials(campaign, traitors)(order, ({ alternatives: { length } }) => {
    messages.set(length, (messages.get(length) ?? 0) + 1);
    return 0;
  });
  return [...messages].reduce((product, [alternatives, count]) => product * BigInt(alternatives) ** BigInt(count), 1n);
}

/** Before a search that was to cover everything says so. */
export function assertAll(covered: bigint, treasons: bigint | undefined): void {
  if (treasons !== undefined && covered !== treasons) throw new Error(`a search of ${treasons} treasons ended after ${covered}`);
}
