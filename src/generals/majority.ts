import { DEFAULT_ORDER, type Order } from './order.ts';

/** How many of the votes are for each order. */
export interface Tally {
  readonly attack: number;
  readonly retreat: number;
}

export function tally(votes: Iterable<Order>): Tally {
  let attack = 0;
  let retreat = 0;
  for (const vote of votes) {
    if (vote === 'attack') attack += 1;
    else retreat += 1;
  }
  return { attack, retreat };
}

/** The order that strictly more than half of the votes are for; on a tie the default that all generals share. */
export function majorityOf({ attack, retreat }: Tally): Order {
  if (attack > retreat) return 'attack';
  return retreat > attack ? 'retreat' : DEFAULT_ORDER;
}

export const majority = (votes: Iterable<Order>): Order => majorityOf(tally(votes));
