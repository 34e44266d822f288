#!/usr/bin/env node
import { UsageError, USAGE, parseRequest } from './cli/options.ts';
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

try {
  const request = parseRequest(process.argv.slice(2));
  switch (request.type) {
    case 'help':
      process.stdout.write(USAGE);
      break;
    case 'version':
      process.stdout.write(`${(await import('./cli/version.ts')).version()}\n`);
      break;
    case 'prompt':
    case 'run':
      process.exitCode = await (await import('./cli/command-army.ts')).commandArmy(request);
      break;
    case 'check':
      process.exitCode = await (await import('./cli/check.ts')).checkCommand(request);
      break;
    case 'trace':
      (await import('./cli/trace.ts')).traceCommand(request);
      break;
    case 'campaign':
      process.exitCode = await (await import('./cli/campaign.ts')).campaignCommand(request);
      break;
    case 'replay':
      process.exitCode = await (await import('./cli/replay.ts')).replayCommand(request);
      break;
    case 'simulate':
      process.exitCode = await (await import('./cli/simulate.ts')).simulateCommand(request);
      break;
    case 'cluster':
      process.exitCode = await (await import('./cli/cluster.ts')).clusterCommand(request);
      break;
    case 'replica':
    case 'repair':
      process.exitCode = await (await import('./cli/replica.ts')).replicaCommand(request);
      break;
    default:
      request satisfies never;
  }
} catch (error) {
  if (error instanceof UsageError || error instanceof Refusal) {
    tell(`${error.message} – see generals --help`);
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
