import { wrapped } from '../core/wrapped.ts';
import { columns } from '../repl/layout.ts';
import { lineOf, program } from './invocation.ts';
import type { Option } from './options.ts';
import { COMMON, type Runnable } from './subcommand.ts';

/** What is said of the program as a whole, here and in its man page. */
export const PURPOSE = 'Generals that agree although some of them are traitors.';

export const STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'all went well'],
  ['1', 'a command failed, a check or a simulation was stopped, or results could not be written'],
  ['2', 'the command line was wrong'],
  ['3', 'a check or a simulation found a violation'],
  ['70', 'an error of the program'],
  ['129, 130, 143', 'ended by SIGHUP, SIGINT, SIGTERM'],
];

export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['NO_COLOR', 'no colours, and no bars that are drawn again and again'],
  ['FORCE_COLOR', 'colours in a pipe too; 0 for none'],
  ['TERM', 'if it is dumb: no colours and no bars, and a prompt without editing'],
  ['GENERALS_PATIENCE', 'for how many seconds code of your own is waited for (10)'],
  ['XDG_STATE_HOME', 'where the history of the prompt is kept (~/.local/state)'],
];

/** Help with one subcommand, or with all, as wide as what it is shown at. */
export async function helpOn(about: Runnable | undefined, all: readonly Runnable[], width: number): Promise<string> {
  const shown = about ?? all.find(({ name }) => name === '')!;
  const forms = (about === undefined ? all : [about]).flatMap((one) => one.forms);
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Usage', table(forms.map(([form, purpose]) => [`${program()} ${form}`, purpose]), width, FORM_BOUNDS)],
    ...(shown.note === undefined ? [] : [['', wrapped(shown.note, width, 0)] as const]),
    [about === undefined ? 'Options of a prompt, and of run' : 'Options', table([...(await optionRows(shown)), ...(await rowsOf(COMMON))], width, OPTION_BOUNDS)],
    ['For example', shown.examples.flatMap(([line, purpose]) => [`  ${program()} ${line}`, ...wrapped(`      ${purpose}`, width, 0)])],
    ...(about === undefined ? END(width) : []),
  ];
  const text = sections.map(([title, lines]) => [...(title === '' ? [] : [`${title}:`]), ...lines].join('\n')).join('\n\n');
  return `${about === undefined ? `${wrapped(PURPOSE, width).join('\n')}\n\n` : ''}${text}\n`;
}

const END = (width: number): readonly (readonly [string, readonly string[]])[] => [
  ['Exit status', table(STATUSES, width, OPTION_BOUNDS)],
  ['Environment', table(VARIABLES, width, OPTION_BOUNDS)],
  ['', wrapped(`${lineOf(['help', 'check'])} explains check, and so for each of the others. At the prompt, help lists the commands.`, width, 0)],
];

/** A form or an option that is wider has a line of its own. */
const FORM_BOUNDS = { least: 6, most: 34 };
const OPTION_BOUNDS = { most: 26 };

const table = (rows: readonly (readonly [string, string])[], width: number, bounds: Parameters<typeof columns>[2]): string[] =>
  columns(rows.map(([left, right]) => [`  ${left}`, right]), width, bounds);

const optionRows = ({ options }: Runnable): Promise<[string, string][]> => rowsOf(options);

const rowsOf = (options: Runnable['options']): Promise<[string, string][]> =>
  Promise.all(Object.entries(options).map(async ([name, option]): Promise<[string, string]> => [headOf(name, option), await saidOf(option)]));

/** `-n, --members <n>`, as it is typed. */
export const headOf = (name: string, { short, value }: Option<unknown>): string => `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;

/** What an option is for, what it may be, and what it is if it is not given. */
export async function saidOf({ about, bounds, otherwise }: Option<unknown>): Promise<string> {
  const range = await bounds();
  return `${about}${range === undefined ? '' : `: ${range}`}${otherwise === undefined ? '' : ` (${otherwise})`}`;
}
