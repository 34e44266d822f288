import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative, resolve, sep } from 'node:path';
import { inShell } from '../core/shell.ts';

/** How a process was started. */
export interface Start {
  readonly env: NodeJS.ProcessEnv;
  /** The file that Node.js runs, as it was named. */
  readonly file: string;
  readonly cwd: string;
}

/**
 * What to type before a subcommand, so that it is this program which does it: `generals`, if a shell finds it by that name, or what
 * npm was told. Variables of npm alone say little, for they are passed on to whatever a script starts; the file tells.
 */
export function programOf({ env, file, cwd }: Start): string {
  const manifest = env['npm_package_json'];
  const isOfScript = manifest !== undefined && isSame(file, join(dirname(manifest), 'scripts/start.js'));
  if (isOfScript && env['npm_lifecycle_event'] === 'start') return 'npm start --silent --';
  const parts = resolve(cwd, file).split(sep);
  // npm links a command into `.bin`; on Windows it runs the file itself.
  const modules = parts.lastIndexOf('node_modules');
  const isInstalled = modules !== -1 && (parts[modules + 1] === '.bin' || parts[modules + 1] === NAME);
  const isBelow = `${cwd}${sep}`.startsWith(`${parts.slice(0, modules).join(sep)}${sep}`);
  if (isInstalled && (isBelow || env['npm_command'] === 'exec')) return `npx ${NAME}`;
  const folders = (env['PATH'] ?? '').split(delimiter);
  if (basename(file) === NAME && folders.includes(dirname(resolve(cwd, file)))) return NAME;
  const near = relative(cwd, resolve(cwd, file));
  const path = near.startsWith('..') ? resolve(cwd, file) : near;
  return basename(file) === NAME ? inShell(path.includes(sep) ? path : `.${sep}${path}`) : `node ${inShell(path)}`;
}

const NAME = 'generals';

/** This process. */
export const program = (): string => programOf({ env: process.env, file: process.argv[1] ?? NAME, cwd: process.cwd() });

/** A command line of this program, to be typed as it stands. */
export const lineOf = (words: readonly string[]): string => [program(), ...words.map(inShell)].join(' ');

/** A message whose `generals …` is named as this program was started. */
export const asStarted = (message: string, subcommands: readonly string[]): string =>
  message.replace(new RegExp(`\\bgenerals (?=(?:--help|${subcommands.join('|')})\\b)`, 'g'), () => `${program()} `);

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
