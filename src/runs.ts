import type { Trace } from './generals/fact.ts';
import { chartOf as chartOfOrder } from './generals/trace/chart.ts';
import { ORDERS } from './generals/trace/jsonl.ts';
import { storyOf as storyOfOrder } from './generals/trace/story.ts';
import { transcriptOf as transcriptOfOrder } from './generals/trace/transcript.ts';
import { REPLICAS } from './replicas/trace/lines.ts';
import { MEMBERS } from './runtime/virtual/lines.ts';
import type { Chart } from './trace/chart.ts';
import { chartOf } from './trace/nodes/chart.ts';
import { within, type Run } from './trace/nodes/run.ts';
import { foldedStoryOf, storyOf } from './trace/nodes/story.ts';
import { reasonsOf, transcriptOf } from './trace/nodes/transcript.ts';
import { readRuns, type RunReader, type TraceKind } from './trace/read.ts';
import type { Fields } from './trace/sound.ts';
import type { Story } from './trace/story.ts';

/** One run of a trace, whatever its kind, in every way in which it can be shown. */
export interface Shown {
  transcript(): string;
  chart(): Chart;
  /** For a sequence diagram, and for vector clocks. */
  story(): Story;
  wholeStory(): Story;
}

/** What of a run is to be shown. */
export interface Showing {
  /** Times of a run of nodes. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Whether a transcript has the messages of a run of nodes. */
  readonly messages?: boolean | undefined;
  /** The node of which a transcript only has how came about what it did, where the trace tells. */
  readonly why?: number | undefined;
}

/** Options that are not for all kinds of runs. */
export const OF_NODES = ['messages', 'from', 'to', 'why'] as const;
export const OF_ORDERS = ['order'] as const;

/** What a kind of runs is called, and which of these options are for it. */
interface Kind {
  readonly is: string;
  readonly options: typeof OF_NODES | typeof OF_ORDERS;
}

/** A run as a file holds it. */
export interface Told extends Kind {
  /** Of an order. */
  readonly trace?: Trace;
  /** Of a run of nodes. */
  readonly run?: Run;
  shown(showing: Showing): Shown;
}

const KINDS: readonly TraceKind<Told>[] = [
  told(ORDERS, { is: 'a trace of orders', options: OF_ORDERS }, (trace) => ({ trace, shown: () => shownOrder(trace) })),
  told(REPLICAS, { is: 'of a run of replicas', options: OF_NODES }, (run) => ({ run, shown: (showing) => shownRun(run, showing) })),
  told(MEMBERS, { is: 'of a run of nodes', options: OF_NODES }, (run) => ({ run, shown: (showing) => shownRun(run, showing) })),
];

/**
 * The runs that a trace file of any kind tells.
 * @throws UserError in one line, if it is truncated, damaged, or no trace
 */
export const runsIn = (text: string): Told[] => readRuns(text, KINDS);

/** Takes the facts of one run that are known to be sound, as this program itself tells them. @param head the first of them */
export const readerOf = (head: Fields): RunReader<Told> => KINDS.find((kind) => kind.head === head['type'])!.begin(head);

/**
 * The run of facts that this program itself tells: nobody asks whether they are sound. What cannot come after those before it is left out.
 * @param facts from what was planned to what was judged
 */
export function toldBy(facts: readonly Fields[]): Told {
  const [head, ...rest] = facts;
  const reader = readerOf(head!);
  for (const fact of rest) reader.take(fact);
  return reader.end(rest.at(-1)!);
}

function told<Own>(kind: TraceKind<Own>, about: Kind, as: (run: Own) => Pick<Told, 'trace' | 'run' | 'shown'>): TraceKind<Told> {
  return { ...kind, begin(head) {
    const reader = kind.begin(head);
    return { take: (fact) => reader.take(fact), end: (judged) => ({ ...about, ...as(reader.end(judged)) }) };
  } };
}

const shownOrder = (trace: Trace): Shown => ({
  transcript: () => transcriptOfOrder(trace), chart: () => chartOfOrder(trace), story: () => storyOfOrder(trace), wholeStory: () => storyOfOrder(trace),
});

export function shownRun(whole: Run, { from, to, messages, why }: Showing): Shown {
  const run = within(whole, { from, to });
  const node = run.head.members.find((id) => id === why);
  return { transcript: () => (node === undefined ? transcriptOf(run, { messages: messages === true }) : reasonsOf(run, node)), chart: () => chartOf(run), story: () => foldedStoryOf(run), wholeStory: () => storyOf(run) };
}
