import { UserError, quotedPath } from '../../core/user-error.ts';
import type { Campaign } from '../campaign.ts';
import { cellsOf } from '../grid.ts';
import { alikeAtWorst } from '../run.ts';
import { begun, take, type Progress } from '../schedule.ts';
import { EMPTY, added } from '../tally.ts';
import type { ShardFile } from './file.ts';
import { shardOfFile, type CampaignShard } from './shard.ts';

/**
 * The campaign that complete shards are together, as one machine would have counted it: what it does not know yet, such as which
 * orders were broken, is to be run. @throws UserError in one line
 */
export const mergedCampaign = (files: readonly ShardFile[]): Campaign => merged(files.map(shardOfFile), files.map(({ folder }) => folder));

/** @param names what people call these shards */
export function merged(shards: readonly CampaignShard[], names: readonly string[]): Campaign {
  const [{ grid, engine, cells: first }] = shards as [(typeof shards)[number]];
  const cells = first.map(({ cell, engine: chosen, lack, seed, size, stops }, index): Progress => {
    const parts = shards.map(({ cells: own }) => own[index]!);
    parts.forEach((part, at) => {
      if (part.engine !== chosen) throw new UserError(`${quotedPath(names[at]!)} and ${quotedPath(names[0]!)} counted ${cell.id} by other engines, ${part.engine} and ${chosen}`);
    });
    const progress: Progress = { ...begun(cell, chosen, seed, size, grid), lack };
    stops.forEach((stop, at) => {
      if (progress.isDone) return;
      const tally = parts.reduce((sum, { tallies }) => added(sum, tallies[at]!), EMPTY);
      const before = progress.tally.orders;
      if (before + tally.orders !== stop) throw new Error(`${cell.id} has ${before + tally.orders} orders at its stop after ${stop}`);
      progress.issued = stop;
      take(progress, { from: before + 1, count: tally.orders }, tally, grid);
    });
    progress.exact = parts.find(({ exact }) => exact !== undefined)?.exact;
    progress.worst = parts.find(({ worst }) => worst !== undefined)?.worst;
    return progress;
  });
  for (const alike of alikeAtWorst(cells)) {
    const worst = alike.find((progress) => progress.worst !== undefined)?.worst;
    for (const progress of alike) progress.worst = worst;
  }
  return { grid, engine, left: cellsOf(grid).left, cells };
}
