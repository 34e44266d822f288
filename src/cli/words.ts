import { lookup } from 'node:dns/promises';
import { quoted } from '../core/user-error.ts';
import { addressOf, isHost, type Address } from '../words/address.ts';
import { eventLine } from '../words/answers.ts';
import { LineServer } from '../words/udp/line-server.ts';
import { WordsNode } from '../words/udp/node.ts';
import { UsageError } from './arguments.ts';
import { warnIfOpen } from './open.ts';
import { untilSignalled } from './signals.ts';
import type { PeerOptions } from './subcommands/words.ts';

/** Runs one peer until a signal. @returns the exit status */
export async function wordsPeer(options: PeerOptions): Promise<number> {
  if (!isHost(options.host)) throw new UsageError(`--host is an IPv4 address, not ${quoted(options.host)}`);
  const joins = await Promise.all(options.joins.map(addressTyped));
  return untilSignalled((signalled) => served(options, joins, signalled));
}

async function served({ host, port, cliPort, name, loss, settings, json }: PeerOptions, joins: readonly Address[], signalled: Promise<number>): Promise<number> {
  const node = await WordsNode.listen({ host, port, name, joins, settings, loss: loss / 100 });
  let lines: LineServer | undefined;
  try {
    lines = await LineServer.listen(node, host, cliPort);
    warnIfOpen(host, 'can set words, and command this peer');
    if (json) say(JSON.stringify({ v: 1, type: 'listening', address: node.address, name: node.name, cliPort: lines.port, pid: process.pid }));
    else say(`Peer ${node.name} listens at ${node.address} (UDP), and for commands at port ${lines.port} (TCP); process ${process.pid}`);
    node.heed((output) => {
      if (output.type === 'dropped' || output.type === 'answered') return;
      if (json) return say(JSON.stringify(output));
      const line = eventLine(node.state, node.address, output);
      if (line !== undefined) say(line);
    });
    node.start();
    return await signalled;
  } finally {
    await lines?.stop();
    await node.stop();
  }
}

/** An address as people type it, whose host may be a name. @throws UsageError */
async function addressTyped(text: string): Promise<Address> {
  const [, host = '', port] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  const place = isHost(host) ? host : host === '' ? undefined : await lookup(host, { family: 4 }).then(({ address }) => address, () => undefined);
  const address = place === undefined ? undefined : addressOf(place, Number(port));
  if (address === undefined) throw new UsageError(`--join takes addresses such as 127.0.0.1:5000, not ${quoted(text)}`);
  return address;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
