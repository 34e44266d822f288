import { statSync } from 'node:fs';
import { quoted, UserError } from '../core/user-error.ts';
import type { Trace } from '../generals/fact.ts';
import { chartOf as chartOfOrder } from '../generals/trace/chart.ts';
import { ORDERS } from '../generals/trace/jsonl.ts';
import { storyOf as storyOfOrder } from '../generals/trace/story.ts';
import { transcriptOf as transcriptOfOrder } from '../generals/trace/transcript.ts';
import { REPLICAS } from '../replicas/trace/lines.ts';
import { themeOf, wantsColour } from '../repl/theme.ts';
import { MEMBERS } from '../runtime/virtual/lines.ts';
import type { Chart, Tone } from '../trace/chart.ts';
import { diagramOf } from '../trace/diagram.ts';
import { mermaidOf } from '../trace/mermaid.ts';
import { chartOf } from '../trace/nodes/chart.ts';
import { within, type Run } from '../trace/nodes/run.ts';
import { foldedStoryOf, storyOf } from '../trace/nodes/story.ts';
import { transcriptOf } from '../trace/nodes/transcript.ts';
import { readRuns, type TraceKind } from '../trace/read.ts';
import { shivizOf } from '../trace/shiviz.ts';
import type { Story } from '../trace/story.ts';
import { svgOf } from '../trace/svg.ts';
import { readText, writeText } from './files.ts';
import { UsageError } from './arguments.ts';
import type { TraceOptions } from './subcommands/trace.ts';

/** One run of a trace, whatever its kind, in every way in which it can be shown. */
interface Shown {
  transcript(): string;
  chart(): Chart;
  /** For a sequence diagram, and for vector clocks. */
  story(): Story;
  wholeStory(): Story;
}

/** Options that are not for all kinds of runs. */
const OF_NODES = ['messages', 'from', 'to'] as const;
const OF_ORDERS = ['order'] as const;

/** What a kind of runs is called, and which of these options are for it. */
interface Kind {
  readonly is: string;
  readonly options: typeof OF_NODES | typeof OF_ORDERS;
}

/** A run as a file holds it. */
interface Told extends Kind {
  /** By which `--order` chooses it. */
  readonly number?: number;
  shown(options: TraceOptions): Shown;
}

const KINDS: readonly TraceKind<Told>[] = [
  told(ORDERS, { is: 'a trace of orders', options: OF_ORDERS }, (trace) => ({ number: trace.ordered.number, shown: () => shownOrder(trace) })),
  told(REPLICAS, { is: 'of a run of replicas', options: OF_NODES }, (run) => ({ shown: (order) => shownRun(run, order) })),
  told(MEMBERS, { is: 'of a run of nodes', options: OF_NODES }, (run) => ({ shown: (order) => shownRun(run, order) })),
];

/** Shows a trace file. @returns the exit status */
export function traceCommand(options: TraceOptions): number {
  const runs = shownBy(tracesIn(options.file), options);
  if (options.svg !== undefined) writeText(options.svg, svgOf(runs.map((run) => run.chart())));
  else process.stdout.write(runs.map(FORMATS[options.format]).join('\n'));
  return 0;
}

const FORMATS: Readonly<Record<TraceOptions['format'], (run: Shown) => string>> = {
  transcript: (run) => run.transcript(),
  diagram: (run) => diagramOf(run.chart(), { width: process.stdout.columns ?? 80, paint: painterOf() }),
  mermaid: (run) => mermaidOf(run.story()),
  shiviz: (run) => shivizOf(run.wholeStory()),
};

/** Colours for who may see them. */
function painterOf(): (text: string, tone: Tone) => string {
  const { paint } = themeOf(wantsColour(process.env, process.stdout.isTTY, false));
  const paints = { attack: paint.cyan, retreat: paint.yellow, lie: paint.red.bold, faint: paint.dim };
  return (text, tone) => paints[tone](text);
}

/** The largest file that is read, in bytes: what is larger does not fit into memory. */
const SIZE_MAX = 2 ** 28;

function tracesIn(file: string): readonly Told[] {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > SIZE_MAX) throw new UsageError(`${quoted(file)} is too large a trace: ${Math.ceil(size / 2 ** 20)} MiB, and 256 MiB are read at most`);
  const text = readText(file);
  try {
    return readRuns(text, KINDS);
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(`${quoted(file)}, ${error.message}`);
    throw error;
  }
}

function told<Own>(kind: TraceKind<Own>, about: Kind, as: (run: Own) => Pick<Told, 'number' | 'shown'>): TraceKind<Told> {
  return { ...kind, begin(head) {
    const reader = kind.begin(head);
    return { take: (fact) => reader.take(fact), end: (judged) => ({ ...about, ...as(reader.end(judged)) }) };
  } };
}

const shownOrder = (trace: Trace): Shown => ({
  transcript: () => transcriptOfOrder(trace), chart: () => chartOfOrder(trace), story: () => storyOfOrder(trace), wholeStory: () => storyOfOrder(trace),
});

function shownRun(whole: Run, { from, to, messages }: TraceOptions): Shown {
  const run = within(whole, { from, to });
  return { transcript: () => transcriptOf(run, { messages }), chart: () => chartOf(run), story: () => foldedStoryOf(run), wholeStory: () => storyOf(run) };
}

/** The runs that are to be shown. @throws UsageError where an option is for another kind of runs */
function shownBy(runs: readonly Told[], order: TraceOptions): readonly Shown[] {
  const given = { order: order.number !== undefined, from: order.from !== undefined, to: order.to !== undefined, messages: order.messages };
  // A file has runs of one kind.
  const { is, options } = runs[0]!;
  const [strange, whose] = options === OF_ORDERS ? [OF_NODES, 'a trace that simulate wrote'] : [OF_ORDERS, 'a trace of orders'];
  const mistake = strange.find((option) => given[option]);
  if (mistake !== undefined) throw new UsageError(`--${mistake} is for ${whose}, and this is ${is}`);
  return chosen(runs, order.number).map((run) => run.shown(order));
}

function chosen(runs: readonly Told[], number: number | undefined): readonly Told[] {
  if (number === undefined) return runs;
  const found = runs.filter((run) => run.number === number);
  if (found.length === 0) throw new UsageError(`there is no order ${number} in the trace: it has ${runs.map((run) => run.number).join(', ')}`);
  return found;
}
