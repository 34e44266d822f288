import { statSync } from 'node:fs';
import { quoted, UserError } from '../core/user-error.ts';
import { OF_NODES, OF_ORDERS, runsIn, type Shown, type Told } from '../runs.ts';
import { themeOf, wantsColour } from '../repl/theme.ts';
import type { Tone } from '../trace/chart.ts';
import { diagramOf } from '../trace/diagram.ts';
import { mermaidOf } from '../trace/mermaid.ts';
import { shivizOf } from '../trace/shiviz.ts';
import { svgOf } from '../trace/svg.ts';
import { readText, writeText } from './files.ts';
import { UsageError } from './arguments.ts';
import type { TraceOptions } from './subcommands/trace.ts';

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
    return runsIn(text);
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(`${quoted(file)}, ${error.message}`);
    throw error;
  }
}

/** The runs that are to be shown. @throws UsageError where an option is for another kind of runs */
function shownBy(runs: readonly Told[], order: TraceOptions): readonly Shown[] {
  const given = { order: order.number !== undefined, from: order.from !== undefined, to: order.to !== undefined, messages: order.messages, why: order.why !== undefined };
  // A file has runs of one kind.
  const { is, options } = runs[0]!;
  const [strange, whose] = options === OF_ORDERS ? [OF_NODES, 'a trace that simulate wrote'] : [OF_ORDERS, 'a trace of orders'];
  const mistake = strange.find((option) => given[option]);
  if (mistake !== undefined) throw new UsageError(`--${mistake} is for ${whose}, and this is ${is}`);
  const without = order.why === undefined ? undefined : runs.find(({ run }) => run?.head.members.some((id) => id === order.why) !== true);
  if (without !== undefined) throw new UsageError(`there is no node ${order.why} in the trace: it has ${without.run?.head.members.join(', ')}`);
  return chosen(runs, order.number).map((run) => run.shown(order));
}

function chosen(runs: readonly Told[], number: number | undefined): readonly Told[] {
  if (number === undefined) return runs;
  const found = runs.filter((run) => run.trace?.ordered.number === number);
  if (found.length === 0) throw new UsageError(`there is no order ${number} in the trace: it has ${runs.map((run) => run.trace?.ordered.number).join(', ')}`);
  return found;
}
