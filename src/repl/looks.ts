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

/** Whether to colour: FORCE_COLOR decides if set, then NO_COLOR and --no-color (https://no-color.org), then whether a terminal shows it. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean, isRefused: boolean): boolean {
  if (env['FORCE_COLOR'] !== undefined) return !['0', 'false'].includes(env['FORCE_COLOR']);
  if (isRefused || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return isTerminal;
}
