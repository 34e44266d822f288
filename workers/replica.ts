import { parentPort } from 'node:worker_threads';
import { serveReplica } from '../src/hosts/processes/member.ts';

const port = parentPort;
if (port !== null) serveReplica({ post: (answer) => port.postMessage(answer), on: (listener) => port.on('message', listener), exit: (code) => process.exit(code) });
else {
  // A process: it ends with its cluster, and leaves signals from the terminal to it.
  process.on('SIGINT', () => undefined).on('disconnect', () => process.exit(0));
  serveReplica({ post: (answer) => process.send?.(answer), on: (listener) => process.on('message', listener), exit: (code) => process.exit(code) });
}
