import { availableParallelism } from 'node:os';
import { fileOfFolder, missingIn, mustFit, type ShardFile } from '../campaign/many/file.ts';
import { mergedCampaign } from '../campaign/many/merge.ts';
import { openPool } from '../campaign/pool.ts';
import { UserError } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';
import { folderFor } from './campaign.ts';
import { counted } from './campaign-counted.ts';
import type { MergeOptions } from './subcommands/merge.ts';
import { version } from './version.ts';

/** Puts shards together. @returns the exit status: that of the work on one machine */
export async function mergeCommand(options: MergeOptions): Promise<number> {
  const shards = options.folders.map((folder) => fileOfFolder(folder, version()));
  mustFit(shards);
  const { kind } = shards[0]!;
  if (options.out !== undefined && kind !== 'campaign') throw new UsageError(`a ${kind === 'check' ? 'check' : 'simulation'} is shown, and writes no folder: leave out --out`);
  if (options.save !== undefined && kind !== 'check') throw new UsageError('--save is for the violation of a check: leave it out');
  switch (kind) {
    case 'campaign':
      return mergeCampaign(shards, options);
    case 'simulate': {
      const { isBroken, mergeSimulation } = await import('./simulate-shard.ts');
      mustBeAllUnless(shards.some(isBroken), shards);
      return mergeSimulation(shards, options);
    }
    case 'check': {
      const { isBroken, mergeCheck } = await import('./check-shard.ts');
      mustBeAllUnless(shards.some(isBroken), shards);
      return mergeCheck(shards, options);
    }
    default:
      return kind satisfies never;
  }
}

/** What is broken in one shard is broken, whatever is in the others; but a smaller violation may be in what is missing. */
function mustBeAllUnless(isBroken: boolean, shards: readonly ShardFile[]): void {
  if (!isBroken) return mustBeAll(shards);
  const missing = missingIn(shards);
  if (missing !== undefined) process.stderr.write(`generals: a smaller violation may be in what is missing: ${missing}\n`);
}

async function mergeCampaign(shards: readonly ShardFile[], { out, threads = availableParallelism(), json }: MergeOptions): Promise<number> {
  mustBeAll(shards);
  const campaign = mergedCampaign(shards);
  const folder = folderFor({ out, resume: undefined });
  try {
    return await counted(campaign, () => openPool(threads), folder, json);
  } finally {
    folder?.release();
  }
}

/** @throws UserError in one line that names what is missing */
function mustBeAll(shards: readonly ShardFile[]): void {
  const missing = missingIn(shards);
  if (missing !== undefined) throw new UserError(`these shards are not all: ${missing} is missing`);
}
