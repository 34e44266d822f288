import type { Context } from '../../src/core/machine.ts';
import type { NodeId } from '../../src/core/node.ts';
import type { Message } from '../../src/replicas/pbft/messages.ts';
import { Cluster } from './replicas.ts';

/** No view, place or number of a client's is ever so large. */
export const HUGE = [...Array.from({ length: 21 }, (_, index) => Number.MAX_SAFE_INTEGER - index), 2 ** 53, 1e308, Infinity, NaN, -0, -1, -(2 ** 31), 0.5];
export const LARGE = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32];

export interface Place {
  readonly from: NodeId;
  readonly to: number;
  readonly message: Message;
}

/** A replica's or the client's states in good times and bad, and what was said, each kind a few times. */
export function lived(collector: boolean): { readonly cluster: Cluster; readonly states: Map<number, unknown[]>; readonly said: Place[] } {
  const cluster = new Cluster(4, { collector, checkpointEvery: 2, batch: 2 });
  const said: Place[] = [];
  const counts = new Map<string, number>();
  let cut = 3;
  cluster.link = (from, to, message) => {
    const count = (counts.get(message.type) ?? 0) + 1;
    counts.set(message.type, count);
    if (count % 40 === 1 || count <= 2) said.push({ from: from.id, to: to.id, message });
    return from.id === cut || to.id === cut ? [] : [1];
  };
  const states = new Map<number, unknown[]>([[1, []], [4, []]]);
  const look = (): void => states.forEach((list, id) => void list.push(structuredClone(cluster.node(id).state)));
  look();
  for (let i = 0; i < 7; i += 1) cluster.ask(`order ${i}`);
  for (let i = 0; i < 3; i += 1) {
    cluster.rest(2);
    look();
  }
  cluster.untilAnswered();
  cut = 0;
  cluster.ask('another');
  cluster.rest(1005);
  look();
  cluster.untilAnswered();
  cut = -1;
  look();
  cluster.rest(5000);
  look();
  return { cluster, states, said };
}

/** Each numeric field of a message, once for all items of a list, with the message as it is with another number there. */
export function* fieldsOf(message: Message): Iterable<{ readonly path: string; readonly put: (value: number) => unknown }> {
  const seen = new Set<string>();
  function* walk(value: unknown, keys: readonly string[]): Iterable<readonly string[]> {
    if (typeof value === 'number') yield keys;
    else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* walk(inner, [...keys, key]);
  }
  for (const keys of walk(message, [])) {
    const path = [message.type, ...keys.map((key) => (/^\d+$/.test(key) ? '*' : key))].join('.');
    if (seen.has(path)) continue;
    seen.add(path);
    yield { path, put: (value) => withAt(message, keys, value) };
  }
}

function withAt(value: unknown, [key, ...rest]: readonly string[], by: number): unknown {
  if (key === undefined) return by;
  const inner = withAt((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value) ? value.map((item: unknown, index) => (`${index}` === key ? inner : item)) : { ...(value as object), [key]: inner };
}

/** As its sender would sign it. */
export function signedAnew({ signer }: Pick<Context, 'signer'>, message: Message): Message {
  if (!('body' in message)) return message;
  return { ...message, signature: signer.sign(message.type, message.body) } as Message;
}
