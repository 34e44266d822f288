import { UsageError, only } from '../arguments.ts';
import { file, flag, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

const FORMATS = ['diagram', 'mermaid', 'shiviz'] as const;

/** `generals trace`: which trace, and how to show it. */
export interface TraceOptions {
  readonly file: string;
  readonly format: 'transcript' | (typeof FORMATS)[number];
  readonly svg: string | undefined;
  /** The only order to show; all if undefined. */
  readonly number: number | undefined;
  /** The part of the time of a run that simulate wrote; all if undefined. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Whether sentences tell every message of such a run. */
  readonly messages: boolean;
  /** The node of such a run of which only is shown how came about what it did, where the trace tells. */
  readonly why: number | undefined;
}

export const trace = subcommand({
  name: 'trace',
  forms: [['trace <file> [options]', 'show a trace that run or simulate wrote: all of it, as sentences, unless said otherwise']],
  options: {
    diagram: flag('a space-time diagram for the terminal'),
    mermaid: flag('Mermaid sequence diagrams'),
    shiviz: flag('the log format of ShiViz'),
    svg: file('a picture'),
    order: whole('<number>', 'only that order', { min: 1, otherwise: 'all' }),
    from: whole('<ms>', 'of what simulate wrote, only what was sent and done from that virtual time on', { min: 0, otherwise: 'the beginning' }),
    to: whole('<ms>', 'and up to that one', { min: 0, otherwise: 'the end' }),
    messages: flag('with sentences for every message of what simulate wrote'),
    why: whole('<node>', 'who said what to that node, before it decided on a word', { min: 0, otherwise: 'what happened' }),
  },
  operands: { type: 'files' },
  examples: [
    ['trace facts.jsonl', 'what was said, sentence by sentence'],
    ['trace facts.jsonl --diagram --order 1', 'a diagram of the first order'],
    ['trace replicas.jsonl --diagram --to 450', 'replicas up to that millisecond; simulate wrote their trace'],
    ['trace replicas.jsonl --messages --from 1400', 'what was sent, heard and done from then on'],
    ['trace words.jsonl --why 2', 'why node 2 decided as it did about words'],
  ],
  optionsOf(values, operands): TraceOptions {
    const path = only('trace', operands);
    if (path === undefined) throw new UsageError('trace needs a file: generals trace <file>');
    const formats = FORMATS.filter((format) => values[format]);
    if (formats.length > 1) throw new UsageError(`one format is enough, --${formats[1]!} is too much`);
    const { from, to, messages, why } = values;
    if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is after --to ${to}`);
    const format = formats[0] ?? 'transcript';
    if (messages && (format !== 'transcript' || values.svg !== undefined)) throw new UsageError('--messages is for sentences: pictures have all messages');
    if (why !== undefined && (format !== 'transcript' || values.svg !== undefined || messages)) throw new UsageError('--why stands for itself: it is in sentences, of one node');
    return { file: path, format, svg: values.svg, number: values.order, from, to, messages, why };
  },
});
