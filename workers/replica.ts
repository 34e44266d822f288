import { parentPort } from 'node:worker_threads';
import { serveReplicas } from '../src/replicas/http/member.ts';

/** Whoever started it is gone, and it ends as soon as it hears that. */
const unheard = (): void => undefined;

const port = parentPort;
if (port !== null) serveReplicas({ post: (told) => port.postMessage(told), on: (listener) => port.on('message', listener), exit: (code) => process.exit(code) });
else {
  // A process: it ends with its cluster, and leaves signals from the terminal to it.
  process.on('SIGINT', () => undefined).on('disconnect', () => process.exit(0));
  serveReplicas({ post: (told) => process.send?.(told, unheard), on: (listener) => process.on('message', listener), exit: (code) => process.exit(code) });
}
