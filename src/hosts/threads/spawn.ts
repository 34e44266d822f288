import { Worker } from 'node:worker_threads';

/**
 * A new thread. What it prints is passed on here: piped by Node, each would hang listeners on this process's own streams, and
 * with sixty of them Node warns of that, in the middle of a prompt.
 */
export function spawn(entry: URL): Worker {
  const worker = new Worker(entry, { stdout: true, stderr: true });
  worker.stdout.on('data', (chunk: Buffer) => void process.stdout.write(chunk));
  worker.stderr.on('data', (chunk: Buffer) => void process.stderr.write(chunk));
  return worker;
}

/** A new thread, and how it ended, in words, when it has. */
export function startThread(entry: URL): { readonly worker: Worker; readonly ended: Promise<string> } {
  const worker = spawn(entry);
  const ended = new Promise<string>((resolve) => {
    let thrown: string | undefined;
    worker.on('error', (error: unknown) => {
      thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => resolve(thrown === undefined ? `exited with code ${code}` : `threw ${thrown}`));
  });
  return { worker, ended };
}
