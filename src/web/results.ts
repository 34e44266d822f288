import { resultsInReport, savedIn, type Saved } from '../campaign/results.ts';
import { UserError, quotedPath } from '../core/user-error.ts';
import type { Odds } from './news.ts';
import { sharesOf } from './views.ts';

/** Whether a text is of a campaign: what it writes to be read again, its table for other programs, or its report. */
export const isOfCampaign = (text: string): boolean =>
  /^\s*\{/.test(text) ? /"format":\s*"generals campaign"/.test(text) : TABLE.test(text) || REPORT.test(text);

const TABLE = /^id,protocol,m,n,f,strategy,/;
const REPORT = /^<!doctype html>[^]{0,1000}<title>A campaign of the generals<\/title>/;

/** What a campaign counted. */
export interface Counted {
  readonly odds: readonly Odds[];
  /** Whether it was stopped before its end. */
  readonly isPartial: boolean;
}

/**
 * Reads what a campaign has written: its results, or its report, which has them in it.
 * @param name what people call the file
 * @throws UserError in one line, if it holds no results that this program reads
 */
export function countedIn(text: string, name: string): Counted {
  if (TABLE.test(text)) throw new UserError(`${quotedPath(name)} is a table for other programs: open results.json beside it`);
  const results = REPORT.test(text) ? resultsInReport(text) : text;
  if (results === undefined) throw new UserError(`${quotedPath(name)} is of an older program, and has no results in it: open results.json beside it`);
  const saved = savedIn(results, name);
  return { odds: oddsOf(saved), isPartial: saved.status === 'partial' };
}

/**
 * What a campaign counted, as odds by the number of traitors: one for each protocol, size and strategy of its grid, and for each m, where
 * that is not as large as the number of traitors in each cell.
 */
function oddsOf({ grid, cells }: Saved): Odds[] {
  const all = new Map<string, Odds & { readonly rows: Odds['rows'][number][] }>();
  for (const { cell, tally, worst } of cells) {
    const { protocol, members, strategy, faults } = cell;
    const m = grid.m === 'f' ? grid.m : cell.m;
    const key = `${protocol} ${m} ${members} ${strategy}`;
    const odds = all.get(key) ?? { protocol, m, members, strategy, seed: grid.seed, asked: grid.orders, rows: [], isOver: true };
    all.set(key, odds);
    if (tally.orders > 0) odds.rows.push({ faults, orders: tally.orders, ...sharesOf(cell, tally, worst) });
  }
  return [...all.values()].filter(({ rows }) => rows.length > 0);
}
