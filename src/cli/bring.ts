import type { Kind as BroughtKind } from '../generals/brought/shape.ts';
import type { Choice } from '../web/nodes/simulated.ts';
import { hasCompiled, placeOf } from '../runtime/compiled.ts';

/** What somebody may bring. */
export type Kind = BroughtKind | 'system' | 'protocol or system';

/** Whether a word is to be a file with code of somebody's own, and no name. */
export const isOwnFile = (word: string): boolean => /[\\/]|\.[cm]?[jt]s$/i.test(word);

/** The files that were brought, as they were named, for lines that repeat something. */
const files: { readonly kind: Kind; readonly name: string; readonly file: string }[] = [];

/** Whether code of somebody's own was loaded, which may have left behind what keeps a program. */
export const hasLoaded = hasCompiled;

/** The words that bring again what was brought, for a command line that repeats something. A system comes as a protocol to simulate. */
export const broughtWords = (): string[] => files.flatMap(({ kind, file }) => [kind === 'strategy' ? '--strategy' : '--protocol', file]);

/** A script that brings the same to a page. */
export async function broughtScript(): Promise<string> {
  if (files.length === 0) return '';
  const [{ scriptOf }, { MODULE, bringing, bringingSystem }] = await Promise.all([import('../runtime/compiled.ts'), import('../web/own.ts')]);
  let script = '';
  // One after the other: what compiles is ended when it is done.
  for (const { kind, name, file } of files) {
    const module = await scriptOf(file, MODULE);
    const choice = await choiceNamed(kind, name, file);
    script += choice === undefined ? bringing(kind === 'strategy' ? kind : 'protocol', file, module) : bringingSystem(choice, module);
  }
  return script;
}

/** A system that was brought, as a page offers it; undefined if it is something else. */
async function choiceNamed(kind: Kind, name: string, file: string): Promise<Choice | undefined> {
  const isOne = kind === 'system' || (kind === 'protocol or system' && (await import('../own/bring.ts')).hadSystem(file));
  if (!isOne) return undefined;
  const [{ systemNamed }, { choiceOf }] = await Promise.all([import('../systems.ts'), import('../web/nodes/simulated.ts')]);
  return choiceOf(systemNamed(name)!, file);
}

/** What names a system in a command line: the file that it was brought from, or its name. */
export const systemWord = (name: string): string => files.find((one) => one.name === name)?.file ?? name;

/** Whether a name came with a file of somebody's own. */
export const wasBrought = (name: string): boolean => files.some((one) => one.name === name);

/** How to say the last line of a program that such code ends; undefined where this is no program of its own. */
let lastLine: ((line: string) => void) | undefined;

/** Has the program end in one line where code that was brought would end it, or hold it up for ever. */
export const endWithOwn = (say: (line: string) => void): unknown => (lastLine = say);

/** Brings a file with code of somebody's own. @returns its name @throws UserError in one line */
export async function bring(kind: Kind, file: string): Promise<string> {
  if (lastLine !== undefined) (await import('../runtime/brought-code.ts')).endWithOwn(lastLine);
  const name = await nameIn(kind, file);
  if (!files.some((one) => one.kind === kind && placeOf(one.file) === placeOf(file))) files.push({ kind, name, file });
  return name;
}

async function nameIn(kind: Kind, file: string): Promise<string> {
  switch (kind) {
    case 'protocol':
    case 'strategy':
      return (await import('../generals/brought/bring.ts')).bring(kind, file);
    case 'system':
      return (await import('../own/bring.ts')).bringSystem(file);
    case 'protocol or system':
      return (await import('../own/bring.ts')).bringEither(file);
    default:
      return kind satisfies never;
  }
}
