import type { NodeId } from '../core/node.ts';

/** What a client wants done, by its own number. */
export interface Ask {
  readonly client: NodeId;
  readonly timestamp: number;
  readonly operation: string;
}

/**
 * What the state machine of a log has to do, without a bound and for a judge: every request is executed once, and gets the
 * next position. `set <key> <value>` also remembers a value, `get <key>` answers it, and all else is answered by its position.
 */
export class Ledger {
  readonly values = new Map<string, string>();
  readonly #answers = new Map<string, string>();

  /** How many requests were executed. */
  get position(): number {
    return this.#answers.size;
  }

  execute({ client, timestamp, operation }: Ask): void {
    const key = `${client} ${timestamp}`;
    if (this.#answers.has(key)) return;
    const [, verb, name = '', value = ''] = /^(get|set)(?: ([^ ]*) ?(.*))?$/s.exec(operation) ?? [];
    this.#answers.set(key, verb === 'get' ? (this.values.get(name) ?? '') : `${this.position + 1}`);
    if (verb === 'set') this.values.set(name, value);
  }

  /** The true answer to a request; undefined if it was not executed. */
  answerTo(client: NodeId, timestamp: number): string | undefined {
    return this.#answers.get(`${client} ${timestamp}`);
  }
}
