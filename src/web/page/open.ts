import { UserError } from '../../core/user-error.ts';
import type { Trace } from '../../generals/fact.ts';
import { protocolNamed } from '../../generals/protocols/registry.ts';
import { lastRound } from '../../generals/trace/messages.ts';
import { runsIn, type Told } from '../../runs.ts';
import { byTime, logIn, type LogLine } from '../logs.ts';
import type { OrderView } from '../news.ts';
import { countedIn, isOfCampaign, type Counted } from '../results.ts';

/** A file that was opened, as what it holds. */
export type Opened =
  | OpenedTrace
  /** What a campaign counted. */
  | ({ readonly type: 'results'; readonly name: string; readonly index: number } & Counted)
  /** Logs of a gossip network. */
  | { readonly type: 'log'; readonly name: string; readonly lines: readonly LogLine[] }
  | { readonly type: 'mistake'; readonly message: string };

/** A trace, of whose runs one is looked at. The file is read once more for a run of nodes. */
interface OpenedTrace {
  readonly type: 'trace';
  readonly name: string;
  readonly file: File;
  readonly runs: readonly Told[];
  readonly index: number;
  /** The order of that run, if it is watched in the place of the army. */
  readonly watched: OrderView | undefined;
}

/** More than this, in bytes, is not read in a page. */
const SIZE_MAX = 2 ** 26;

/** Reads a file by what is in it: a trace, as `generals trace` does; what a campaign counted; or logs, of which there may be several. */
export async function opened(files: readonly File[]): Promise<Opened> {
  const name = files.map((file) => file.name).join(', ');
  try {
    if (files.reduce((sum, { size }) => sum + size, 0) > SIZE_MAX) throw new UserError('larger than 64 MiB, which is more than a page reads');
    const texts = await Promise.all(files.map((file) => file.text()));
    if (texts.length === 1 && isOfCampaign(texts[0]!)) return { type: 'results', name, ...countedIn(texts[0]!, name), index: 0 };
    if (texts.length === 1 && /^\s*\{/.test(texts[0]!))
      return { type: 'trace', name, file: files[0]!, runs: runsIn(texts[0]!), index: 0, watched: undefined };
    return { type: 'log', name, lines: byTime(texts.flatMap((text, index) => logIn(text, files[index]!.name))) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    return { type: 'mistake', message: message.includes(name) ? message : `${name}: ${message}` };
  }
}

/** An order of a trace, as far as that tells: why somebody decided so it does not. */
export function orderOf(trace: Trace): OrderView {
  const protocol = protocolNamed(trace.ordered.protocol);
  return { trace, rounds: lastRound(trace), leanings: [], legend: protocol?.legend, text: '' };
}
