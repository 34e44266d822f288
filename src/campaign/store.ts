import { accessSync, constants, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal, quotedPath, reasonOf } from '../core/refusal.ts';
import { makeFolder } from '../hosts/make-folder.ts';

/** The file of a campaign's folder that says all; the others are drawn from it. */
export const RESULTS = 'results.json';

/** A folder that a campaign writes to. */
export interface Folder {
  readonly path: string;
  /** Writes a file whole or not at all: whoever kills this program leaves the old content or the new one. */
  write(name: string, text: string): void;
}

/** Makes the folder if need be, and sees to it that it can be written before work begins. @throws Refusal in one line */
export function openFolder(path: string): Folder {
  try {
    makeFolder(resolve(path));
    accessSync(path, constants.W_OK);
    const probe = join(path, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new Refusal(`the folder ${quotedPath(path)} cannot be written: ${reasonOf(error)}`);
  }
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      const half = `${file}.${process.pid}.half`;
      try {
        writeFileSync(half, text);
        renameSync(half, file);
      } catch (error) {
        rmSync(half, { force: true });
        throw new Refusal(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
      }
    },
  };
}

/** Whether a folder holds a campaign's results. */
export const holdsResults = (path: string): boolean => existsSync(join(path, RESULTS));
