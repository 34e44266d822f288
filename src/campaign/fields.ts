import { figure } from '../core/figures.ts';
import { parseWhole } from '../core/parse.ts';
import { UserError, quoted } from '../core/user-error.ts';

/** A value from outside and what people call it, such as `--members` or `"members" of grid.json`. */
export interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** What a field holds, if it was not what was expected: in one line, which field, what was expected, what is there. */
export const unexpected = ({ name, value }: Field, expected: string): UserError => new UserError(`${name} is to be ${expected}, not ${shown(value)}`);

/** The fields of an object. @throws UserError if it is none */
export function objectIn(field: Field): Readonly<Record<string, unknown>> {
  if (!isRecord(field.value)) throw unexpected(field, 'an object');
  return field.value;
}

export function listIn(field: Field): readonly unknown[] {
  if (!Array.isArray(field.value)) throw unexpected(field, 'a list');
  return field.value;
}

/** A field of an object, named by its path. */
export const fieldOf = (field: Field, key: string): Field => ({ name: `${field.name}.${key}`, value: objectIn(field)[key] });

/** A whole number, also as a word (`1e6`). */
export function wholeIn(field: Field, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = typeof field.value === 'string' ? parseWhole(field.value) : field.value;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) throw unexpected(field, `a whole number from ${figure(min)} to ${figure(max)}`);
  return value;
}

/** One of these words. */
export function wordIn<Word extends string>(field: Field, words: readonly Word[]): Word {
  const found = words.find((word) => word === field.value);
  if (found === undefined) throw unexpected(field, `one of ${words.join(', ')}`);
  return found;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  if (value === undefined) return 'left out';
  if (typeof value === 'string') return quoted(value);
  return quoted(JSON.stringify(value)).slice(1, -1);
}
