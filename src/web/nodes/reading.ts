import { readerOf, runsIn, shownRun, type Told } from '../../runs.ts';
import type { RunReader } from '../../trace/read.ts';
import { factIn, type Fields } from '../../trace/sound.ts';
import { ended, mustBeWatchable, watching, type Watched } from './watched.ts';

/** Lines from one pause to the next. */
const PIECE = 500;

/** Lines of a trace, the last of which says what came of it, and how many characters of what was read before they follow. */
export interface Part {
  readonly before: number;
  readonly text: string;
}

/**
 * Reads the trace of one run of nodes piece by piece, so that a page moves meanwhile: of a large one it takes seconds. Where more of the
 * same run has come, it goes on from where it was. The trace is one that is known to be sound.
 */
export class Reading {
  /** What was read, but for what was judged. */
  #read = '';
  #head: Fields = {};
  #reader: RunReader<Told> | undefined;
  #facts: Fields[] = [];
  #watched: Watched | undefined;

  *take({ before, text }: Part): Generator<void, Watched> {
    if (before !== this.#read.length) throw new Error(`lines that follow ${before} characters, after ${this.#read.length}`);
    const end = text.lastIndexOf('\n', text.length - 2) + 1;
    const facts = this.#facts.length;
    for (let [from, lines] = [0, 1]; from < end; lines += 1) {
      const to = text.indexOf('\n', from) + 1;
      const fact = factIn<Fields>(JSON.parse(text.slice(from, to)));
      if (this.#reader === undefined) [this.#head, this.#reader] = [fact, readerOf(fact)];
      else if (this.#reader.take(fact) === undefined) this.#facts.push(fact);
      from = to;
      if (lines % PIECE === 0) yield;
    }
    this.#read += text.slice(0, end);
    const whole = this.#read + text.slice(end);
    const told = this.#reader!.end(factIn<Fields>(JSON.parse(text.slice(end))));
    // It is not to change when more is read.
    const run = { ...told.run!, facts: [...told.run!.facts] };
    const shown: Told['shown'] = (showing) => shownRun(run, showing);
    const own = { text: () => whole, run, told: { ...told, run, shown } };
    const known = this.#watched;
    // Where only what came of it is new, it looks the same.
    if (known !== undefined && this.#facts.length === facts) this.#watched = { ...known, ...own, isViolated: run.judgement.isBad };
    else this.#watched = yield* watching({ ...own, head: this.#head, facts: this.#facts });
    return this.#watched;
  }
}

/** Reads a trace all at once. @throws UserError if the text is no trace of one run of nodes, or a very long one */
export function watchedIn(text: string): Watched {
  mustBeWatchable(runsIn(text)[0]!);
  return ended(new Reading().take({ before: 0, text }));
}
