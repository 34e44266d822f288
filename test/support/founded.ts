import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { OWN_HOST } from './own-host.ts';
import { here } from './run.ts';
import type { Node } from './load.ts';

/** Has the program write the files of a cluster of four, each of whose replicas is to be a program, at ports that nobody uses at the moment. */
export async function founded(folder: string, protocol: string): Promise<readonly Node[]> {
  const urls = (await freePorts(4, OWN_HOST)).map((port) => `http://${OWN_HOST}:${port}`);
  const { code, err } = await here(['cluster', '--protocol', protocol, '--urls', urls.join(','), '--data', folder]);
  if (code !== 0) throw new Error(err);
  const { members } = JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as { readonly members: readonly { readonly id: number; readonly url: string }[] };
  return members.map(({ id, url }) => ({ id, url, kind: 'loyal' }));
}

/** So many ports that nobody uses at the moment. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
  return ports;
}
