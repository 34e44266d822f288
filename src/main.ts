#!/usr/bin/env node
import { drawFirstPrompt } from './repl/first-prompt.ts';

const words = process.argv.slice(2);
drawFirstPrompt(words);
// Imported behind it: to load takes longer than to draw.
await (await import('./cli/run.ts')).run(words);
