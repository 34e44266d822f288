import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError, quotedPath, reasonOf } from '../core/user-error.ts';
import { localDisk, makeFolder, writeWhole } from '../runtime/disk.ts';

/** The file of a campaign's folder that says all; the others are drawn from it. */
export const RESULTS = 'results.json';

/** A folder that a campaign writes to, and nobody else meanwhile. */
export interface Folder {
  readonly path: string;
  /** Writes a file whole or not at all: whoever kills this program, or cuts the power, leaves the old content or the new one. */
  write(name: string, text: string): void;
  /** Lets others write there. */
  release(): void;
}

/** Makes the folder if need be, takes it, and sees to it that it can be written before work begins. @throws UserError in one line */
export function openFolder(path: string): Folder {
  try {
    makeFolder(resolve(path));
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new UserError(`the folder ${quotedPath(path)} cannot be written: ${reasonOf(error)}`);
  }
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      try {
        writeWhole(file, text, 0o666);
      } catch (error) {
        throw new UserError(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
      }
    },
    release: localDisk.claim(path),
  };
}

/** Whether a folder holds a campaign's results. */
export const holdsResults = (path: string): boolean => existsSync(join(path, RESULTS));
