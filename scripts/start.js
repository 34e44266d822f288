// `npm start`: builds what is not built, and runs the program.
import { isFresh } from './fresh.js';

if (!isFresh()) await import('./build.js');
await import('../dist/bin/generals.js');
