import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { nodeId } from '../src/core/node.ts';
import { ratesFor } from '../src/runtime/http/allowance.ts';
import { Names } from '../src/runtime/http/names.ts';
import { Counts, metricsOf } from '../src/runtime/http/counts.ts';
import { serverFor } from '../src/runtime/http/server.ts';
import { networkSigner, newSecret, publicKeysOf } from '../src/runtime/signer.ts';

/** One server that orders requests alone: what a user gets of it is what a cluster gives, less the agreement. */
const secret = newSecret();
const keys = publicKeysOf(secret);
const [client, server] = [1, 0].map((id) => networkSigner({ cluster: 'alone', self: nodeId(id), secret, keysOf: () => keys }));
const counts = new Counts();
const { registry, seconds } = metricsOf(counts, () => ({ view: 0, executed, unheeded: 0, backlog: 0, waiting: 0 }));
let executed = 0;
let digest = '';

const http = serverFor({
  counts,
  patience: 30_000,
  paths: ['/preprepare'],
  status: () => 'Node 0 Up and Running',
  fullStatus: () => ({ executed, digest, counts: counts.all() }),
  metrics: () => registry.metrics(),
  async order(data) {
    const start = performance.now();
    const body = { client: 1, timestamp: executed, data };
    const request = JSON.parse(JSON.stringify({ body, signature: client!.sign('request', body) })) as { body: typeof body; signature: string };
    if (!server!.verify(nodeId(1), 'request', request.body, request.signature)) throw new Error('a forged request');
    executed += 1;
    digest = server!.digest({ digest, request: server!.digest(request.body) });
    const elapsed = (performance.now() - start) / 1000;
    seconds.observe(elapsed);
    await Promise.resolve();
    return { status: 200, text: `\nPBFT Consensus Time: ${elapsed}s\n` };
  },
  names: new Names(),
  peers: 0,
  rates: ratesFor(0),
  admits: () => 'unknown',
  homeOf: (id) => id,
  sizeMax: () => ({ bytes: 0, depth: 0, parts: 0 }),
  greet: () => undefined,
  hear: () => 'malformed',
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
process.stdout.write(`${JSON.stringify({ type: 'ready', nodes: [{ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }] })}\n`);
