/**
 * A program that puts numbers at their extremes into every numeric field of every message, and gives these to a replica and a
 * client in many states. It is a program of its own, for a loop without an end can only be ended from outside. It prints
 * what it tried; and each field that took a number which nothing counts to.
 */
import { nodeId } from '../../src/core/node.ts';
import { client } from '../../src/replicas/pbft/client.ts';
import { parseMessage } from '../../src/replicas/pbft/parse.ts';
import type { AnyMachine } from '../../src/core/machine.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import { HUGE, LARGE, fieldsOf, lived, signedAnew } from './wire-lies.ts';

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
        const machine: AnyMachine = (at === 4 ? client : replica);
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
