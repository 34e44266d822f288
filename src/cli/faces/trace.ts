import { UsageError, only, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

const FORMATS = ['diagram', 'mermaid', 'shiviz'] as const;

/** `generals trace`: which trace, and how to show it. */
export interface TraceOrder {
  readonly file: string;
  readonly format: 'transcript' | (typeof FORMATS)[number];
  readonly svg: string | undefined;
  /** The only order to show; all if undefined. */
  readonly number: number | undefined;
}

export const trace = faceOf({
  name: 'trace',
  usage: `
generals trace <file> [options]   show a trace that run wrote`,
  help: `
For trace (of all orders, as sentences, unless said otherwise):
      --diagram          a space-time diagram for the terminal
      --mermaid          Mermaid sequence diagrams
      --shiviz           the log format of ShiViz
      --svg <file>       a picture
      --order <number>   only that order`,
  options: {
    diagram: { type: 'boolean' },
    mermaid: { type: 'boolean' },
    shiviz: { type: 'boolean' },
    svg: { type: 'string' },
    order: { type: 'string' },
  },
  orderOf({ values, positionals }): TraceOrder {
    const file = only('trace', positionals);
    if (file === undefined) throw new UsageError('trace needs a file: generals trace <file>');
    const formats = FORMATS.filter((format) => values[format] === true);
    if (formats.length > 1) throw new UsageError(`one format is enough, --${formats[1]!} is too much`);
    return { file, format: formats[0] ?? 'transcript', svg: values.svg, number: whole(values.order, '--order', 1) };
  },
});
