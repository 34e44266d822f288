import { UserError } from '../../core/user-error.ts';
import type { Trace } from '../../generals/fact.ts';
import { protocolNamed } from '../../generals/protocols/registry.ts';
import { lastRound } from '../../generals/trace/messages.ts';
import { runsIn, type Told } from '../../runs.ts';
import { logIn, type LogLine } from '../logs.ts';
import type { Odds, OrderView } from '../news.ts';
import { oddsIn } from '../results.ts';

/** A file that was opened, as what it holds. */
export type Opened =
  /** A trace; `index` says which of its runs is looked at, `isWatched` whether that is watched in the place of the army. The file is read once more for a run of nodes. */
  | { readonly type: 'trace'; readonly name: string; readonly file: File; readonly runs: readonly Told[]; readonly index: number; readonly isWatched: boolean }
  /** What a campaign counted. */
  | { readonly type: 'results'; readonly name: string; readonly odds: readonly Odds[]; readonly index: number }
  /** Logs of a gossip network. */
  | { readonly type: 'log'; readonly name: string; readonly lines: readonly LogLine[] }
  | { readonly type: 'mistake'; readonly message: string };

/** More than this, in bytes, is not read in a page. */
const SIZE_MAX = 2 ** 26;

/** Reads a file by what is in it: a trace, as `generals trace` does; what a campaign counted; or logs, of which there may be several. */
export async function opened(files: readonly File[]): Promise<Opened> {
  const name = files.map((file) => file.name).join(', ');
  try {
    if (files.reduce((sum, { size }) => sum + size, 0) > SIZE_MAX) throw new UserError('larger than 64 MiB, which is more than a page reads');
    const texts = await Promise.all(files.map((file) => file.text()));
    if (texts.length === 1 && /^\s*\{/.test(texts[0]!)) {
      if (/"format":\s*"generals campaign"/.test(texts[0]!)) return { type: 'results', name, odds: oddsIn(texts[0]!, name), index: 0 };
      return { type: 'trace', name, file: files[0]!, runs: runsIn(texts[0]!), index: 0, isWatched: false };
    }
    const lines = texts.flatMap((text, index) => logIn(text, files[index]!.name)).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return { type: 'log', name, lines };
  } catch (error) {
    if (error instanceof UserError) return { type: 'mistake', message: error.message.includes(name) ? error.message : `${name}: ${error.message}` };
    throw error;
  }
}

/** An order of a trace, as far as that tells: why somebody decided so it does not. */
export function orderOf(trace: Trace): OrderView {
  const protocol = protocolNamed(trace.ordered.protocol);
  return { trace, rounds: lastRound(trace), leanings: [], legend: protocol?.legend, text: '' };
}
