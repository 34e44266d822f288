import { Chalk, type ChalkInstance } from 'chalk';

/** What stands before each command, at a terminal and in a transcript. */
export const PROMPT = 'generals> ';

/** How text is coloured, or that it is not. Here and in `render` is all that there is of colour. */
export interface Looks {
  readonly paint: ChalkInstance;
  readonly prompt: string;
  /** A mistake, as it goes to standard error. */
  mistake(message: string): string;
}

/** @param colour whether to colour; the words are the same */
export function looksOf(colour: boolean): Looks {
  const paint = new Chalk({ level: colour ? 1 : 0 });
  return { paint, prompt: paint.bold(PROMPT), mistake: (message) => paint.red(message) };
}

/**
 * Whether to colour: who asks for none on the command line means this one run, and gets none; then FORCE_COLOR decides if
 * it is set, then NO_COLOR (https://no-color.org), then whether a terminal shows it.
 */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean, isRefused: boolean): boolean {
  if (isRefused) return false;
  if (env['FORCE_COLOR'] !== undefined) return !['0', 'false'].includes(env['FORCE_COLOR']);
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return isTerminal;
}
