import type { Trace } from '../generals/fact.ts';
import { quoted, UserError } from '../core/user-error.ts';
import { looksOf, wantsColour } from '../repl/looks.ts';
import { chartOf } from '../generals/trace/chart.ts';
import { parseTrace } from '../generals/trace/jsonl.ts';
import { storyOf } from '../generals/trace/story.ts';
import { transcriptOf } from '../generals/trace/transcript.ts';
import type { Tone } from '../trace/chart.ts';
import { diagramOf } from '../trace/diagram.ts';
import { mermaidOf } from '../trace/mermaid.ts';
import { shivizOf } from '../trace/shiviz.ts';
import { svgOf } from '../trace/svg.ts';
import { readText, writeText } from './files.ts';
import { UsageError } from './arguments.ts';
import type { TraceOrder } from './faces/trace.ts';

const FORMATS: Readonly<Record<TraceOrder['format'], (trace: Trace) => string>> = {
  transcript: transcriptOf,
  diagram: (trace) => diagramOf(chartOf(trace), { width: process.stdout.columns ?? 80, paint: painterOf() }),
  mermaid: (trace) => mermaidOf(storyOf(trace)),
  shiviz: (trace) => shivizOf(storyOf(trace)),
};

/** Colours for who may see them. */
function painterOf(): (text: string, style: Tone) => string {
  const { paint } = looksOf(wantsColour(process.env, process.stdout.isTTY, false));
  const paints = { attack: paint.cyan, retreat: paint.yellow, lie: paint.red.bold, faint: paint.dim };
  return (text, style) => paints[style](text);
}

/** Shows a trace file. @returns the exit status */
export function traceCommand({ file, format, svg, number }: TraceOrder): number {
  const traces = chosen(tracesIn(file), number);
  if (svg === undefined) process.stdout.write(traces.map(FORMATS[format]).join('\n'));
  else writeText(svg, svgOf(traces.map(chartOf)));
  return 0;
}

function tracesIn(file: string): readonly Trace[] {
  const text = readText(file);
  try {
    return parseTrace(text);
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(`${quoted(file)}, ${error.message}`);
    throw error;
  }
}

function chosen(traces: readonly Trace[], number: number | undefined): readonly Trace[] {
  if (number === undefined) return traces;
  const found = traces.filter(({ ordered }) => ordered.number === number);
  if (found.length === 0) throw new UsageError(`there is no order ${number} in the trace: it has ${traces.map(({ ordered }) => ordered.number).join(', ')}`);
  return found;
}
