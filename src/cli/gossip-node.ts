import { UserError, quotedPath } from '../core/user-error.ts';
import { hostOf, type Address } from '../gossip/address.ts';
import { seedsIn } from '../gossip/config.ts';
import type { Output } from '../gossip/outputs.ts';
import { listen } from '../gossip/tcp/member.ts';
import { LEAVING } from '../gossip/tcp/network.ts';
import type { GossipNode } from '../gossip/tcp/node.ts';
import { DamagedLog } from '../runtime/log.ts';
import { askWords } from '../repl/ask-words.ts';
import { UsageError, whole } from './arguments.ts';
import { readText } from './files.ts';
import { openGossipLog, type GossipLog, type Speaker } from './gossip-log.ts';
import { MEETS, warnOfTrust } from './gossip-options.ts';
import { warnIfOpen } from './open.ts';
import { untilSignalled } from './signals.ts';
import type { GossipNodeOptions, Place } from './subcommands/seed.ts';
import { version } from './version.ts';

/** Runs one seed or peer until a signal. @returns the exit status */
export async function gossipNodeCommand(options: GossipNodeOptions): Promise<number> {
  const place = options.place ?? (await askedPlace(options.role));
  if (place === undefined) return 130;
  if (hostOf(place.host) === undefined && place.host !== '') throw new UsageError(`the address is one to listen at, such as 127.0.0.1, not ${JSON.stringify(place.host.slice(0, 64))}`);
  const seeds = seedsIn(readText(place.config), place.config);
  return untilSignalled((signalled) => served(options, place, seeds, signalled));
}

/** As the older programs ask. @returns undefined if it was left */
async function askedPlace(role: 'seed' | 'peer'): Promise<Place | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new UsageError(`${role} needs an address, a port and the file of the seeds: generals ${role} 127.0.0.1 5000 config.txt`);
  const answers = await askWords([
    { name: 'host', message: 'Address to listen at', fallback: '127.0.0.1', fault: (word) => (hostOf(word) === undefined ? 'an address such as 127.0.0.1' : undefined) },
    { name: 'port', message: 'Port', fallback: role === 'seed' ? '5000' : '0', fault: (word) => (/^\d{1,5}$/.test(word) && Number(word) <= 65_535 ? undefined : 'a number from 0 to 65535; 0 lets the system choose') },
    { name: 'config', message: 'File that names the seeds', fallback: 'config.txt', fault: (word) => faultOf(() => seedsIn(readText(word), word)) },
  ]);
  return answers === undefined ? undefined : { host: answers.host, port: whole(answers.port, 'the port', 0, 65_535)!, config: answers.config };
}

/** What is wrong, in one line; undefined if nothing is. */
function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError || error instanceof UsageError) return error.message;
    throw error;
  }
}

async function served(options: GossipNodeOptions, { host, port, config }: Place, seeds: readonly Address[], signalled: Promise<number>): Promise<number> {
  const { role, settings, dialect, cluster, speed, data, json } = options;
  let failure: Error | undefined;
  let fail: (status: number) => void = () => undefined;
  const failed = new Promise<number>((resolve) => (fail = resolve));
  let log: GossipLog | undefined;
  let hasLeft: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (hasLeft = resolve));
  const heed = (output: Output): void => {
    log?.output(speaker, output);
    if (output.type === 'left') hasLeft();
  };
  const node: GossipNode = await listen({ role, fault: undefined, host, port, settings, dialect, version: version(), cluster, speed, data, near: seeds }, {
    output: heed,
    failed(error) {
      failure = error;
      fail(1);
    },
  });
  const speaker: Speaker = { role, address: node.address };
  try {
    if (role === 'seed' && !seeds.includes(node.address)) throw new UserError(`${quotedPath(config)} names no seed at ${node.address}, so that no peer would find it: ${seeds.join(', ')}`);
    log = await openGossipLog(options.output ?? logFileFor(options, node.address), json);
    warnIfOpen(host, MEETS);
    warnOfTrust(settings);
    log.say(speaker, `Listening at ${node.address}, process ${process.pid}, dialect ${dialect}`, { type: 'listening', role, pid: process.pid, seeds });
    opened(() => node.start(seeds));
    const status = await Promise.race([signalled, failed]);
    if (failure !== undefined) process.stderr.write(`generals: the list cannot be kept, so this seed says nothing more: ${failure.message}\n`);
    else if (role === 'peer') {
      node.input({ type: 'leave' });
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVING).unref())]);
    }
    return status;
  } finally {
    await node.stop();
    await log?.close();
  }
}

/** Where older programs of the dialect keep theirs. */
function logFileFor({ role, dialect }: GossipNodeOptions, address: Address): string {
  if (dialect === '2026') return 'outputfile.txt';
  return role === 'seed' ? 'seedlog.txt' : `peerlog_${address.slice(address.lastIndexOf(':') + 1)}.txt`;
}

/** A damaged list is the user's to deal with, not an error of this program. */
function opened(start: () => void): void {
  try {
    start();
  } catch (error) {
    throw error instanceof DamagedLog ? new UserError(error.message) : error;
  }
}
