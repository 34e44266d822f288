// What a command, a thread or a process of ours begins with: its program, `<name>.bundle.cjs`, with what V8 made of it when it was
// built. To compile it anew takes a third of the time in which it is up. What another version of V8 made is not taken, and compiled.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = __filename.replace(/\.cjs$/, '.bundle.cjs');
const cache = filename.replace(/bundle\.cjs$/, 'cache');
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
script.runInThisContext()(exports, require, module, filename, __dirname, (name) => import(name));
