#!/usr/bin/env node
// The command. It draws its first prompt, and then loads what serves that, which takes longer.
'use strict';
require('./first-prompt.cjs').drawFirstPrompt(process.argv.slice(2));
require('./run.cjs');
