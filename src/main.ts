#!/usr/bin/env node
import { UsageError } from './cli/arguments.ts';
import { helpFor, requestOf } from './cli/faces.ts';
import { Refusal, reasonOf } from './core/refusal.ts';

/** Ends the process quietly when nobody reads its output any more, as `| head` does; in one line when it cannot be written. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  tell(`standard output cannot be written: ${reasonOf(error)}`);
  process.exit(1);
});
// Who does not read what is said beside the output misses nothing of that.
process.stderr.on('error', () => undefined);
process.on('unhandledRejection', (error) => tell(`internal error: ${messageOf(error)}`));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const words = process.argv.slice(2);
try {
  const request = requestOf(words);
  switch (request.type) {
    case 'help':
      process.stdout.write(request.text);
      break;
    case 'version':
      process.stdout.write(`${(await import('./cli/version.ts')).version()}\n`);
      break;
    case 'run':
      process.exitCode = await request.run();
      break;
    default:
      request satisfies never;
  }
} catch (error) {
  if (error instanceof UsageError || error instanceof Refusal) {
    tell(`${error.message} – see ${helpFor(words)}`);
    process.exitCode = 2;
  } else {
    tell(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 70;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tell(line: string): void {
  process.stderr.write(`generals: ${line}\n`);
}
