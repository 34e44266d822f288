import { wrapped } from '../core/wrapped.ts';
import { PURPOSE, STATUSES, VARIABLES, headOf, saidOf } from './help.ts';
import { COMMON, type Runnable } from './subcommand.ts';

/** The man page: what help says of all subcommands, on one page. */
export async function manOf(subcommands: readonly Runnable[], version: string, date: string): Promise<string> {
  const parts = await Promise.all(subcommands.map(partOf));
  return `${[
    '.\\" Made of the tables of src/cli/subcommands when the project is built.',
    `.TH GENERALS 1 "${date}" "generals ${version}" "User Commands"`,
    '.SH NAME', `generals \\- ${plain(PURPOSE.replace(/\.$/, '').replace(/^G/, 'g'))}`,
    '.SH SYNOPSIS', ...subcommands.flatMap(({ forms }) => forms).flatMap(([form], index) => [...(index === 0 ? [] : ['.br']), bold('generals', form)]),
    '.SH DESCRIPTION', ...lines('Generals are threads of their own, some of them traitors; one gives an order, and the loyal must agree. The prompt commands them, and its help lists what it can do. The subcommands check, count and replay what they do, and run replicas that agree on a log.'),
    ...parts.flat(),
    '.SH EXIT STATUS', ...STATUSES.flatMap(([status, meaning]) => item(status, meaning)),
    '.SH ENVIRONMENT', ...VARIABLES.flatMap(([name, meaning]) => item(name, meaning)),
  ].join('\n')}\n`;
}

async function partOf({ name, forms, note, options, examples }: Runnable): Promise<string[]> {
  const all = Object.entries({ ...options, ...COMMON });
  const rows = await Promise.all(all.map(async ([option, about]) => item(headOf(option, about).trim(), await saidOf(about))));
  return [
    `.SH ${name === '' ? 'PROMPT' : plain(name.toUpperCase())}`,
    ...forms.flatMap(([form, about]) => [bold('generals', form), '.PP', ...lines(`${about.slice(0, 1).toUpperCase()}${about.slice(1)}.`)]),
    ...(note === undefined ? [] : ['.PP', ...lines(note)]),
    ...rows.flat(),
    '.PP', 'For example:',
    ...examples.flatMap(([line, about]) => ['.PP', '.RS 4', '.nf', bold('generals', line), '.fi', '.RE', '.PP', '.RS 8', ...lines(about), '.RE']),
  ];
}

const item = (head: string, about: string): string[] => ['.TP', bold(head), ...lines(about)];

const bold = (...words: readonly string[]): string => `\\fB${words.map(plain).join('\\fR ')}\\fR`;

/** A text as lines of which none is taken for a request. */
const lines = (text: string): string[] => text.split(/(?<=[.;]) /).flatMap((sentence) => wrapped(sentence, LINE, 0)).map(plain).map((line) => line.replace(/^(?=[.'])/, String.raw`\&`));

/** What is escaped takes more room than it shows. */
const LINE = 60;

const plain = (text: string): string => text
  .replaceAll('\\', String.raw`\e`)
  .replaceAll('-', String.raw`\-`)
  // oxlint-disable-next-line no-control-regex
  .replaceAll(/[^\u0000-\u007f]/gu, (letter) => `\\[u${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`);
