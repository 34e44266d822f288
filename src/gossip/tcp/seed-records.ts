import { UserError, quotedPath } from '../../core/user-error.ts';
import type { Log } from '../../runtime/log.ts';
import type { Address } from '../address.ts';
import { parseStatement } from '../parse.ts';
import type { Statement } from '../statements.ts';

/** What the machine saved: the log less its first record, which says whose it is. @throws UserError if it is another’s, or was damaged */
export function recordsIn(log: Log, owner: { readonly cluster: string; readonly seed: Address }, folder: string): readonly Statement[] {
  const [first, ...records] = log.records;
  const { cluster, seed } = (first ?? {}) as Record<string, unknown>;
  if (cluster !== owner.cluster || seed !== owner.seed) {
    const found = `seed ${String(seed)} of network ${String(cluster)}`;
    throw new UserError(`${quotedPath(folder)} holds the list of ${found}, not that of ${owner.seed} of ${owner.cluster}`);
  }
  return records.map((record) => {
    const statement = parseStatement(record);
    if (statement === undefined) throw new UserError(`${quotedPath(folder)} holds a record that this version does not know`);
    return statement;
  });
}
