import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Guardian } from '../../runtime/guardian.ts';
import { startThread } from '../../runtime/thread.ts';
import type { FromReplica, Addressed, ToWorker, FromWorker } from './worker-messages.ts';
import { threadsFor } from './room.ts';

/** A replica that lives in a thread or process, as its cluster knows it. */
export interface Unit {
  readonly post: (message: ToWorker) => void;
  /** How it ended, in words, when it has. */
  readonly ended: Promise<string>;
  readonly kill: () => void;
  readonly pid: number | undefined;
  /** Whether others live in the same thread, and end with it. */
  readonly isShared: boolean;
  isEnding: boolean;
}

/** Makes room for the replica of that id. */
export type Spawn = (id: number, hear: (answer: FromReplica) => void) => Unit;

/** Room for that many replicas in threads: one for each, or, where they are many, one for each core. */
export function inThreads(count: number): Spawn {
  const homes = Array.from({ length: threadsFor(count) }, (): Home => ({ hearers: new Map(), ends: new Map(), thread: undefined }));
  return (id, hear) => unitIn(homes[id % homes.length]!, id, hear, count > homes.length);
}

/** A thread that replicas share, once the first of them has begun it. */
interface Home {
  readonly hearers: Map<number, (answer: FromReplica) => void>;
  /** Called when that replica has ended and the thread goes on. */
  readonly ends: Map<number, (reason: string) => void>;
  thread: ReturnType<typeof startThread> | undefined;
}

function unitIn(home: Home, id: number, hear: (answer: FromReplica) => void, isShared: boolean): Unit {
  const { worker, ended } = (home.thread ??= begun(home));
  home.hearers.set(id, hear);
  const left = new Promise<string>((resolve) => home.ends.set(id, resolve));
  return { post: (message) => worker.postMessage({ id, message } satisfies Addressed), ended: Promise.race([ended, left]), kill: () => end(home), pid: undefined, isShared, isEnding: false };
}

/** Ends the thread, with all that live there. Who comes later has another one. */
function end(home: Home): void {
  void home.thread?.worker.terminate();
  home.thread = undefined;
}

function begun(home: Home): ReturnType<typeof startThread> {
  const { hearers, ends } = home;
  const thread = startThread(ENTRY);
  void thread.ended.then(() => {
    if (home.thread === thread) home.thread = undefined;
  });
  thread.worker.on('message', (told: FromWorker) => {
    if (told.type === 'left') ends.get(told.id)?.(`exited with code ${told.code}`);
    else hearers.get(told.id)?.(told.answer);
  });
  return thread;
}

/** Each a process. */
export const inProcesses: Spawn = (id, hear) => {
  const child: ChildProcess = fork(fileURLToPath(ENTRY), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  GUARDIAN.watch(child);
  child.on('message', (told: FromWorker) => {
    if (told.type === 'told') hear(told.answer);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`));
  });
  const post = (message: ToWorker): void => {
    if (child.connected) child.send({ id, message } satisfies Addressed, () => undefined);
  };
  return { post, ended, kill: () => void child.kill('SIGKILL'), pid: child.pid, isShared: false, isEnding: false };
};

/** Who stands still does not see that this process is gone. */
const GUARDIAN = new Guardian();

const ENTRY = new URL('../../../workers/replica.cjs', import.meta.url);
