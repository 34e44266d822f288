import type { Progress } from '../campaign/bar.ts';
import { counted, figure } from '../core/figures.ts';
import { inWords } from '../campaign/duration.ts';
import type { Coverage } from '../generals/check/result.ts';

/** `2,500 of 10,000 orders, 1,000 orders/s, 8 s left`, in parts. */
export function pace(done: number, total: number, what: string, milliseconds: number): string[] {
  const rate = (done / Math.max(1, milliseconds)) * 1000;
  const left = done === 0 ? 'unknown time' : inWords(((total - done) / rate) * 1000);
  const [some, all, speed] = [done, total, rate].map((value) => figure(value));
  return [`${some!} of ${all!} ${what}`, `${speed!} ${what}/s`, `${left} left`];
}

/** `1,234 of 5,000 treasons covered`, in parts. Searches leap, so nobody could say how much time is left. */
export function searchPace({ covered, treasons }: Coverage): string[] {
  return [treasons === undefined ? `${counted(covered, 'treason')} covered` : `${figure(covered)} of ${counted(treasons, 'treason')} covered`];
}

/** Milliseconds before the first line, and between any two: what is over soon needs none, and a long log nobody reads. */
const FIRST = 2000;
const LAST = 60_000;

/** Says, for who reads a pipe, now and then how far a command has come. */
export function plainLines(write: (line: string) => void): (progress: Progress | undefined) => void {
  let begun: number | undefined;
  let pause = FIRST;
  return (progress) => {
    if (progress === undefined) {
      [begun, pause] = [undefined, FIRST];
      return;
    }
    begun ??= performance.now();
    if (performance.now() - begun < pause) return;
    write(`${progress.share === undefined ? '' : `${Math.floor(progress.share * 100)}%: `}${progress.parts.join(', ')}\n`);
    pause = performance.now() - begun + Math.min(LAST, pause);
  };
}
