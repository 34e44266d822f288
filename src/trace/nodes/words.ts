import { quoted } from '../../core/user-error.ts';
import type { Fields } from '../sound.ts';

/** Of more fields than these nobody reads what they are. */
const FIELDS_MAX = 6;

/** How much is shown of a text in a message. */
const TEXT_MAX = 16;

/**
 * A message of any system in a few words: its type, then its numbers, each behind the first letter of its field, and its texts, such as
 * `ready o2 n1 "value 2"`. What is nested in it is left out.
 */
export function wordsOf({ type, ...fields }: Fields): string {
  const words = Object.entries(fields).flatMap(([field, value]) => {
    if (Number.isSafeInteger(value)) return [`${/^[a-z]/i.exec(field)?.[0] ?? ''}${String(value)}`];
    return typeof value === 'string' ? [quoted(value, TEXT_MAX)] : [];
  });
  return [nameIn(type), ...words.slice(0, FIELDS_MAX), ...(words.length > FIELDS_MAX ? ['…'] : [])].join(' ');
}

/** A name in a message, which is quoted if it is none. */
export const nameIn = (word: unknown): string => (typeof word === 'string' && /^[\w-]{1,32}$/.test(word) ? word : quoted(String(word), 32));
