import { Worker } from 'node:worker_threads';

/** A new thread, and how it ended, in words, when it has. */
export function startThread(entry: URL): { readonly worker: Worker; readonly ended: Promise<string> } {
  const worker = new Worker(entry);
  const ended = new Promise<string>((resolve) => {
    let thrown: string | undefined;
    worker.on('error', (error: unknown) => {
      thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => resolve(thrown === undefined ? `exited with code ${code}` : `threw ${thrown}`));
  });
  return { worker, ended };
}
