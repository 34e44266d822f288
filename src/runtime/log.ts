import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { counted } from '../core/figures.ts';
import { UserError, quotedPath, trying } from '../core/user-error.ts';
import { localDisk, makeFolder, type Disk } from './disk.ts';

/**
 * A log that outlives its process: records are only ever put behind each other, one a line,
 *
 *     <bytes of the record> <checksum> <record as JSON>
 *
 * The checksum is a CRC-32 over this record and all before it, so that a line which is altered, missing or out of its place
 * shows. A crash in the middle of a write leaves the beginning of a line at the end of the file, or zeros, where a file system
 * made room for what it did not come to write: nothing followed from that record yet, as what follows waits until it is on disk,
 * and it is cut off on opening. Any other damage was done to what the replica may have told others already. Whoever forgets that
 * might contradict himself, so opening refuses.
 */
export interface Log {
  /** What was found on opening. */
  readonly records: readonly unknown[];
  /** How many bytes of a half-written record were cut off on opening. */
  readonly cut: number;
  /** How many records have been appended since it was opened. */
  readonly appended: number;
  /** How many of those are on disk. */
  readonly durable: number;
  /** Puts a record at the end. It is on disk when `durable` says so; records that come while the disk works share its next sync. */
  append(record: unknown): void;
  /** Writes what is still to be written, then closes the file. */
  close(): Promise<void>;
}

/** What the owner of a log wants to hear. */
export interface LogListener {
  /** More records are on disk. */
  synced(): void;
  /** The disk failed: nothing appended since the last sync can be relied on. */
  failed(error: Error): void;
}

/** How a log is kept from growing for ever. */
export interface Compaction {
  /** The records that are still needed, of all there are. */
  readonly keep: (records: readonly unknown[]) => readonly unknown[];
  /** From how many bytes on the log is written anew with those alone. */
  readonly from: number;
}

/** How a log is opened. */
export interface LogOptions {
  readonly compaction?: Compaction | undefined;
  /** What a new log begins with: it is on disk when the log is open. */
  readonly first?: unknown;
  /** Whether a log was begun here once, so that one which is missing or empty now was lost. */
  readonly hasBegun?: boolean;
}

/** A log that is lost, or damaged before its end: one line that says where, and what to do. */
export class DamagedLog extends Error {
  override readonly name = 'DamagedLog';
}

/** The file of a log in its folder. */
export const LOG_FILE = 'log';

/**
 * Opens the log of a folder, or begins one.
 * @throws DamagedLog if more is wrong than an unfinished end; UserError if somebody else has it open, or what is there is no log
 */
export function openLog(folder: string, listener: LogListener, options: LogOptions = {}, disk: Disk = localDisk): Log {
  const path = join(folder, LOG_FILE);
  if (options.hasBegun === true && !disk.has(path)) throw lost(folder, 'is gone');
  trying(folder, () => makeFolder(folder, undefined, disk));
  const release = disk.claim(folder);
  try {
    return trying(path, () => opened(path, release, listener, options, disk));
  } catch (error) {
    release();
    throw error;
  }
}

function opened(path: string, release: () => void, listener: LogListener, { compaction, first, hasBegun = false }: LogOptions, disk: Disk): Log {
  // A crash may have left a half-written new log: the old one is still there.
  disk.remove(newOf(path));
  const fd = disk.open(path, 'append', 0o600);
  try {
    const { end, flaw, size, ...found } = scanned(disk.read(fd));
    let { records, checksum } = found;
    const folder = dirname(path);
    if (flaw === 'damage') throw new DamagedLog(`${path} is damaged at byte ${end}, after ${counted(records.length, 'record')}: generals replica --repair ${folder} keeps those and cuts off the rest`);
    if (hasBegun && records.length === 0) throw lost(folder, size === 0 ? 'is empty' : 'is shorter than its first record');
    if (flaw === 'cut') disk.truncate(fd, end);
    let begun = end;
    if (records.length === 0 && first !== undefined) {
      const line = lineOf(first, 0);
      begun = written(fd, line.text, disk);
      ({ checksum } = line);
      records = [first];
    }
    // What a process wrote or made and did not sync before it was killed is found all the same, and is to be relied on from now on.
    disk.sync(fd);
    disk.syncFolder(folder);
    return new FileLog({ path, fd, size: begun, checksum, release }, { records, cut: size - end }, listener, compaction, disk);
  } catch (error) {
    disk.close(fd);
    throw error;
  }
}

const lost = (folder: string, how: string): DamagedLog =>
  new DamagedLog(`${join(folder, LOG_FILE)} ${how}, though a log was begun there: generals replica --repair ${folder} begins another, and this node has forgotten what it promised`);

/** A log for replicas that are not meant to come back: it remembers nothing. */
export function inMemoryLog(): Log {
  let appended = 0;
  return {
    records: [],
    cut: 0,
    get appended() {
      return appended;
    },
    get durable() {
      return appended;
    },
    append() {
      appended += 1;
    },
    close: () => Promise.resolve(),
  };
}

/** What a repair did. */
export interface Repair {
  /** How many records were kept, and bytes cut off. */
  readonly kept: number;
  readonly cut: number;
  /** Where the damaged log is now; none was there if it was lost. */
  readonly copy: string | undefined;
}

/**
 * Cuts a damaged log off before its first damaged record, after a copy of it is on disk beside it; begins one that was lost anew.
 * @param first what a log here begins with, if that is known
 * @returns undefined if nothing was wrong
 * @throws UserError if somebody else has it open, or there is no log, nor is known how to begin one
 */
export function repairLog(folder: string, first?: unknown, disk: Disk = localDisk): Repair | undefined {
  const path = join(folder, LOG_FILE);
  if (first === undefined && !disk.has(path)) throw new UserError(`${quotedPath(folder)} holds no log`);
  const release = disk.claim(folder);
  try {
    return trying(path, () => repaired(path, first, disk));
  } finally {
    release();
  }
}

function repaired(path: string, first: unknown, disk: Disk): Repair | undefined {
  const isLost = !disk.has(path);
  const fd = disk.open(path, 'append', 0o600);
  try {
    const bytes = disk.read(fd);
    const { records, end, flaw, size } = scanned(bytes);
    const isBegun = records.length > 0 || first === undefined;
    const isWhole = flaw === undefined && isBegun;
    let copy: string | undefined;
    if (!isWhole && !isLost) copy = copied(path, bytes, disk);
    if (!isWhole) disk.truncate(fd, end);
    if (!isBegun) written(fd, lineOf(first, 0).text, disk);
    // An earlier repair may have been killed before it was on disk.
    disk.sync(fd);
    disk.syncFolder(dirname(path));
    return isWhole ? undefined : { kept: records.length, cut: size - end, copy };
  } finally {
    disk.close(fd);
  }
}

/** Puts a copy of a damaged log beside it. @returns where */
function copied(path: string, bytes: Buffer, disk: Disk): string {
  let copy = damagedOf(path);
  for (let number = 2; disk.has(copy); number += 1) copy = `${damagedOf(path)}-${number}`;
  const fd = disk.open(copy, 'new', 0o600);
  try {
    disk.write(fd, bytes);
    disk.sync(fd);
  } finally {
    disk.close(fd);
  }
  disk.syncFolder(dirname(path));
  return copy;
}

const damagedOf = (path: string): string => `${path}.damaged`;

/** A log that is written behind its end. */
interface OpenFile {
  readonly path: string;
  fd: number;
  size: number;
  checksum: number;
  /** Lets others open it. */
  readonly release: () => void;
}

class FileLog implements Log {
  readonly records: readonly unknown[];
  readonly cut: number;
  appended = 0;
  durable = 0;
  readonly #file: OpenFile;
  readonly #listener: LogListener;
  readonly #compaction: Compaction | undefined;
  readonly #disk: Disk;
  /** From which size on it is to be written anew. */
  #renewAt: number;
  #waiting: string[] = [];
  #isSyncing = false;
  #isScheduled = false;
  #isFailed = false;
  #closing: (() => void) | undefined;

  constructor(file: OpenFile, found: Pick<Log, 'records' | 'cut'>, listener: LogListener, compaction: Compaction | undefined, disk: Disk) {
    this.#file = file;
    this.records = found.records;
    this.cut = found.cut;
    this.#listener = listener;
    this.#compaction = compaction;
    this.#disk = disk;
    this.#renewAt = compaction?.from ?? Infinity;
  }

  append(record: unknown): void {
    if (this.#isFailed) return;
    const line = lineOf(record, this.#file.checksum);
    this.#file.checksum = line.checksum;
    this.#waiting.push(line.text);
    this.appended += 1;
    if (this.#isSyncing || this.#isScheduled) return;
    // One turn of the event loop brings many messages: what they save shares one sync.
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sync();
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = resolve;
      this.#sync();
    });
  }

  #sync(): void {
    if (this.#isSyncing) return;
    if (this.#waiting.length === 0 || this.#isFailed) return this.#closeIfAsked();
    const upTo = this.appended;
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#isSyncing = true;
    try {
      this.#file.size += written(this.#file.fd, text, this.#disk);
    } catch (error) {
      return this.#fail(error as Error);
    }
    this.#disk.syncSoon(this.#file.fd, (error) => {
      if (error !== null) return this.#fail(error);
      this.#isSyncing = false;
      this.durable = upTo;
      this.#listener.synced();
      this.#renewIfLarge();
      this.#sync();
    });
  }

  /** Writes the log anew, with those records alone that are needed; whoever kills this program leaves the old log or the new one. */
  #renewIfLarge(): void {
    if (this.#file.size < this.#renewAt || this.#compaction === undefined) return;
    const { path } = this.#file;
    const disk = this.#disk;
    try {
      const kept = this.#compaction.keep(scanned(disk.load(path)).records);
      let checksum = 0;
      const lines = kept.map((record) => {
        const line = lineOf(record, checksum);
        checksum = line.checksum;
        return line.text;
      });
      const fd = disk.open(newOf(path), 'new', 0o600);
      const size = written(fd, lines.join(''), disk);
      disk.sync(fd);
      disk.rename(newOf(path), path);
      disk.syncFolder(dirname(path));
      disk.close(this.#file.fd);
      // What is not written yet follows upon another record now.
      this.#waiting = this.#waiting.map((text) => {
        const line = lineOf(JSON.parse(text.slice(HEAD.exec(text)![0].length)), checksum);
        checksum = line.checksum;
        return line.text;
      });
      Object.assign(this.#file, { fd, size, checksum });
      this.#renewAt = Math.max(this.#compaction.from, 4 * size);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** After a failed sync nobody knows what is on disk (the kernel may have dropped it): this log takes no more. */
  #fail(error: Error): void {
    this.#isSyncing = false;
    this.#isFailed = true;
    this.#listener.failed(error);
    this.#closeIfAsked();
  }

  #closeIfAsked(): void {
    if (this.#closing === undefined) return;
    this.#disk.close(this.#file.fd);
    this.#file.release();
    this.#closing();
    this.#closing = undefined;
  }
}

function lineOf(record: unknown, before: number): { readonly text: string; readonly checksum: number } {
  const json = JSON.stringify(record);
  const checksum = crc32(json, before);
  return { text: `${Buffer.byteLength(json)} ${hex(checksum)} ${json}\n`, checksum };
}

/** Writes a text to the end. @returns its bytes */
function written(fd: number, text: string, disk: Disk): number {
  const bytes = Buffer.from(text);
  disk.write(fd, bytes);
  return bytes.length;
}

const newOf = (path: string): string => `${path}.new`;

interface Scan {
  readonly records: unknown[];
  /** Where the first byte is that belongs to no good record. */
  readonly end: number;
  readonly checksum: number;
  readonly flaw: 'cut' | 'damage' | undefined;
  readonly size: number;
}

function scanned(bytes: Buffer): Scan {
  const records: unknown[] = [];
  const size = bytes.length;
  let end = 0;
  let checksum = 0;
  while (end < size) {
    const newline = bytes.indexOf(NEWLINE, end);
    if (newline === -1) return { records, end, checksum, size, flaw: isBeginning(bytes.subarray(end), checksum) ? 'cut' : 'damage' };
    const line = bytes.subarray(end, newline);
    const head = HEAD.exec(line.toString('latin1', 0, HEAD_MAX));
    if (head === null) return { records, end, checksum, size, flaw: 'damage' };
    const json = line.subarray(head[0].length);
    const next = crc32(json, checksum);
    if (json.length !== Number(head[1]) || hex(next) !== head[2]) return { records, end, checksum, size, flaw: 'damage' };
    records.push(JSON.parse(json.toString()));
    checksum = next;
    end = newline + 1;
  }
  return { records, end, checksum, size, flaw: undefined };
}

/** Whether these bytes without a newline can be the beginning of a line, and no more than that but zeros, which no line has. */
function isBeginning(bytes: Buffer, checksum: number): boolean {
  const rest = bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
  const head = HEAD.exec(rest.toString('latin1', 0, HEAD_MAX));
  if (head === null) return rest.length < HEAD_MAX && HEAD_BEGUN.test(rest.toString('latin1'));
  const json = rest.subarray(head[0].length);
  if (json.length > Number(head[1])) return false;
  return json.length < Number(head[1]) || hex(crc32(json, checksum)) === head[2];
}

const NEWLINE = 0x0a;
const HEAD = /^([1-9]\d{0,9}) ([0-9a-f]{8}) /;
const HEAD_BEGUN = /^([1-9]\d{0,9}( ([0-9a-f]{0,8})?)?)?$/;
const HEAD_MAX = 20;

const hex = (checksum: number): string => checksum.toString(16).padStart(8, '0');
