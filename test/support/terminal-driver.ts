// A program around the terminal, for its tests: it says each line again in upper case. Besides:
//   slow     runs until the test says `finish`, or until Ctrl-C
//   stubborn runs for ever, Ctrl-C or not
//   exit     ends the session
// If DRIVER_CONTROL names a socket, the lines that come from there are orders: `finish`, `exit`, or `print` and a text.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { openHistory } from '../../src/repl/history.ts';
import { openTerminal } from '../../src/repl/terminal.ts';

const COMMANDS = ['echo', 'slow', 'stubborn', 'exit', 'g-state', 'g-stop', 'g-story'];

const terminal = openTerminal({
  input: process.stdin,
  output: process.stdout,
  prompt: '\u001b[36mdriver> \u001b[39m',
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  history: openHistory(process.env['DRIVER_HISTORY']),
  complete(line, cursor) {
    const before = line.slice(0, cursor);
    const from = before.lastIndexOf(' ') + 1;
    const words = from === 0 ? COMMANDS : (process.env['DRIVER_WORDS'] ?? '').split(' ');
    return { from, candidates: words.filter((word) => word.startsWith(before.slice(from).toLowerCase())) };
  },
  async execute(line, signal) {
    if (line === 'exit') return true;
    if (line === 'slow') terminal.print(await slow(signal));
    else if (line === 'stubborn') await stubborn(signal);
    else terminal.print(line.length > 200 ? `${line.length} ${line.slice(-10).toUpperCase()}` : line.toUpperCase());
    return false;
  },
});

let finish = (): void => undefined;

const socket = process.env['DRIVER_CONTROL'];
const control = socket === undefined ? undefined : connect(socket).unref();
if (control !== undefined) {
  createInterface({ input: control }).on('line', (order) => {
    if (order === 'finish') finish();
    else if (order === 'exit') process.exit(70);
    else terminal.print(order.replace(/^print /, ''));
  });
}

process.on('exit', () => terminal.restore());
process.exitCode = await terminal.run();
// What is still running is left alone, as it is by a program whose user has gone.
process.exit();

async function slow(signal: AbortSignal): Promise<string> {
  terminal.print('slow begins');
  return new Promise((resolve) => {
    finish = () => resolve('slow is done');
    if (signal.aborted) resolve('slow was aborted');
    signal.addEventListener('abort', () => resolve('slow was aborted'));
  });
}

async function stubborn(signal: AbortSignal): Promise<void> {
  terminal.print('stubborn begins');
  signal.addEventListener('abort', () => terminal.print('stubborn goes on'));
  await new Promise(() => undefined);
}
