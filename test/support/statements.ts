import type { NodeId } from '../../src/core/node.ts';
import type { Message } from '../../src/replicas/pbft/messages.ts';

/** All that nodes signed, and whether anyone ever contradicted himself. */
export class Statements {
  readonly #said = new Map<string, string>();
  /** The highest view that each replica has left, or asked for. */
  readonly #left = new Map<NodeId, number>();
  count = 0;
  contradiction: string | undefined;

  /** Takes what a node said of itself; what it passes on for others is theirs. */
  heard(by: NodeId, message: Message): void {
    switch (message.type) {
      case 'pre-prepare':
        return this.#placed(by, 'pre-prepare', message.body);
      case 'prepare':
      case 'commit':
        if (message.body.replica === by) this.#placed(by, message.type, message.body);
        return;
      case 'checkpoint':
        if (message.body.replica === by) this.#once(by, `checkpoint of place ${message.body.sequence}`, message.body.digest);
        return;
      case 'view-change':
        if (message.body.replica !== by) return;
        this.#left.set(by, Math.max(this.#left.get(by) ?? 0, message.body.view));
        return this.#once(by, `view-change to view ${message.body.view}`, JSON.stringify(message.body));
      default:
        return;
    }
  }

  #placed(by: NodeId, what: string, { view, sequence, digest }: { readonly view: number; readonly sequence: number; readonly digest: string }): void {
    if (view < (this.#left.get(by) ?? 0)) this.contradiction ??= `${by} left view ${view} and said ${what} in it`;
    this.#once(by, `${what} for view ${view}, place ${sequence}`, digest);
  }

  #once(by: NodeId, what: string, content: string): void {
    this.count += 1;
    const before = this.#said.get(`${by} ${what}`);
    if (before !== undefined && before !== content) this.contradiction ??= `${by} said two different things: ${what}`;
    this.#said.set(`${by} ${what}`, content);
  }
}
