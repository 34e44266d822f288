import { savedIn } from '../campaign/results.ts';
import type { Odds } from './news.ts';
import { sharesOf } from './views.ts';

/**
 * What a campaign counted, as odds by the number of traitors: one for each protocol, m, size and strategy of its grid.
 * @param name what people call the file
 * @throws UserError in one line, if it holds no results that this program reads
 */
export function oddsIn(text: string, name: string): Odds[] {
  const { grid, cells } = savedIn(text, name);
  const all = new Map<string, Odds & { readonly rows: Odds['rows'][number][] }>();
  for (const { cell, tally } of cells) {
    const { protocol, m, members, strategy, faults } = cell;
    const key = `${protocol} ${m} ${members} ${strategy}`;
    const odds = all.get(key) ?? { protocol, m, members, strategy, seed: grid.seed, asked: grid.orders, rows: [], isOver: true };
    all.set(key, odds);
    if (tally.orders > 0) odds.rows.push({ faults, orders: tally.orders, ...sharesOf(cell, tally) });
  }
  return [...all.values()].filter(({ rows }) => rows.length > 0);
}
