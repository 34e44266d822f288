import { availableParallelism } from 'node:os';

/** So many replicas have a thread each. A thread takes some 30 MB before it does anything, and more of them than cores make nothing faster. */
export const THREADS_MAX = 16;

/** How many threads that many replicas live in: one for each, or, where they are many, one for each core. */
export const threadsFor = (count: number): number => (count <= THREADS_MAX ? count : Math.min(THREADS_MAX, Math.max(2, availableParallelism())));

/** More processes than this take more memory than most machines have to spare. */
export const PROCESSES_MAX = 64;

/**
 * What nodes take of one machine. Each has a connection to each other, so it grows with the square of their number: two open
 * files a connection, one at either end, and some 50 KB of memory.
 */
export interface Room {
  /** Files that one process has open, connections among them. */
  readonly files: number;
  /** Memory of all, in bytes. */
  readonly bytes: number;
}

export interface Lodgers {
  /** How many nodes there are, and how many of them run. */
  readonly members: number;
  readonly running: number;
  /** Whether each is a process. */
  readonly separate: boolean;
  /** Whether they keep logs. */
  readonly logged: boolean;
}

export function roomFor({ members, running, separate, logged }: Lodgers): Room {
  const housed = separate ? 1 : running;
  // Those who do not run are called now and then all the same.
  const connections = housed * (2 * (running - 1) + (members - running));
  const files = FILES_BESIDE + connections + (logged ? FILES_LOGGED * housed : 0);
  return { files, bytes: separate ? running * PROCESS_BYTES : THREADS_BYTES + running * (running - 1) * CONNECTION_BYTES };
}

/** How many files a process may have open here; Node has raised it as far as it may. */
export function openFilesMax(): number {
  const { userLimits } = process.report.getReport() as { readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } } };
  const most = userLimits?.open_files?.soft;
  return typeof most === 'number' ? most : Infinity;
}

/** For users, for what threads have open, and for listening. */
const FILES_BESIDE = 512;
/** The logs of a node and its clients, each with its lock. */
const FILES_LOGGED = 18;
const THREADS_BYTES = 150e6;
const CONNECTION_BYTES = 50_000;
const PROCESS_BYTES = 80e6;
