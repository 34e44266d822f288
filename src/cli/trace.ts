import { statSync } from 'node:fs';
import { quoted, UserError } from '../core/user-error.ts';
import type { Trace } from '../generals/fact.ts';
import { chartOf as chartOfOrder } from '../generals/trace/chart.ts';
import { ORDERS } from '../generals/trace/jsonl.ts';
import { storyOf as storyOfOrder } from '../generals/trace/story.ts';
import { transcriptOf as transcriptOfOrder } from '../generals/trace/transcript.ts';
import { chartOf } from '../trace/nodes/chart.ts';
import { REPLICAS } from '../replicas/trace/lines.ts';
import { within, type Run } from '../trace/nodes/run.ts';
import { foldedStoryOf, storyOf } from '../trace/nodes/story.ts';
import { transcriptOf } from '../trace/nodes/transcript.ts';
import { looksOf, wantsColour } from '../repl/looks.ts';
import type { Chart, Tone } from '../trace/chart.ts';
import { diagramOf } from '../trace/diagram.ts';
import { mermaidOf } from '../trace/mermaid.ts';
import { readRuns, type TraceKind } from '../trace/read.ts';
import { shivizOf } from '../trace/shiviz.ts';
import type { Story } from '../trace/story.ts';
import { svgOf } from '../trace/svg.ts';
import { readText, writeText } from './files.ts';
import { UsageError } from './arguments.ts';
import type { TraceOrder } from './faces/trace.ts';

/** One run of a trace, whatever its kind, in every way in which it can be shown. */
interface Shown {
  transcript(): string;
  chart(): Chart;
  /** For a sequence diagram, and for vector clocks. */
  story(): Story;
  wholeStory(): Story;
}

/** What a file holds: runs of one kind, and how the options choose among them. */
type Told = { readonly type: 'orders'; readonly trace: Trace } | { readonly type: 'replicas'; readonly run: Run };

const KINDS: readonly TraceKind<Told>[] = [told(ORDERS, (trace) => ({ type: 'orders', trace })), told(REPLICAS, (run) => ({ type: 'replicas', run }))];

/** Shows a trace file. @returns the exit status */
export function traceCommand(order: TraceOrder): number {
  const runs = shownBy(tracesIn(order.file), order);
  if (order.svg !== undefined) writeText(order.svg, svgOf(runs.map((run) => run.chart())));
  else process.stdout.write(runs.map(FORMATS[order.format]).join('\n'));
  return 0;
}

const FORMATS: Readonly<Record<TraceOrder['format'], (run: Shown) => string>> = {
  transcript: (run) => run.transcript(),
  diagram: (run) => diagramOf(run.chart(), { width: process.stdout.columns ?? 80, paint: painterOf() }),
  mermaid: (run) => mermaidOf(run.story()),
  shiviz: (run) => shivizOf(run.wholeStory()),
};

/** Colours for who may see them. */
function painterOf(): (text: string, tone: Tone) => string {
  const { paint } = looksOf(wantsColour(process.env, process.stdout.isTTY, false));
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

function told<Run>(kind: TraceKind<Run>, as: (run: Run) => Told): TraceKind<Told> {
  return { ...kind, begin: (head) => {
    const reader = kind.begin(head);
    return { take: (fact) => reader.take(fact), end: (judged) => as(reader.end(judged)) };
  } };
}

/** The runs that are to be shown. @throws UsageError where an option is for the other kind of runs */
function shownBy(runs: readonly Told[], order: TraceOrder): readonly Shown[] {
  const traces = runs.flatMap((one) => (one.type === 'orders' ? [one.trace] : []));
  if (traces.length > 0) {
    const strange = order.messages ? '--messages' : order.from !== undefined ? '--from' : order.to !== undefined ? '--to' : undefined;
    if (strange !== undefined) throw new UsageError(`${strange} is for a run of replicas, and this is a trace of orders`);
    return chosen(traces, order.number).map((trace) => ({
      transcript: () => transcriptOfOrder(trace), chart: () => chartOfOrder(trace), story: () => storyOfOrder(trace), wholeStory: () => storyOfOrder(trace),
    }));
  }
  if (order.number !== undefined) throw new UsageError('--order is for a trace of orders, and this is of a run of replicas');
  return runs.flatMap((one) => (one.type === 'replicas' ? [within(one.run, order)] : [])).map((run) => ({
    transcript: () => transcriptOf(run, order), chart: () => chartOf(run), story: () => foldedStoryOf(run), wholeStory: () => storyOf(run),
  }));
}

function chosen(traces: readonly Trace[], number: number | undefined): readonly Trace[] {
  if (number === undefined) return traces;
  const found = traces.filter(({ ordered }) => ordered.number === number);
  if (found.length === 0) throw new UsageError(`there is no order ${number} in the trace: it has ${traces.map(({ ordered }) => ordered.number).join(', ')}`);
  return found;
}
