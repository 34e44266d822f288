import { connect, type Socket } from 'node:net';
import { nodeId } from '../../src/core/node.ts';
import { DIGEST, FROM, MAC, TO } from '../../src/runtime/http/nodes.ts';
import type { ClusterConfig } from '../../src/replicas/http/cluster-config.ts';
import { digestOf, networkEnvelopes } from '../../src/runtime/signer.ts';

/** A bare connection to a node. */
export function opened(url: string, allowHalfOpen = false): Socket {
  const { hostname, port } = new URL(url);
  return connect({ port: Number(port), host: hostname, allowHalfOpen });
}

/** All that comes of it, until it ends. */
export async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** What comes of it if it says that, until it ends. */
export function said(url: string, text: string | Uint8Array): Promise<string> {
  const socket = opened(url, true);
  socket.write(text);
  return textOf(socket);
}

/** The headers of a message between nodes, by a node with that secret. */
export function sealed({ plan, secrets }: { readonly plan: ClusterConfig; readonly secrets: readonly string[] }, { from, to, path, body, by = from }: { from: number; to: number; path: string; body: string; by?: number }): Record<string, string> {
  const count = plan.members.length;
  const envelopes = networkEnvelopes({ cluster: plan.cluster, self: nodeId(by), secret: secrets[by % count]!, keysOf: (id) => plan.members[id % count] });
  const digest = digestOf(Buffer.from(body));
  return { [FROM]: String(from), [TO]: String(to), [DIGEST]: digest, [MAC]: envelopes.mac(nodeId(to), path, digest) };
}
