import type { Kind } from '../generals/brought/shape.ts';
import { hasCompiled, placeOf } from '../runtime/compiled.ts';

/** Whether a word is to be a file with code of somebody's own, and no name. */
export const isOwnFile = (word: string): boolean => /[\\/]|\.[cm]?[jt]s$/i.test(word);

/** The files that were brought, as they were named, for lines that repeat something. */
const files: { readonly kind: Kind; readonly file: string }[] = [];

/** Whether code of somebody's own was loaded, which may have left behind what keeps a program. */
export const hasLoaded = hasCompiled;

/** The words that bring again what was brought, for a command line that repeats something. */
export const broughtWords = (): string[] => files.flatMap(({ kind, file }) => [`--${kind}`, file]);

/** A script that brings the same to a page. */
export async function broughtScript(): Promise<string> {
  if (files.length === 0) return '';
  const [{ scriptOf }, { MODULE, bringing }] = await Promise.all([import('../runtime/compiled.ts'), import('../web/own.ts')]);
  let script = '';
  // One after the other: what compiles is ended when it is done.
  for (const { kind, file } of files) script += bringing(kind, file, await scriptOf(file, MODULE));
  return script;
}

/** Brings a file with a protocol or a strategy of somebody's own. @returns its name @throws UserError in one line */
export async function bring(kind: Kind, file: string): Promise<string> {
  const { bring: bringFile } = await import('../generals/brought/bring.ts');
  const name = await bringFile(kind, file);
  if (!files.some((one) => one.kind === kind && placeOf(one.file) === placeOf(file))) files.push({ kind, file });
  return name;
}
