import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { UserError, quotedPath, reasonOf } from '../core/user-error.ts';

/**
 * Writes a text to a file, which is new or was written so before: what somebody else wrote is left alone.
 * @param opening what every file begins with that was written so
 * @throws UserError in one line, if that cannot be
 */
export function writeOwn(file: string, text: string, opening: string): void {
  try {
    if (!isOwn(file, opening)) throw new UserError(`${quotedPath(file)} is there already, and was not written by this command: give another name`);
    writeFileSync(file, text);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
  }
}

function isOwn(file: string, opening: string): boolean {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return true;
  // A device or a pipe might never end.
  if (!status.isFile()) return false;
  const start = Buffer.alloc(Buffer.byteLength(opening));
  const handle = openSync(file, 'r');
  try {
    readSync(handle, start);
  } finally {
    closeSync(handle);
  }
  return status.size === 0 || start.toString() === opening;
}
