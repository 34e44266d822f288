import { closeSync, fstatSync, ftruncateSync, lstatSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError, quoted, quotedPath, reasonOf, trying } from '../core/user-error.ts';
import { openOwn } from './own-file.ts';

/** The file of a folder by which it is taken. It stays: were it removed, one could lock what is gone, and another what is new. */
export const LOCK_FILE = 'lock';

/**
 * Takes a folder for whoever calls: two that wrote to one log would damage it, and sign what contradicts the other. The kernel
 * holds the lock with the open file, and drops it with the process, however that ends; so it holds between threads, and between
 * containers that share the folder and a kernel. What the file says is for people, and proves nothing: a number of a process
 * may be that of another by now, or in another container.
 *
 * @returns what gives it back
 * @throws UserError if somebody else has it
 */
export function lock(folder: string): () => void {
  const path = join(folder, LOCK_FILE);
  for (;;) {
    const fd = trying(path, () => openOwn(path, 'append', 0o600));
    try {
      if (!trying(folder, () => addon().tryLock(fd))) throw new UserError(`${quotedPath(folder)} is in use${ownerIn(fd)}`);
      if (isAt(path, fd)) {
        trying(path, () => noted(fd));
        return () => closeSync(fd);
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

/** Says who has it; on a full disk nobody is named. */
function noted(fd: number): void {
  const text = `process ${process.pid} on ${hostname()}\n`;
  try {
    if (readFileSync(fd, 'utf8') === text) return;
    ftruncateSync(fd);
    writeSync(fd, text);
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}

/** Somebody may have removed the file, and another made one, between opening and locking. */
function isAt(path: string, fd: number): boolean {
  const [own, there] = [fstatSync(fd), lstatSync(path, { throwIfNoEntry: false })];
  return own.ino === there?.ino && own.dev === there.dev;
}

/** Who has it, as far as the file says; on Windows, nobody else can read what is locked. */
function ownerIn(fd: number): string {
  let text = '';
  try {
    text = readFileSync(fd, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
  }
  return text === '' ? '' : `: its lock names ${quoted(text, 100)}`;
}

/** What we use of fs-native-extensions. */
interface Addon {
  /** Whether the lock on an open file was granted. */
  tryLock(fd: number): boolean;
}

let loaded: Addon | undefined;

/** Node has no locks of its own. The addon is loaded when the first folder is taken, as it is there for the common systems only. */
function addon(): Addon {
  try {
    loaded ??= createRequire(import.meta.url)('fs-native-extensions') as Addon;
    return loaded;
  } catch (error) {
    throw new UserError(`folders cannot be locked on ${process.platform} ${process.arch}, as fs-native-extensions does not load there (${reasonOf(error)}): only what needs no folder works`);
  }
}
