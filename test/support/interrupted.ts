/**
 * Has a program of ours hear Ctrl-C as soon as it has begun the file of its shard: it is in the middle then, however fast it is. To be
 * imported before the program, by Node's `--import`.
 */
import fs from 'node:fs';

const { renameSync } = fs;
let isInterrupted = false;
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (isInterrupted || !String(to).endsWith('shard.json')) return;
  isInterrupted = true;
  process.kill(process.pid, 'SIGINT');
};
