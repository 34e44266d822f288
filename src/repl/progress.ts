import { figure } from '../core/figures.ts';
import { inWords } from '../campaign/duration.ts';

/** How far a command that takes long has come. */
export interface Progress {
  /** From 0 to 1; undefined where nobody knows how much there is. */
  readonly share: number | undefined;
  /** What was done so far, in words. */
  readonly text: string;
}

const CELLS = 24;

/** A bar: `██████░░░░ 25% 2,500 of 10,000 orders`. */
export function barOf({ share, text }: Progress): string {
  if (share === undefined) return text;
  const full = Math.floor(share * CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${Math.floor(share * 100)}% ${text}`;
}

/** `2,500 of 10,000 orders, 1,000 orders/s, 8 s left`. */
export function pace(done: number, total: number, what: string, milliseconds: number): string {
  const rate = (done / Math.max(1, milliseconds)) * 1000;
  const left = done === 0 ? 'unknown time' : inWords(((total - done) / rate) * 1000);
  const [some, all, speed] = [done, total, rate].map((value) => figure(value));
  return `${some!} of ${all!} ${what}, ${speed!} ${what}/s, ${left} left`;
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
    write(`${progress.share === undefined ? '' : `${Math.floor(progress.share * 100)}%: `}${progress.text}\n`);
    pause = performance.now() - begun + Math.min(LAST, pause);
  };
}
