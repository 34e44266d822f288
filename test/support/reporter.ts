import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import mocha from 'mocha';

/** What all runs of this process came to: `npm test` has two, of what may run at once and of what needs the machine alone. */
const total = { passes: 0, failures: 0, pending: 0, unfinished: 0 };

/** Mocha's own report; after it what repeats each failure, and when the process ends one plain line that any machine reads. */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    // Before mocha's own, which keeps what it is to show.
    runner.prependListener('fail', (_, error) => void (error.stack = atSources(error.stack)));
    super(runner, options);
    if (process.listeners('exit').every((listener) => listener !== writeTotal)) process.once('exit', writeTotal);
    total.unfinished += 1;
    runner.once('end', () => {
      total.unfinished -= 1;
      total.passes += this.stats.passes;
      total.failures += this.stats.failures;
      total.pending += this.stats.pending;
      for (const line of new Set(this.failures.map(repeatLine))) process.stdout.write(`  ${line}\n`);
    });
  }
}

function writeTotal(): void {
  const { passes, failures, pending, unfinished } = total;
  // Interrupted, it would be counts of some.
  if (unfinished > 0) return;
  process.stdout.write(`\n${passes} passed, ${failures} failed${pending === 0 ? '' : `, ${pending} skipped`}\n`);
}

/** A hook that fails is repeated by the tests that it is for, and what fails outside of all tests by its file. */
function repeatLine(failed: mocha.Test | mocha.Hook): string {
  const file = failed.file === undefined ? '' : ` ${relative('', failed.file)}`;
  const title = failed.type === 'hook' ? failed.parent?.fullTitle() : failed.type === 'test' ? failed.fullTitle() : undefined;
  return `repeat with: npx mocha${file}${title === undefined || title === '' ? '' : ` --fgrep '${title.replaceAll("'", "'\\''")}'`}`;
}

/**
 * A stack with the places in the sources for those in what they are compiled to. Node can do that itself, `--enable-source-maps`, but then
 * keeps the map of each file that it loads: 7 % of the time of all tests.
 */
function atSources(stack = ''): string {
  return stack.replaceAll(/(?:file:\/\/)?(\/[^\s():]+\.js):(\d+):(\d+)/g, (place, file: string, line: string, column: string) => {
    if (!existsSync(`${file}.map`)) return place;
    const entry = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))).findEntry(Number(line) - 1, Number(column) - 1);
    return 'originalSource' in entry ? `${relative('', resolve(dirname(file), entry.originalSource))}:${entry.originalLine + 1}:${entry.originalColumn + 1}` : place;
  });
}
