import { availableParallelism } from 'node:os';
import { SHARD, fileOfFolder, holdsShard, textOfShard } from '../campaign/many/file.ts';
import { shareText } from '../campaign/many/share.ts';
import { fileOf, metered, newShard, runShard, shardOfFile, type CampaignShard } from '../campaign/many/shard.ts';
import { openPool } from '../campaign/pool.ts';
import { openFolder, type Folder } from '../campaign/store.ts';
import { counted, figure } from '../core/figures.ts';
import { quotedPath } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';
import { campaignFor, folderFor, mustBeShort, mustOnlyResume } from './campaign.ts';
import { ran } from './campaign-run.ts';
import type { CampaignOptions } from './subcommands/campaign.ts';
import { version } from './version.ts';

/** Counts a part of a campaign, or goes on with one. @returns the exit status, as of a whole one */
export async function campaignShard(options: CampaignOptions): Promise<number> {
  const { resume, shard } = options;
  if (shard !== undefined && resume === undefined) {
    const campaign = await campaignFor(options);
    return within(folderFor(options)!, () => newShard(campaign, shard), options);
  }
  await mustOnlyResume(options);
  const path = resume!;
  return within(openFolder(path), () => {
    const file = fileOfFolder(path, version());
    if (file.kind !== 'campaign') throw new UsageError(`${quotedPath(path)} holds a shard of ${file.kind}: generals ${file.kind} --resume goes on with it`);
    return shardOfFile(file);
  }, options);
}

async function within(folder: Folder, begin: () => CampaignShard, options: CampaignOptions): Promise<number> {
  try {
    return await counting(begin(), folder, options);
  } finally {
    folder.release();
  }
}

async function counting(shard: CampaignShard, folder: Folder, { threads = availableParallelism(), yes, json }: CampaignOptions): Promise<number> {
  const cells = metered(shard);
  mustBeShort(cells, shard.grid, threads, yes);
  const save = (): void => folder.write(SHARD, textOfShard(fileOf(shard, version())));
  const { signal, unsaved } = await ran({ cells, grid: shard.grid, save, run: (pool, stop, told) => runShard(shard, pool, stop, told) }, () => openPool(threads), json);
  const orders = cells.reduce((sum, { tally }) => sum + tally.orders, 0);
  if (unsaved === undefined) save();
  else {
    process.stderr.write(`generals: ${unsaved.message}; ${holdsShard(folder.path) ? '--resume goes on from what was saved before' : 'nothing was saved'}\n`);
    return 1;
  }
  const { status } = fileOf(shard, version());
  if (json) process.stdout.write(`${JSON.stringify({ v: 1, type: 'shard', kind: 'campaign', shard: shareText(shard.share), status, orders })}\n`);
  else process.stdout.write(`shard ${shareText(shard.share)}, seed ${shard.grid.seed}: ${counted(orders, 'order')} in ${counted(cells.length, 'cell')}${status === 'partial' ? `, PARTIAL of ${figure(cells.reduce((sum, { most = 0 }) => sum + most, 0))}` : ''}; written to ${folder.path}\n`);
  return signal === undefined ? 0 : { SIGINT: 130, SIGTERM: 143 }[signal];
}
