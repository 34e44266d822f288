/**
 * A program that holds the keys of one node of a cluster, and is no replica: at full rate it sends all others every type of
 * message, with numbers at their extremes in each field, as it would sign it itself and as others signed it. It prints how many
 * messages were taken, by the answer, when it is ended.
 *
 *     node traitor-with-keys.js <cluster.json> <id> <folder of its secret>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'undici';
import { nodeId } from '../../src/core/node.ts';
import { parseClusterConfig } from '../../src/replicas/http/cluster-config.ts';
import { DIGEST, FROM, MAC, TO } from '../../src/runtime/http/nodes.ts';
import { serviceNamed } from '../../src/replicas/http/services.ts';
import { digestOf, networkEnvelopes, networkSigner, newVerdicts } from '../../src/runtime/signer.ts';
import type { Message } from '../../src/replicas/pbft/messages.ts';
import { HUGE, LARGE, fieldsOf, lived, signedAnew } from './wire-lies.ts';

const [file = '', word = '', folder = ''] = process.argv.slice(2);
const plan = parseClusterConfig(readFileSync(file, 'utf8'), file);
const self = nodeId(Number(word));
const secret = readFileSync(join(folder, 'secret'), 'utf8').trim();
const keys = { cluster: plan.cluster, self, secret, keysOf: (id: number) => plan.members[id % plan.members.length], verdicts: newVerdicts() };
const [envelopes, signer, service] = [networkEnvelopes(keys), networkSigner(keys), serviceNamed(plan.protocol)];

/** All that it says, over and over. */
function lies(): { readonly path: string; readonly body: Buffer }[] {
  const { said } = lived(plan.settings['collector'] === true);
  return said.flatMap(({ message }) =>
    [...fieldsOf(message)].flatMap(({ put }) =>
      [...LARGE, ...HUGE.slice(0, 2), 1e308, -1].flatMap((value) => {
        const lie = put(value) as Message;
        return [lie, signedAnew({ signer }, lie)].map((one) => ({ path: service.pathOf(one), body: Buffer.from(JSON.stringify(one)) }));
      }),
    ),
  );
}

const answers: Record<string, number> = {};
const all = lies();

async function flood(url: string, to: number, from: number): Promise<void> {
  const client = new Client(url, { pipelining: 32 });
  for (let index = from; ; index = (index + 1) % all.length) {
    const { path, body } = all[index]!;
    const digest = digestOf(body);
    const headers = { 'content-type': 'application/json', [FROM]: String(self), [TO]: String(to), [DIGEST]: digest, [MAC]: envelopes.mac(nodeId(to), path, digest) };
    try {
      const answer = await client.request({ method: 'POST', path, headers, body });
      await answer.body.dump();
      answers[answer.statusCode] = (answers[answer.statusCode] ?? 0) + 1;
    } catch {
      answers['broken off'] = (answers['broken off'] ?? 0) + 1;
    }
  }
}

process.once('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ type: 'ended', lies: all.length, answers })}\n`);
  process.exit(0);
});
for (const { id, url } of plan.members) if (id !== self) for (let hand = 0; hand < 16; hand += 1) void flood(url, id, Math.floor((hand * all.length) / 16));
process.stdout.write(`${JSON.stringify({ type: 'begun', lies: all.length })}\n`);
