import { counted, figure } from '../core/figures.ts';
import type { CellResult, Results } from './results.ts';
import type { Rate } from './interval.ts';
import { asksNothing, isTrivial, saysNothing } from './trivial.ts';

/** A campaign as a table for people, a line for each cell. */
export function tableOf(results: Results): string[] {
  const { cells, left, status } = results;
  const rows = cells.map(rowOf);
  // A column that says nothing of any cell is left out.
  const heads = HEADS.map((_, column) => column < 5 || rows.some((row) => row[column] !== ''));
  const lines = aligned([HEADS, ...rows].map((row) => row.filter((_, column) => heads[column])));
  const broken = cells.filter(({ violations }) => violations.length > 0);
  return [
    ...lines,
    ...notesOn(cells),
    ...boundsOn(results),
    ...broken.slice(0, NAMED_MAX).map(({ id, seed, violations }) => `${id}, seed ${seed}, was broken in ${violations.length === 1 ? 'order' : 'orders'} ${violations.map(({ order, property }) => `${order} (${property})`).join(', ')}`),
    ...(broken.length > NAMED_MAX ? [`and ${counted(broken.length - NAMED_MAX, 'more cell', 'more cells')} with violations`] : []),
    ...left.slice(0, NAMED_MAX).map((reason) => `left out: ${reason}`),
    ...(left.length > NAMED_MAX ? [`and ${counted(left.length - NAMED_MAX, 'more combination', 'more combinations')} left out`] : []),
    ...(status === 'partial' ? ['PARTIAL: the campaign was stopped before its end'] : []),
  ];
}

/** More are in the results. */
const NAMED_MAX = 12;

const HEADS = ['protocol', 'm', 'n', 'f', 'strategy', 'orders', 'agreement', '95 %', 'exact', 'G1 loyal', 'validity', '95 %', 'exact', 'attack', 'retreat', 'undecided', 'messages', 'worst', 'engine'];

/** What is to be known of the rates, so that nobody believes one that says less than it seems to. */
export function notesOn(cells: readonly CellResult[]): string[] {
  return [
    ...(cells.some(isTrivial) ? ['trivial agreement: one loyal general, or none, is left to be told the order, so that nobody can disagree'] : []),
    ...(cells.some(asksNothing) ? ['trivial validity: no order has both a loyal primary and a loyal secondary, so that nobody can disobey'] : []),
    ...(cells.some((cell) => cell.faults > 0 && !asksNothing(cell)) ? ['validity is that of the orders that G1 gave being loyal: of a traitorous primary it asks nothing'] : []),
    ...asidesOf(cells.map((cell) => ({ cell, why: cell.exact === null ? cell.aside.exact : null })), 'no exact values for'),
    ...asidesOf(cells.map((cell) => ({ cell, why: cell.exact === null ? null : cell.aside.exact })), 'exact values by all coins for'),
    ...asidesOf(cells.map((cell) => ({ cell, why: cell.aside.kernel })), 'no kernel for'),
  ];
}

/** Where a cell ended at its last order before its intervals were as narrow as was asked. */
export function boundsOn({ cells, grid }: Pick<Results, 'cells' | 'grid'>): string[] {
  const { until } = grid;
  if (typeof until !== 'number') return [];
  const isWide = (rate: Rate | null | undefined): boolean => !rate || rate.high - rate.low > until;
  return asidesOf(
    cells.map((cell) => ({ cell, why: cell.isDone && (isWide(cell.rates?.agreement) || (!asksNothing(cell) && isWide(cell.rates?.validity))) ? `all its ${counted(cell.counts.orders, 'order')} were counted, and --orders allows no more` : null })),
    `wider than ${until} is an interval of`,
  );
}

/** A line for each reason, with the cells that it is of. */
function asidesOf(cells: readonly { readonly cell: CellResult; readonly why: string | null }[], what: string): string[] {
  const reasons = new Map<string, string[]>();
  for (const { cell, why } of cells) if (why !== null) reasons.set(why, [...(reasons.get(why) ?? []), cell.id]);
  return [...reasons].map(([why, ids]) => {
    const others = ids.length - NAMED_FEW;
    return `${what} ${ids.slice(0, NAMED_FEW).join(', ')}${others > 0 ? ` and ${counted(others, 'more cell', 'more cells')}` : ''}: ${why}`;
  });
}

const NAMED_FEW = 3;

/** What stands in the place of a rate that says nothing. */
export const TRIVIAL = 'trivial';

function rowOf(cell: CellResult): string[] {
  const { protocol, m, members, faults, strategy, counts, rates, exact, messages, worst, engine, isDone } = cell;
  return [
    protocol,
    `${m}`,
    `${members}`,
    `${faults}`,
    strategy,
    `${figure(counts.orders)}${isDone ? '' : '…'}`,
    ...(rates === null
      ? Array.from<string>({ length: 10 }).fill('')
      : [
          ...(isTrivial(cell) ? [TRIVIAL, '', ''] : [percent(rates.agreement.rate), between(rates.agreement), exactly(exact?.agreement)]),
          percent(rates.commanderLoyal.rate),
          ...(asksNothing(cell) ? [TRIVIAL, '', ''] : [rateOf(rates.validity), rates.validity === null ? '' : between(rates.validity), exactly(exact?.validity)]),
          percent(rates.attack.rate),
          percent(rates.retreat.rate),
          percent(rates.undecided.rate),
        ]),
    messages === null ? '' : figure(messages, 1),
    worst === null ? '' : saysNothing(cell) ? TRIVIAL : worst,
    engine,
  ];
}

const rateOf = (rate: Rate | null): string => (rate === null ? '' : percent(rate.rate));
export const exactly = (share: number | null | undefined): string => (typeof share === 'number' ? percent(share) : '');

/** A rate in percent; what is not all or nothing is never written as if it were. */
export function percent(rate: number): string {
  if (rate === 0 || rate === 1) return `${rate * 100}%`;
  const text = (rate * 100).toFixed(3);
  return text === '0.000' ? '<0.001%' : text === '100.000' ? '>99.999%' : `${text}%`;
}

/** Rounded outwards, so that what is written still holds the truth as often as it should. */
const between = ({ low, high }: Rate): string => `${(Math.floor(low * 1e5) / 1e3).toFixed(3)}–${(Math.ceil(high * 1e5) / 1e3).toFixed(3)}`;

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, index) => (/^[\d<>]|^trivial$/.test(cell) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join('  ').trimEnd());
}

/** The same as a table for programs: comma-separated, after RFC 4180. */
export function csvOf({ cells }: Results): string {
  const heads = [
    'id', 'protocol', 'm', 'n', 'f', 'strategy', 'engine', 'seed', 'done', 'orders', 'commander_loyal', 'agreement_violated', 'validity_violated', 'attack', 'retreat', 'undecided',
    'agreement', 'agreement_low', 'agreement_high', 'agreement_exact', 'validity', 'validity_low', 'validity_high', 'validity_exact', 'messages', 'worst', 'first_violations',
  ];
  const rows = cells.map(({ id, protocol, m, members, faults, strategy, engine, seed, isDone, counts, rates, exact, messages, worst, violations }) => [
    id, protocol, m, members, faults, strategy, engine, seed, isDone, counts.orders, counts.commanderLoyal, counts.agreementViolated, counts.validityViolated, counts.attack, counts.retreat, counts.undecided,
    rates?.agreement.rate, rates?.agreement.low, rates?.agreement.high, exact?.agreement, rates?.validity?.rate, rates?.validity?.low, rates?.validity?.high, exact?.validity, messages, worst,
    violations.map(({ order }) => order).join(' '),
  ]);
  return [heads, ...rows].map((row) => `${row.map((cell) => cell ?? '').join(',')}\r\n`).join('');
}
