import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, quotedPath } from '../core/refusal.ts';

/**
 * Takes a folder for this process: two that wrote to one log would damage it, and sign what contradicts the other. What a
 * process left that has died, or this one earlier, is taken over.
 *
 * @returns what gives it back
 * @throws Refusal if another living process has it
 */
export function claim(folder: string): () => void {
  const path = join(folder, 'lock');
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(path);
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) throw new Refusal(`${quotedPath(folder)} is in use by process ${owner}; if that is no node of this program, remove ${quotedPath(path)}`);
    rmSync(path, { force: true });
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // What belongs to somebody else lives as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
