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

/** Whether a terminal is to get no escape sequence at all, and so only lines. */
export const isPlain = (env: NodeJS.ProcessEnv): boolean => env['TERM'] === 'dumb' || (env['FORCE_COLOR'] === undefined && (env['NO_COLOR'] ?? '') !== '');
