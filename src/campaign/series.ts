import type { CellResult, Results } from './results.ts';

/** The cells that differ in n and f alone: what one plot shows. */
export interface Series {
  /** `oral-coin`, for file names. */
  readonly name: string;
  /** `oral, coin`, for people. */
  readonly title: string;
  readonly cells: readonly CellResult[];
}

/** Cells that were sampled at all, by protocol, strategy and, where the grid names several, m. */
export function seriesOf({ cells, grid }: Results): Series[] {
  const isByM = Array.isArray(grid.m) && grid.m.length > 1;
  const series = new Map<string, { title: string; cells: CellResult[] }>();
  for (const cell of cells) {
    if (cell.rates === null) continue;
    const m = isByM ? [`m${cell.m}`] : [];
    const name = [cell.protocol, ...m, cell.strategy].join('-');
    const one = series.get(name) ?? { title: [cell.protocol, ...(isByM ? [`m = ${cell.m}`] : []), cell.strategy].join(', '), cells: [] };
    one.cells.push(cell);
    series.set(name, one);
  }
  return [...series].map(([name, one]) => ({ name, ...one }));
}
