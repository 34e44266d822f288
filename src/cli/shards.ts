import { SHARD, fileOfFolder, holdsShard, textOfShard, type Kind, type Shard, type ShardFile } from '../campaign/many/file.ts';
import { shareText, type Share } from '../campaign/many/share.ts';
import { openFolder, type Folder } from '../campaign/store.ts';
import { quotedPath } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';
import { version } from './version.ts';

/** What may stand beside `--resume` of a shard: it is about how it is shown. */
const BESIDE = ['resume', 'json', 'no-color', 'protocol'];

/** @param given the options that were given @throws UsageError if they do not go together */
export function mustFitShard(share: Share | undefined, out: string | undefined, resume: string | undefined, given: readonly string[]): void {
  const changed = resume === undefined ? undefined : given.find((name) => !BESIDE.includes(name));
  if (changed !== undefined) throw new UsageError(`--resume goes on with what its folder holds: --${changed} cannot be changed`);
  if (share !== undefined && out === undefined) throw new UsageError('--shard writes to a folder, for merge to read: give it an --out');
  if (out !== undefined && share === undefined) throw new UsageError('--out is for a --shard');
}

/** Milliseconds between two checkpoints. */
const CHECKPOINT = 500;

/** A folder with a shard in it, of whatever kind. */
export interface Saving {
  /** Writes how far the shard has come, now or soon after what was written just now. */
  soon(shard: () => ShardSoFar): void;
  /** Writes how it ended. @returns a line about it */
  now(shard: ShardSoFar): string;
}

export type ShardSoFar = Omit<Shard, 'program' | 'share' | 'kind'>;

/** Has a shard done in a new folder. */
export async function inNewFolder(path: string, kind: Kind, share: Share, work: (saving: Saving) => Promise<number>): Promise<number> {
  const mustBeNew = (): void => {
    if (holdsShard(path)) throw new UsageError(`${quotedPath(path)} holds a shard already: --resume goes on with it, another folder keeps it`);
  };
  mustBeNew();
  const folder = openFolder(path);
  try {
    // Somebody may have begun and ended there meanwhile.
    mustBeNew();
    return await work(savingTo(folder, kind, share));
  } finally {
    folder.release();
  }
}

/** Has a shard gone on with. */
export async function inFolder(path: string, kind: Kind, work: (file: ShardFile, saving: Saving) => Promise<number>): Promise<number> {
  // Before the folder is made.
  fileOfFolder(path, version());
  const folder = openFolder(path);
  try {
    const file = fileOfFolder(path, version());
    if (file.kind !== kind) throw new UsageError(`${quotedPath(path)} holds a shard of ${file.kind}: generals ${file.kind} --resume goes on with it`);
    return await work(file, savingTo(folder, kind, file.share));
  } finally {
    folder.release();
  }
}

function savingTo(folder: Folder, kind: Kind, share: Share): Saving {
  let next = 0;
  let later: NodeJS.Timeout | undefined;
  let latest: () => ShardSoFar;
  const write = (shard: ShardSoFar): void => folder.write(SHARD, textOfShard({ kind, program: version(), share, ...shard }));
  return {
    soon(shard) {
      latest = shard;
      const save = (): void => {
        // Else one that waits would write over what is newer.
        clearTimeout(later);
        later = undefined;
        write(latest());
        next = performance.now() + CHECKPOINT;
      };
      // What comes next may take long.
      if (performance.now() < next) later ??= setTimeout(save, CHECKPOINT);
      else save();
    },
    now(shard) {
      clearTimeout(later);
      write(shard);
      return `shard ${shareText(share)}${shard.status === 'partial' ? ', PARTIAL' : ''}, written to ${folder.path}`;
    },
  };
}
