// A thread of the build: begins a program of `dist/workers` as `cached.cjs` does, and writes what V8 made of it.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire, wrap } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

const place = process.argv[2];
const filename = `${place}.bundle.cjs`;
const script = new Script(wrap(readFileSync(filename, 'utf8')), { filename });
const module_ = { exports: {} };
script.runInThisContext().call(module_.exports, module_.exports, createRequire(filename), module_, filename, dirname(filename));
writeFileSync(`${place}.cache`, script.createCachedData());
process.exit(0);
