import { hash } from 'node:crypto';
import { join } from 'node:path';
import { UserError, quotedPath, trying } from '../../core/user-error.ts';
import { localDisk, makeFolder, writeWhole } from '../../runtime/disk.ts';
import { keySigner, newSecret, type Verdicts } from '../../runtime/signer.ts';
import type { Address } from '../address.ts';
import type { Keys } from '../context.ts';

/** Keys that hold on a network: ed25519, and SHA-256. */
export const keysOf = (cluster: string, secret: string, verdicts?: Verdicts): Keys => ({ ...keySigner(cluster, secret, verdicts), hash: sha256 });

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Which network it is, if nobody gave it a name: that of these seeds, in whatever order. */
export const clusterOf = (seeds: readonly Address[]): string => sha256(seeds.toSorted().join()).slice(0, 16);

/** The secret that a folder keeps; a new one is made, and kept if there is a folder. @throws UserError */
export function secretIn(folder: string | undefined): string {
  if (folder === undefined) return newSecret();
  const path = join(folder, SECRET_FILE);
  return trying(path, () => {
    makeFolder(folder, 0o700);
    if (!localDisk.has(path)) writeWhole(path, `${newSecret()}\n`, 0o600);
    const secret = localDisk.load(path).toString().trim();
    if (!/^[\w-]{43}$/.test(secret)) throw new UserError(`${quotedPath(path)} is damaged: it is to hold the 43 letters of a secret`);
    return secret;
  });
}

const SECRET_FILE = 'secret';
