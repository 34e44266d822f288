import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, quotedPath, trying } from '../../core/user-error.ts';
import { localDisk, makeFolder, writeWhole, type Disk } from '../../runtime/disk.ts';
import { LOG_FILE } from '../../runtime/log.ts';
import { MARKER_FILE } from './marker.ts';
import { parseClusterConfig, type ClusterConfig } from './cluster-config.ts';

/** The file of a cluster's folder that every node needs. */
export const CLUSTER_FILE = 'cluster.json';

/** The folder of one replica in that of its cluster: its secret, and its log. */
export const replicaFolder = (folder: string, id: number): string => join(folder, `replica-${id}`);

/** The cluster that a folder holds, with the secrets of all its members; undefined if it holds none. @throws UserError in one line */
export function readCluster(folder: string): { readonly plan: ClusterConfig; readonly secrets: readonly string[] } | undefined {
  const file = join(folder, CLUSTER_FILE);
  if (!existsSync(file)) {
    // What was once signed by one key must not be contradicted by another.
    if (holdsLogs(folder)) throw new UserError(`${quotedPath(folder)} holds the logs of a cluster, but its ${CLUSTER_FILE} is gone: put that back, or begin in another folder`);
    return undefined;
  }
  const plan = readClusterConfig(file);
  return { plan, secrets: plan.members.map(({ id }) => readSecret(replicaFolder(folder, id))) };
}

function holdsLogs(folder: string): boolean {
  if (!localDisk.isFolder(folder)) return false;
  const names = trying(folder, () => readdirSync(folder)).filter((name) => /^replica-\d+$/.test(name));
  return names.some((name) => [LOG_FILE, MARKER_FILE].some((file) => existsSync(join(folder, name, file))));
}

/** Takes the folder of a cluster, which is made if need be. @returns what gives it back @throws UserError if somebody else has it */
export function lockCluster(folder: string): () => void {
  trying(folder, () => makeFolder(folder));
  return localDisk.claim(folder);
}

/** Writes the secrets of a cluster's members, each to a folder that only its owner can read, and then its file: where that is, all are. */
export function writeCluster(folder: string, plan: ClusterConfig, secrets: readonly string[], disk: Disk = localDisk): void {
  trying(folder, () => {
    makeFolder(folder, undefined, disk);
    for (const [id, secret] of secrets.entries()) {
      const own = replicaFolder(folder, id);
      makeFolder(own, 0o700, disk);
      const [path, text] = [join(own, SECRET_FILE), `${secret}\n`];
      // A start that was cut short before there was a cluster's file may have left another.
      if (!disk.has(path) || disk.load(path).toString() !== text) writeWhole(path, text, 0o600, disk);
    }
    writeWhole(join(folder, CLUSTER_FILE), `${JSON.stringify(plan, undefined, 1)}\n`, 0o666, disk);
  });
}

export const readClusterConfig = (file: string): ClusterConfig => parseClusterConfig(trying(file, () => localDisk.load(file)).toString(), file);

export const readSecret = (folder: string): string => trying(join(folder, SECRET_FILE), () => localDisk.load(join(folder, SECRET_FILE))).toString().trim();

const SECRET_FILE = 'secret';
