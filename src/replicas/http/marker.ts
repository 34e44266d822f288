import { join } from 'node:path';
import { UserError, quoted, quotedPath, trying } from '../../core/user-error.ts';
import { localDisk, writeWhole, type Disk } from '../../runtime/disk.ts';
import { repairLog, type Repair } from '../../runtime/log.ts';

/**
 * That a replica's log was begun in a folder, and by whom. It is on disk before anything is
 * said that a log holds, and after that log's first record: where it is, a log that is missing or empty was lost.
 */
export interface Marker {
  readonly v: 1;
  readonly cluster: string;
  readonly node: number;
}

export const MARKER_FILE = 'begun';

/** What marks a folder; undefined if no log was begun there. @throws UserError in one line */
export function readMarker(folder: string, disk: Disk = localDisk): Marker | undefined {
  const path = join(folder, MARKER_FILE);
  if (!disk.has(path)) return undefined;
  const marker = parsed(trying(path, () => disk.load(path)).toString());
  if (marker === undefined) throw new UserError(`${quotedPath(path)} is damaged; it said that logs were begun there: if these are all there, remove it, and it is made anew`);
  return marker;
}

/** The same, of the folder of that node. @throws UserError if it is another's */
export function ownMarker(folder: string, { cluster, node }: Pick<Marker, 'cluster' | 'node'>): Marker | undefined {
  const marker = readMarker(folder);
  if (marker !== undefined && (marker.cluster !== cluster || marker.node !== node))
    throw new UserError(`${quotedPath(folder)} holds the log of node ${marker.node} of cluster ${quoted(marker.cluster)}, not that of node ${node} of ${quoted(cluster)}`);
  return marker;
}

export function writeMarker(folder: string, marker: Marker, disk: Disk = localDisk): void {
  const path = join(folder, MARKER_FILE);
  trying(path, () => writeWhole(path, `${JSON.stringify(marker)}\n`, 0o600, disk));
}

/** The record that a log begins with: whose it is. */
export const firstOf = ({ cluster, node }: Pick<Marker, 'cluster' | 'node'>): object => ({ v: 1, cluster, node });

/**
 * Repairs the log of a folder, that of a replica or of a client; one that a replica lost is begun anew.
 * @returns undefined if nothing was wrong
 * @throws UserError in one line
 */
export function repairFolder(folder: string): Repair | undefined {
  const marker = readMarker(folder);
  return repairLog(folder, marker === undefined ? undefined : firstOf(marker));
}

function parsed(text: string): Marker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, cluster, node } = value as Partial<Record<keyof Marker, unknown>>;
  return v === 1 && typeof cluster === 'string' && typeof node === 'number' ? { v, cluster, node } : undefined;
}
