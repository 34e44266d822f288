import type { Trace } from '../../generals/fact.ts';
import { chartOf } from '../../generals/trace/chart.ts';
import { linesOfFacts } from '../../generals/trace/jsonl.ts';
import { storyOf } from '../../generals/trace/story.ts';
import { mermaidOf } from '../../trace/mermaid.ts';
import { shivizOf } from '../../trace/shiviz.ts';
import { svgOf } from '../../trace/svg.ts';

/** An order as files. */
export const FORMATS: Readonly<Record<string, (trace: Trace) => string>> = {
  'order.svg': (trace) => svgOf([chartOf(trace)]),
  'order.mmd': (trace) => mermaidOf(storyOf(trace)),
  'order.shiviz.txt': (trace) => shivizOf(storyOf(trace)),
  'order.jsonl': (trace) => linesOfFacts([trace.ordered, ...trace.facts, trace.judged]),
};
