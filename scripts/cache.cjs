// A thread of the build: begins a program of ours as `cached.cjs` does, and writes what V8 made of it. A command does meanwhile what it
// is told by each line of words.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');
const { workerData } = require('node:worker_threads');

void main(workerData);

async function main({ place, lines }) {
  const filename = `${place}.bundle.cjs`;
  const script = new Script(readFileSync(filename, 'latin1'), { filename });
  for (const words of lines) {
    process.argv = [process.execPath, filename, ...words];
    const program = { exports: {} };
    script.runInThisContext()(program.exports, createRequire(filename), program, filename, dirname(filename), (name) => import(name));
    await program.exports.ended;
  }
  writeFileSync(`${place}.cache`, script.createCachedData());
  process.exit(0);
}
