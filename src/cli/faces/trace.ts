import { UsageError, only } from '../arguments.ts';
import { file, flag, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

const FORMATS = ['diagram', 'mermaid', 'shiviz'] as const;

/** `generals trace`: which trace, and how to show it. */
export interface TraceOrder {
  readonly file: string;
  readonly format: 'transcript' | (typeof FORMATS)[number];
  readonly svg: string | undefined;
  /** The only order to show; all if undefined. */
  readonly number: number | undefined;
}

export const trace = subcommand({
  name: 'trace',
  forms: [['trace <file> [options]', 'show a trace that run wrote: all orders, as sentences, unless said otherwise']],
  options: {
    diagram: flag('a space-time diagram for the terminal'),
    mermaid: flag('Mermaid sequence diagrams'),
    shiviz: flag('the log format of ShiViz'),
    svg: file('a picture'),
    order: whole('<number>', 'only that order', { min: 1, otherwise: 'all' }),
  },
  operands: { type: 'files' },
  examples: [
    ['trace facts.jsonl', 'what was said, sentence by sentence'],
    ['trace facts.jsonl --diagram --order 1', 'a diagram of the first order'],
  ],
  orderOf(values, operands): TraceOrder {
    const path = only('trace', operands);
    if (path === undefined) throw new UsageError('trace needs a file: generals trace <file>');
    const formats = FORMATS.filter((format) => values[format]);
    if (formats.length > 1) throw new UsageError(`one format is enough, --${formats[1]!} is too much`);
    return { file: path, format: formats[0] ?? 'transcript', svg: values.svg, number: values.order };
  },
});
