import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, quotedPath, reasonOf } from '../core/user-error.ts';
import { cellSeed } from './draw.ts';
import { batchOf, engineOf, type EngineChoice } from './engine.ts';
import { cellsOf, type Grid } from './grid.ts';
import { savedIn } from './results.ts';
import { begun, type Progress } from './schedule.ts';
import { RESULTS } from './store.ts';

/** A campaign that can be run: at its beginning, or where it was left. */
export interface Campaign {
  readonly grid: Grid;
  readonly engine: EngineChoice;
  readonly left: readonly string[];
  readonly cells: readonly Progress[];
}

/** @throws UserError if the grid has no cell, too many, or one that the engine cannot run */
export async function newCampaign(grid: Grid, engine: EngineChoice): Promise<Campaign> {
  const { cells, left } = cellsOf(grid);
  const begin = async (cell: (typeof cells)[number]): Promise<Progress> => {
    const chosen = await engineOf(cell, grid, engine);
    return { ...begun(cell, chosen.engine, cellSeed(grid.seed, cell), batchOf(cell, chosen.engine, grid), grid), lack: chosen.lack };
  };
  return { grid, engine, left, cells: await Promise.all(cells.map(begin)) };
}

/** The campaign whose results a folder holds. @throws UserError in one line, if it holds none that can be read */
export function resumedCampaign(path: string): Campaign {
  const file = join(path, RESULTS);
  const { grid, engine, left, cells } = savedIn(textIn(file), file);
  return { grid, engine, left, cells: cells.map(({ cell, engine: chosen, lack, seed, tally, worst }) => ({ ...begun(cell, chosen, seed, batchOf(cell, chosen, grid), grid, tally), lack, worst })) };
}

/** The text of a file of results. @throws UserError in one line, if it cannot be read */
export function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${quotedPath(file)} cannot be read: ${reasonOf(error)}`);
  }
}
