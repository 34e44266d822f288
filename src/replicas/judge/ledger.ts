import type { NodeId } from '../../core/node.ts';

/** What a client wants done, by its own number; no two things that a loyal one wants have one mark. */
export interface Ask {
  readonly client: NodeId;
  readonly timestamp: number;
  readonly mark: string;
  /** What everyone asks under one is to be done once; empty if it is under none. */
  readonly key: string;
  readonly operation: string;
}

/** Text, nothing, or why it was refused. */
export type Truth = string | null | { readonly refused: string };

/** How much older than a client’s highest number one may be to be executed. */
const WINDOW = 128;
const KEYS = 1024;
const LENGTH = 256;

/**
 * What the state machine of a log has to do, as far as it can be seen by a judge: every request is executed once, and gets the
 * next position, but for what is refused, which changes nothing. `set <key> <value>` also remembers a value, `get <key>`
 * answers it or null, and all else is answered by its position. What has a key is executed once for all who ask it.
 */
export class Ledger {
  readonly values = new Map<string, string>();
  /** How many requests were executed. */
  position = 0;
  readonly #numbers = new Set<string>();
  readonly #highest = new Map<NodeId, number>();
  readonly #answers = new Map<string, Truth>();
  readonly #keys = new Map<string, { readonly operation: string; readonly answer: Truth }>();

  /** @returns whether it was executed before, under another number */
  execute({ client, timestamp, mark, key, operation }: Ask): boolean {
    const highest = this.#highest.get(client) ?? 0;
    const number = `${client} ${timestamp}`;
    if (this.#numbers.has(number) || timestamp <= highest - WINDOW) return false;
    this.#numbers.add(number);
    this.#highest.set(client, Math.max(highest, timestamp));
    const name = `${client} ${mark}`;
    const isTwice = this.#answers.has(name);
    this.#answers.set(name, this.#answer(key, operation));
    return isTwice;
  }

  /** The true answer to a request; undefined if it was not executed. */
  answerTo(client: NodeId, mark: string): Truth | undefined {
    return this.#answers.get(`${client} ${mark}`);
  }

  #answer(key: string, operation: string): Truth {
    const before = key === '' ? undefined : this.#keys.get(key);
    if (before !== undefined) return before.operation === operation ? before.answer : { refused: 'conflict' };
    const answer = this.#do(operation);
    if (key !== '') this.#keys.set(key, { operation, answer });
    return answer;
  }

  #do(operation: string): Truth {
    const [, verb, name = '', value] = /^(get|set)(?: ([^ ]*)(?: (.*))?)?$/s.exec(operation) ?? [];
    if (verb !== undefined && (name === '' || (verb === 'get') !== (value === undefined))) return { refused: 'form' };
    if (name.length > LENGTH || (value ?? '').length > LENGTH) return { refused: 'size' };
    if (verb === 'set' && !this.values.has(name) && this.values.size === KEYS) return { refused: 'full' };
    this.position += 1;
    if (verb === 'get') return this.values.get(name) ?? null;
    if (verb === 'set') this.values.set(name, value!);
    return `${this.position}`;
  }
}
