import type { NodeId } from '../core/node.ts';

/** What a client wants done, by its own number. */
export interface Ask {
  readonly client: NodeId;
  readonly timestamp: number;
  readonly operation: string;
}

/**
 * What the state machine of a log has to do, for a judge: every request is executed once, but not behind `window` later numbers
 * of its client, and gets the next position. `set <key> <value>` also remembers a value, `get <key>` answers it, and all else is answered by its position.
 */
export class Ledger {
  readonly values = new Map<string, string>();
  readonly #answers = new Map<string, string>();
  readonly #window: number;
  readonly #highest = new Map<NodeId, number>();

  /** @param window how far apart the numbers are that one client may have under way */
  constructor(window: number) {
    this.#window = window;
  }

  /** How many requests were executed. */
  get position(): number {
    return this.#answers.size;
  }

  execute({ client, timestamp, operation }: Ask): void {
    const key = `${client} ${timestamp}`;
    const highest = this.#highest.get(client) ?? 0;
    if (this.#answers.has(key) || timestamp <= highest - this.#window) return;
    this.#highest.set(client, Math.max(highest, timestamp));
    const [, verb, name = '', value = ''] = /^(get|set)(?: ([^ ]*) ?(.*))?$/s.exec(operation) ?? [];
    this.#answers.set(key, verb === 'get' ? (this.values.get(name) ?? '') : `${this.position + 1}`);
    if (verb === 'set') this.values.set(name, value);
  }

  /** The true answer to a request; undefined if it was not executed. */
  answerTo(client: NodeId, timestamp: number): string | undefined {
    return this.#answers.get(`${client} ${timestamp}`);
  }
}
