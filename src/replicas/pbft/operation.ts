/**
 * What can be asked of the state machine, and what is wrong with what cannot: asked before a request is signed, before it is
 * ordered, and when it is executed, where nothing that is wrong changes anything.
 *
 *     get <key>           answers the value of a key, or null
 *     set <key> <value>   remembers a value, be it empty
 *     anything else       is put into the log as it is
 */
import { OPERATION_LENGTH } from './settings.ts';

export type Flaw = 'long' | 'form' | 'size' | 'full' | 'conflict';

export type Operation = { readonly type: 'get'; readonly key: string } | { readonly type: 'set'; readonly key: string; readonly value: string } | { readonly type: 'note' } | { readonly type: 'broken' };

/** The most keys that have a value. None ever loses it. */
export const KEYS = 1024;
export const VALUE_LENGTH = 256;

export const KEY_LENGTH = 128;

/** Whether something can be asked under that key. */
export const isKey = (text: string): boolean => text.length <= KEY_LENGTH && /^[!-~]+$/.test(text);

export function operationOf(text: string): Operation {
  // Nearly all is a note, and each is looked at a dozen times by all nodes together.
  if (!text.startsWith('get') && !text.startsWith('set')) return NOTE;
  const [verb, key = '', ...rest] = text.split(' ', 3);
  if (verb !== 'get' && verb !== 'set') return NOTE;
  if (key === '' || (verb === 'get') !== (rest.length === 0)) return { type: 'broken' };
  return verb === 'get' ? { type: 'get', key } : { type: 'set', key, value: text.slice(verb.length + key.length + 2) };
}

const NOTE: Operation = { type: 'note' };

/** What is wrong with an operation where these values are remembered; undefined if nothing is. */
export function flawIn(text: string, values: ReadonlyMap<string, string>): Flaw | undefined {
  if (text.length > OPERATION_LENGTH) return 'long';
  const operation = operationOf(text);
  switch (operation.type) {
    case 'broken':
      return 'form';
    case 'get':
      return operation.key.length > VALUE_LENGTH ? 'size' : undefined;
    case 'set':
      if (operation.key.length > VALUE_LENGTH || operation.value.length > VALUE_LENGTH) return 'size';
      return values.size >= KEYS && !values.has(operation.key) ? 'full' : undefined;
    case 'note':
      return undefined;
    default:
      return operation satisfies never;
  }
}

/** A flaw in one line, which says what would be right. */
export const FLAWS: Readonly<Record<Flaw, string>> = {
  long: `send data of no more than ${OPERATION_LENGTH} characters`,
  form: 'send get <key>, or set <key> <value>, with a space between: a key has none',
  size: `a key has no more than ${VALUE_LENGTH} characters, and so has its value`,
  full: `${KEYS} keys have a value, and no more can: set one of those`,
  conflict: 'this key was used for other data',
};
