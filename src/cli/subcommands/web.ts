import { UsageError } from '../arguments.ts';
import { file, ownFiles, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals web`: where the page is to be. */
export interface WebOptions {
  /** A file for the whole page. */
  readonly out: string | undefined;
  readonly port: number;
}

export const web = subcommand({
  name: 'web',
  forms: [['web [options]', 'serve the laboratory as a page, whose armies live in the browser in virtual time, until Ctrl-C']],
  note: 'The page is served at 127.0.0.1 to whoever has the printed URL. With --out it is one file that works offline, from a disk.',
  options: {
    port: whole('<n>', 'the port to serve it at', { min: 0, max: 65_535, otherwise: 'chosen by the system' }),
    out: file('write the page there, as one file, and serve nothing'),
    protocol: ownFiles('protocol or system', 'a protocol or a system of your own, for the page to have'),
    strategy: ownFiles('strategy', 'a strategy of your own'),
  },
  operands: { type: 'nothing' },
  examples: [
    ['web --port 8080', 'the page at 127.0.0.1:8080'],
    ['web --out lab.html', 'one file for a class, or for a machine without a network'],
  ],
  optionsOf(values, operands): WebOptions {
    if (operands.length > 0) throw new UsageError(`web takes options only, not ${operands[0]!}: generals web --port 8080`);
    if (values.out !== undefined && values.port !== undefined) throw new UsageError('--out writes a file and serves nothing, so --port says nothing beside it');
    return { out: values.out, port: values.port ?? 0 };
  },
});
