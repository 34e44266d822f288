/**
 * A program that puts numbers at their extremes into every numeric field of every message, and gives these to a replica and a
 * client in many states. It is a program of its own, for a loop without an end can only be ended from outside. It prints
 * what it tried; and each field that took a number which nothing counts to.
 */
import type { ReplicaContext } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { client } from '../../src/protocols/pbft/client.ts';
import type { Message } from '../../src/protocols/pbft/messages.ts';
import { parseMessage } from '../../src/protocols/pbft/parse.ts';
import type { AnyMachine } from '../../src/sim/replicas/network.ts';
import { replica } from '../../src/protocols/pbft/replica.ts';
import { Cluster } from './replicas.ts';

/** No view, place or number of a client's is ever so large. */
const HUGE = [...Array.from({ length: 21 }, (_, index) => Number.MAX_SAFE_INTEGER - index), 2 ** 53, 1e308, Infinity, NaN, -0, -1, -(2 ** 31), 0.5];
const LARGE = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32];

interface Place {
  readonly from: NodeId;
  readonly to: number;
  readonly message: Message;
}

/** A replica's or the client's states in good times and bad, and what was said, each kind a few times. */
function lived(collector: boolean): { readonly cluster: Cluster; readonly states: Map<number, unknown[]>; readonly said: Place[] } {
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
function* fieldsOf(message: Message): Iterable<{ readonly path: string; readonly put: (value: number) => unknown }> {
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
function signedAnew({ seal }: ReplicaContext, message: Message): Message {
  if (!('body' in message)) return message;
  return { ...message, signature: seal.sign(message.type, message.body) } as Message;
}

const taken = new Set<string>();
let [fields, steps] = [0, 0];
for (const collector of [false, true]) {
  const { cluster, states, said } = lived(collector);
  const seen = new Set<string>();
  for (const { from, to, message } of said) {
    for (const { path, put } of fieldsOf(message)) {
      if (seen.has(path)) continue;
      seen.add(path);
      fields += 1;
      for (const value of HUGE) if (parseMessage(put(value)) !== undefined) taken.add(`${path} = ${Object.is(value, -0) ? '-0' : value}`);
      for (const value of [...LARGE, ...HUGE]) {
        const lie = parseMessage(put(value));
        if (lie === undefined) continue;
        const at = to === 4 ? 4 : 1;
        const machine = (at === 4 ? client : replica) as unknown as AnyMachine;
        for (const state of states.get(at)!) {
          // In its own name, and as one that passes on what others said.
          for (const [sender, heard] of [[from, signedAnew(cluster.node(from).context, lie)], [nodeId(3), lie]] as const) {
            const copy = structuredClone(state);
            for (const effect of machine.step(cluster.node(at).context, copy, { type: 'message', from: sender, message: heard })) {
              if (effect.type === 'send' && parseMessage(JSON.parse(JSON.stringify(effect.message))) === undefined) taken.add(`${path} = ${value} has it say what nobody parses: ${JSON.stringify(effect.message).slice(0, 200)}`);
            }
            for (const timer of at === 4 ? ['retry'] : ['view', 'status']) machine.step(cluster.node(at).context, copy, { type: 'timeout', timer });
            steps += 1;
          }
        }
      }
    }
  }
}
process.stdout.write(`${JSON.stringify({ fields, steps, taken: [...taken] })}\n`);
