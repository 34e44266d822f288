import { UserError, quotedPath } from '../../core/user-error.ts';
import type { Compaction, Log } from '../../runtime/log.ts';
import type { Address } from '../address.ts';
import { neededOf } from '../forgetting.ts';
import { parseSaved } from '../parse.ts';
import type { Saved } from '../statements.ts';

/** A log is written anew without what is forgotten, once it is so large. */
export const COMPACTION: Compaction = {
  from: 256 * 1024,
  keep: ([first, ...records]) => [first, ...neededOf(records as readonly Saved[])],
};

/** What the machine saved: the log less its first record, which says whose it is. @throws UserError if it is another’s, or was damaged */
export function recordsIn(log: Log, owner: { readonly cluster: string; readonly seed: Address }, folder: string): readonly Saved[] {
  const [first, ...records] = log.records;
  const { cluster, seed } = (first ?? {}) as Record<string, unknown>;
  if (cluster !== owner.cluster || seed !== owner.seed) {
    const found = `seed ${String(seed)} of network ${String(cluster)}`;
    throw new UserError(`${quotedPath(folder)} holds the list of ${found}, not that of ${owner.seed} of ${owner.cluster}`);
  }
  return records.map((record) => {
    const statement = parseSaved(record);
    if (statement === undefined) throw new UserError(`${quotedPath(folder)} holds a record that this version does not know`);
    return statement;
  });
}
