import { quoted } from '../../core/user-error.ts';
import { nameIn } from '../../trace/nodes/words.ts';

/** A message of replicas or clients in a few words: its type, then what it is about, such as `prepare v0 n3`. */
export function wordsOf(message: unknown): string {
  const { type, phase, votes, ...own } = fieldsOf(message);
  const body = Object.hasOwn(own, 'body') ? fieldsOf(own['body']) : Array.isArray(votes) ? fieldsOf(fieldsOf(votes[0])['body']) : own;
  const numbers = NUMBERS.flatMap(([field, letter]) => (Number.isSafeInteger(body[field]) ? [`${letter}${String(body[field])}`] : []));
  const operation = typeof body['operation'] === 'string' ? [quoted(body['operation'], OPERATION_MAX)] : [];
  return [nameIn(type), ...(typeof phase === 'string' ? [nameIn(phase)] : []), ...numbers, ...operation].join(' ');
}

/** Fields of messages that people ask for first, by the letters that papers give them. */
const NUMBERS = [['view', 'v'], ['round', 'r'], ['sequence', 'n']] as const;

/** How much is shown of what a client asks. */
const OPERATION_MAX = 24;

const fieldsOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
