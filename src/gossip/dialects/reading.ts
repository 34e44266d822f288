/** What both dialects write alike. */
import { addressOf, endpointOf, hostOf, isUnspecified, parseAddress, type Address } from '../address.ts';
import type { Listed, Message } from '../messages.ts';
import type { Link } from './dialect.ts';

/** Who says that it listens everywhere listens where it calls from. */
export function addressAt(host: string, port: string, { source }: Link): Address | undefined {
  if (!/^\d{1,5}$/.test(port)) return undefined;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return addressOf(isUnspecified(bare) ? source : bare, Number(port));
}

/** `ip:port`, of which the ip may be empty. */
export function addressIn(text: string, link: Link): Address | undefined {
  const colon = text.lastIndexOf(':');
  return colon === -1 ? undefined : addressAt(text.slice(0, colon), text.slice(colon + 1), link);
}

/**
 * `Dead Node:<ip>:<port>:<ts>:<reporterIp>`, or without the port: then it is about the only one who is known there. Where two are,
 * it is about nobody.
 */
export function deadReportIn(text: string, link: Link): Message | undefined {
  const found = DEAD_NODE.exec(text);
  if (found === null) return undefined;
  const [, host, port, at, reporter] = found;
  const named = port === undefined ? onlyOne(link.knownAt(hostOf(host!.replace(/^\[(.*)\]$/, '$1')) ?? '')) : addressAt(host!, port, link);
  if (named === undefined) return undefined;
  const by = reporter!.replace(/^\[(.*)\]$/, '$1');
  return { type: 'dead-report', address: named, at: at!, reporter: isUnspecified(by) ? link.source : (hostOf(by) ?? link.source) };
}

export const deadReportOf = ({ address, at, reporter }: Extract<Message, { type: 'dead-report' }>): string => `Dead Node:${address}:${at}:${reporter}`;

export const HOST = String.raw`(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{0,64})`;

const DEAD_NODE = new RegExp(String.raw`^Dead Node:\s{0,3}(${HOST})(?::(\d{1,5}))?:([^:|,]{1,40}):\s{0,3}(${HOST})\s*$`);

const onlyOne = (all: readonly Address[]): Address | undefined => (all.length === 1 ? all[0] : undefined);

/** Addresses between commas or semicolons, each once; some add how many neighbours each has. What is none is left out. */
export function listIn(text: string): readonly Listed[] {
  const found = new Map<Address, Listed>();
  for (const item of text.split(/[,;]/)) {
    const listed = listedIn(item.trim());
    if (listed !== undefined) found.set(listed.address, listed);
  }
  return [...found.values()];
}

function listedIn(item: string): Listed | undefined {
  const plain = parseAddress(item);
  if (plain !== undefined) return isUnspecified(endpointOf(plain).host) ? undefined : { address: plain };
  const found = /^(.{3,70}):(\d{1,6})$/.exec(item);
  const address = found === null ? undefined : parseAddress(found[1]!);
  return address === undefined || isUnspecified(endpointOf(address).host) ? undefined : { address, degree: Number(found![2]) };
}
