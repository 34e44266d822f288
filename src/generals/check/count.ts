import { isSteady } from './alternatives.ts';
import { traitorSets, type Problem } from './request.ts';
import { trials } from './trial.ts';

/**
 * How many treasons there are: for each set of traitors and each order, the product of what each message might be, as one
 * honest run tells. Undefined where other runs have other messages, so that only a search can count.
 */
export function countTreasons(campaign: Problem): bigint | undefined {
  if (!isSteady(campaign.protocol)) return undefined;
  let count = 0n;
  for (const traitors of traitorSets(campaign)) {
    const run = trials(campaign, traitors);
    for (const order of campaign.orders) {
      let product = 1n;
      run(order, ({ alternatives }) => {
        product *= BigInt(alternatives.length);
        return 0;
      });
      count += product;
    }
  }
  return count;
}

/** Before a search that was to cover everything says so. */
export function assertAll(covered: bigint, treasons: bigint | undefined): void {
  if (treasons !== undefined && covered !== treasons) throw new Error(`a search of ${treasons} treasons ended after ${covered}`);
}
