import type { Dialect, DialectName } from './dialect.ts';
import { colon } from './colon.ts';
import { line } from './line.ts';

export const DIALECTS: readonly Dialect[] = [line, colon];

export const dialectNamed = (name: DialectName): Dialect => DIALECTS.find((dialect) => dialect.name === name)!;

/**
 * Which dialect a link begins with; undefined if too little came to tell. Older programs speak at once, so one who is silent says
 * nothing in either.
 * @param isAll whether nothing more came for a while
 */
export function dialectOf(text: string, isAll: boolean): Dialect | undefined {
  const begun = text.trimStart();
  if (/^[A-Z_]{3,20}(?:\||\r?\n)/.test(begun)) return line;
  const end = begun.indexOf('\n');
  // Both have this report, and only lines end.
  if ('Dead Node:'.startsWith(begun.slice(0, 10))) return end !== -1 ? line : isAll && begun !== '' ? colon : undefined;
  if (/^(?:Liveness |New |Disconnected |UPDATE:|INCREMENT:|[\d:[])/.test(begun) || /^[A-Za-z0-9.-]+:\d/.test(begun)) return colon;
  if (end !== -1 || begun.length > BEGINNING_MAX) return line;
  return isAll && begun !== '' ? line : undefined;
}

/**
 * What a node of ours says to a seed that may be of 2024: there it is a report about nobody, which changes nothing; one of ours answers
 * it, and both go on in lines. Anything else would be taken for a registration.
 */
export const KNOCK = 'Dead Node:0.0.0.0:1:0:generals';
export const KNOCK_ANSWER = 'GENERALS\n';

/** Longer than whatever tells the dialects apart. */
const BEGINNING_MAX = 100;
