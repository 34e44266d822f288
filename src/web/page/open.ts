import { UserError } from '../../core/user-error.ts';
import { protocolNamed } from '../../generals/protocols/registry.ts';
import { lastRound } from '../../generals/trace/messages.ts';
import type { Trace } from '../../generals/fact.ts';
import { runsIn, type Told } from '../../runs.ts';
import type { OrderView } from '../news.ts';

/** A file that was opened. */
export interface Opened {
  readonly name: string;
  readonly runs: readonly Told[];
  /** Which of them is looked at. */
  readonly index: number;
  /** Whether it is watched in the place of the army. */
  readonly isWatched: boolean;
  readonly mistake: string | undefined;
}

/** More than this, in bytes, is not read in a page. */
const SIZE_MAX = 2 ** 26;

/** Reads a file as `generals trace` does. */
export async function opened(file: File): Promise<Opened> {
  const { name, size } = file;
  try {
    if (size > SIZE_MAX) throw new UserError('is larger than 64 MiB; generals trace reads it');
    return { name, runs: runsIn(await file.text()), index: 0, isWatched: false, mistake: undefined };
  } catch (error) {
    if (error instanceof UserError) return { name, runs: [], index: 0, isWatched: false, mistake: `${name}: ${error.message}` };
    throw error;
  }
}

/** An order of a trace, as far as that tells: why somebody decided so it does not. */
export function orderOf(trace: Trace): OrderView {
  const protocol = protocolNamed(trace.ordered.protocol);
  return { trace, rounds: lastRound(trace), leanings: [], legend: protocol?.legend, text: '' };
}
