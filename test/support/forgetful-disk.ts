import { basename, dirname } from 'node:path';
import type { Disk } from '../../src/runtime/disk.ts';

/** What is thrown once the power is off, or the process killed: no call does anything from then on. */
export class Fallen extends Error {
  override readonly name = 'Fallen';
}

/** What was done to a file and is not synced: bytes put behind its end, or a size that it was cut to. */
type Change = Buffer | number;

interface File {
  readonly type: 'file';
  durable: Buffer;
  changes: Change[];
}

/** What was done to a folder and is not synced: names that were given to something, or taken away. */
type Naming = ReadonlyMap<string, Inode | undefined>;

interface Folder {
  readonly type: 'folder';
  readonly durable: Map<string, Inode>;
  namings: Naming[];
}

type Inode = File | Folder;

/**
 * A disk that forgets: a file and a folder each have what is durable and what was done since, and a loss of power leaves any of
 * that which POSIX lets it: of a file some first writes, the next torn or ended by zeros; of a folder any of its changes. When
 * only the process is killed, all that it did is there, and nothing more is durable than before.
 */
export class ForgetfulDisk implements Disk {
  readonly #root: Folder = { type: 'folder', durable: new Map(), namings: [] };
  readonly #open = new Map<number, File>();
  readonly #claimed = new Set<string>();
  #lastFd = 2;
  /** How many more changes there may be until the fall. */
  #left = Infinity;
  #hasFallen = false;
  #random = randomOf(0);

  /** Has it fall at a change that is so many away. */
  fallAfter(changes: number, seed: number): void {
    this.#left = changes;
    this.#random = randomOf(seed);
  }

  get hasFallen(): boolean {
    return this.#hasFallen;
  }

  /** Ends the process that used it, and if asked, the power; it can be used again after. */
  restart(how: 'kill' | 'power', seed: number): void {
    this.#random = randomOf(seed);
    this.#open.clear();
    this.#claimed.clear();
    if (how === 'power') this.#forget(this.#root, new Set());
    this.#hasFallen = false;
    this.#left = Infinity;
  }

  /** Alters one byte of a file for good. */
  damage(path: string, place: number): void {
    const file = this.#file(path);
    const bytes = Buffer.from(contentOf(file));
    bytes[place]! ^= 0x10;
    Object.assign(file, { durable: bytes, changes: [] });
  }

  claim(folder: string): () => void {
    this.#mustStand();
    if (this.#claimed.has(folder)) throw new Error(`${folder} is claimed twice`);
    this.#claimed.add(folder);
    return () => void this.#claimed.delete(folder);
  }

  has(path: string): boolean {
    return this.#at(path) !== undefined;
  }

  isFolder(path: string): boolean {
    return this.#at(path)?.type === 'folder';
  }

  makeFolder(path: string): void {
    this.#change();
    if (this.has(path)) throw failure('EEXIST', path);
    this.#above(path).namings.push(new Map([[basename(path), { type: 'folder', durable: new Map(), namings: [] }]]));
  }

  load(path: string): Buffer {
    this.#mustStand();
    return contentOf(this.#file(path));
  }

  open(path: string, how: 'append' | 'new'): number {
    this.#mustStand();
    if (this.has(path) && how === 'new') throw failure('EEXIST', path);
    if (!this.has(path)) {
      this.#change();
      this.#above(path).namings.push(new Map([[basename(path), { type: 'file', durable: Buffer.alloc(0), changes: [] }]]));
    }
    this.#lastFd += 1;
    this.#open.set(this.#lastFd, this.#file(path));
    return this.#lastFd;
  }

  read(fd: number): Buffer {
    this.#mustStand();
    return contentOf(this.#opened(fd));
  }

  write(fd: number, bytes: Buffer): void {
    const { changes } = this.#opened(fd);
    try {
      this.#change();
    } catch (error) {
      // It may have come to a part of it.
      if (this.#left === 0) changes.push(Buffer.from(bytes.subarray(0, this.#random(bytes.length + 1))));
      this.#left = -1;
      throw error;
    }
    changes.push(Buffer.from(bytes));
  }

  truncate(fd: number, size: number): void {
    this.#change();
    this.#opened(fd).changes.push(size);
  }

  sync(fd: number): void {
    this.#change();
    settle(this.#opened(fd));
  }

  syncSoon(fd: number, done: (error: Error | null) => void): void {
    this.#mustStand();
    const file = this.#opened(fd);
    const { length } = file.changes;
    setImmediate(() => {
      // What was written meanwhile may not be on disk.
      if (!this.#isChanging()) return done(new Fallen());
      settle(file, length);
      done(null);
    });
  }

  close(fd: number): void {
    this.#open.delete(fd);
  }

  rename(from: string, to: string): void {
    this.#change();
    if (dirname(from) !== dirname(to)) throw failure('EXDEV', to);
    this.#above(from).namings.push(new Map([[basename(from), undefined], [basename(to), this.#file(from)]]));
  }

  remove(path: string): void {
    this.#mustStand();
    if (!this.has(path)) return;
    this.#change();
    this.#above(path).namings.push(new Map([[basename(path), undefined]]));
  }

  syncFolder(path: string): void {
    this.#change();
    const folder = this.#at(path);
    if (folder?.type !== 'folder') throw failure('ENOENT', path);
    for (const naming of folder.namings.splice(0)) apply(naming, folder.durable);
  }

  #mustStand(): void {
    if (this.#hasFallen) throw new Fallen();
  }

  #change(): void {
    if (!this.#isChanging()) throw new Fallen();
  }

  #isChanging(): boolean {
    if (this.#hasFallen) return false;
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#hasFallen = true;
    return false;
  }

  #at(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) inode = inode?.type === 'folder' ? entriesOf(inode).get(name) : undefined;
    return inode;
  }

  #above(path: string): Folder {
    const folder = this.#at(dirname(path));
    if (folder?.type !== 'folder') throw failure('ENOENT', path);
    return folder;
  }

  #file(path: string): File {
    const file = this.#at(path);
    if (file === undefined) throw failure('ENOENT', path);
    if (file.type !== 'file') throw failure('EISDIR', path);
    return file;
  }

  #opened(fd: number): File {
    this.#mustStand();
    const file = this.#open.get(fd);
    if (file === undefined) throw failure('EBADF', String(fd));
    return file;
  }

  #forget(inode: Inode, seen: Set<Inode>): void {
    if (seen.has(inode)) return;
    seen.add(inode);
    if (inode.type === 'file') return this.#tear(inode);
    const share = this.#random(3);
    for (const naming of inode.namings.splice(0)) if (share === 2 || (share === 1 && this.#random(2) === 1)) apply(naming, inode.durable);
    for (const entry of inode.durable.values()) this.#forget(entry, seen);
  }

  #tear(file: File): void {
    const whole = this.#random(file.changes.length + 1);
    const torn = file.changes[whole];
    settle(file, whole);
    if (torn instanceof Buffer) {
      const size = this.#random(torn.length + 1);
      const bytes = Buffer.alloc(size);
      torn.copy(bytes, 0, 0, this.#random(size + 1));
      file.durable = Buffer.concat([file.durable, bytes]);
    }
    file.changes = [];
  }
}

const contentOf = ({ durable, changes }: File): Buffer => changes.reduce<Buffer>(changed, durable);

const changed = (bytes: Buffer, change: Change): Buffer => (typeof change === 'number' ? bytes.subarray(0, change) : Buffer.concat([bytes, change]));

/** Makes the first so many changes durable. */
function settle(file: File, count = file.changes.length): void {
  file.durable = file.changes.splice(0, count).reduce<Buffer>(changed, file.durable);
}

function entriesOf({ durable, namings }: Folder): Map<string, Inode> {
  const entries = new Map(durable);
  for (const naming of namings) apply(naming, entries);
  return entries;
}

function apply(naming: Naming, entries: Map<string, Inode>): void {
  for (const [name, inode] of naming) {
    if (inode === undefined) entries.delete(name);
    else entries.set(name, inode);
  }
}

const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });

/** A stream of numbers below what is asked for (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
