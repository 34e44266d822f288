import { run } from './cli/run.ts';

/** Before this is loaded the first prompt is drawn (`scripts/command.cjs`). Whoever began the program from within another one may wait for its end. */
export const ended = run(process.argv.slice(2));
