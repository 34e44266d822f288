import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, quotedPath, reasonOf } from '../../core/refusal.ts';
import { makeFolder } from '../make-folder.ts';
import { parsePlan, type Plan } from './plan.ts';

/** The file of a cluster's folder that every node needs. */
export const CLUSTER_FILE = 'cluster.json';

/** The folder of one replica in that of its cluster: its secret, and its log. */
export const replicaFolder = (folder: string, id: number): string => join(folder, `replica-${id}`);

/** The cluster that a folder holds, with the secrets of all its members; undefined if it holds none. @throws Refusal in one line */
export function readCluster(folder: string): { readonly plan: Plan; readonly secrets: readonly string[] } | undefined {
  const file = join(folder, CLUSTER_FILE);
  if (!existsSync(file)) return undefined;
  const plan = readPlan(file);
  return { plan, secrets: plan.members.map(({ id }) => readSecret(replicaFolder(folder, id))) };
}

/** Writes a cluster's file and the secrets of its members, each to a folder that only its owner can read. */
export function writeCluster(folder: string, plan: Plan, secrets: readonly string[]): void {
  trying(folder, () => {
    makeFolder(folder);
    for (const [id, secret] of secrets.entries()) {
      const own = replicaFolder(folder, id);
      makeFolder(own, 0o700);
      if (!existsSync(join(own, SECRET_FILE))) writeFileSync(join(own, SECRET_FILE), `${secret}\n`, { mode: 0o600 });
    }
    const half = join(folder, `.${CLUSTER_FILE}.${process.pid}`);
    writeFileSync(half, `${JSON.stringify(plan, undefined, 1)}\n`);
    renameSync(half, join(folder, CLUSTER_FILE));
  });
}

export const readPlan = (file: string): Plan => parsePlan(trying(file, () => readFileSync(file, 'utf8')), file);

export const readSecret = (folder: string): string => trying(join(folder, SECRET_FILE), () => readFileSync(join(folder, SECRET_FILE), 'utf8')).trim();

const SECRET_FILE = 'secret';

function trying<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Refusal(`${quotedPath(path)} cannot be used: ${reasonOf(error)}`);
  }
}
