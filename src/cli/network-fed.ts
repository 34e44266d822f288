import type { Readable } from 'node:stream';
import { parseTime } from '../gossip/words.ts';
import { linesOf } from '../repl/lines.ts';

/** A longer line is no word. */
const LINE_MAX = 2000;

/** Whether lines of standard input are for us: a job in the background that reads a terminal is stopped by that. */
export const isFed = ({ stdin, stdout }: NodeJS.Process): boolean => !stdin.isTTY || stdout.isTTY;

/**
 * Words for a network that has no prompt, a line each. One that begins with a time, as in a list of faults, waits until the network is so old.
 * @param now milliseconds since the network began @param isOver is told of whatever ends a wait
 */
export async function* fedLines(input: Readable, now: () => number, isOver: AbortSignal): AsyncGenerator<string> {
  for await (const { text } of linesOf(input, LINE_MAX)) {
    const line = text.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [first = '', ...rest] = line.split(/\s+/);
    const at = parseTime(first);
    if (at !== undefined) await waited(at - now(), isOver);
    if (isOver.aborted) return;
    yield at === undefined ? line : rest.join(' ');
  }
}

function waited(ms: number, isOver: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    isOver.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
