import { closeSync, fdatasync, fsyncSync, ftruncateSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock } from './lock.ts';
import { openOwn, openToRead } from './own-file.ts';

/**
 * The few things that are done with files whose loss would break a promise. A disk may forget whatever was not synced: the
 * bytes of a file until `sync`, and that a file has a name, another or none until `syncFolder`. A test puts one in the place
 * of this machine's that does forget.
 */
export interface Disk {
  /** Takes a folder until what is returned is called, or this process is gone. @throws UserError if somebody has it */
  claim(folder: string): () => void;
  /** Whether something is there, be it a link that leads nowhere. */
  has(path: string): boolean;
  isFolder(path: string): boolean;
  makeFolder(path: string, mode?: number): void;
  /** All of a file, which links may lead to. @throws UserError if it is no file */
  load(path: string): Buffer;
  /** Opens a file of ours, to read it and to write behind its end; makes it if need be: of what is `new` there must be none. @throws UserError if it is no file */
  open(path: string, how: 'append' | 'new', mode?: number): number;
  read(fd: number): Buffer;
  write(fd: number, bytes: Buffer): void;
  truncate(fd: number, size: number): void;
  sync(fd: number): void;
  /** Syncs while others work. */
  syncSoon(fd: number, done: (error: Error | null) => void): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  syncFolder(path: string): void;
}

/** The disk of this machine. */
export const localDisk: Disk = {
  claim: lock,
  has: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
  makeFolder: (path, mode) => mkdirSync(path, mode),
  load(path) {
    const fd = openToRead(path);
    try {
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  open: openOwn,
  read: (fd) => readFileSync(fd),
  write(fd, bytes) {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  },
  truncate: (fd, size) => ftruncateSync(fd, size),
  sync: (fd) => fsyncSync(fd),
  syncSoon: (fd, done) => fdatasync(fd, done),
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder(path) {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
};

/** Makes a folder and those that it lies in, unless they are there, and has them outlive a loss of power. */
export function makeFolder(path: string, mode?: number, disk: Disk = localDisk): void {
  if (!disk.isFolder(path)) {
    // By hand, as mkdir's own `recursive` never returns where, as in /proc, none can be made.
    if (dirname(path) !== path) makeFolder(dirname(path), mode, disk);
    try {
      disk.makeFolder(path, mode);
    } catch (error) {
      // Another thread may have made it meanwhile.
      if (!disk.isFolder(path)) throw error;
    }
  }
  // Even if it was there: whoever made it may have been killed before this. Those above were synced before it was made.
  try {
    disk.syncFolder(dirname(path));
  } catch (error) {
    // Who may not read there has made nothing there either.
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}

/** Writes a file whole or not at all: whoever kills this program, or cuts the power, leaves the old content or the new one. */
export function writeWhole(path: string, text: string, mode: number, disk: Disk = localDisk): void {
  const half = `${path}.half`;
  disk.remove(half);
  try {
    const fd = disk.open(half, 'new', mode);
    try {
      disk.write(fd, Buffer.from(text));
      disk.sync(fd);
    } finally {
      disk.close(fd);
    }
    disk.rename(half, path);
  } catch (error) {
    disk.remove(half);
    throw error;
  }
  disk.syncFolder(dirname(path));
}
