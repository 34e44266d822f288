/** What code that was brought did that none may do, in words. */
import type { Fault } from '../../core/code-fault.ts';
import { quoted } from '../../core/user-error.ts';

/** What was done, and what is wrong with it. */
export type Deed = Pick<Fault, 'did' | 'why'>;

export const CHANGE: Deed = { did: 'changed what it was given' };

/** A frozen thing that is changed throws so, as modules are strict. */
const CHANGED = /read only property|not extensible|Cannot delete property/;

export const isOfFrozen = (error: unknown): error is TypeError => error instanceof TypeError && CHANGED.test(error.message);

/** That it threw this. */
export function deedOf(error: unknown): Deed {
  const said = quoted(textOf(error).split('\n')[0]!, 200);
  return isOfFrozen(error) ? { ...CHANGE, why: said } : { did: `threw ${said}` };
}

/** What was thrown, in words. That may be anything, even what cannot be made words of. */
export function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'what has no words';
  }
}

/** What it put out, as far as a line has room. */
export function shown(value: unknown): string {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return value === undefined ? 'undefined' : `a ${typeof value}`;
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  try {
    const text = JSON.stringify(value);
    return typeof value === 'string' ? quoted(value) : text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
  } catch {
    return 'what is no plain data';
  }
}
