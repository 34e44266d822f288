/** Where a node listens, and so what it is called: `ip:port`, `[v6]:port` or `name:port`, in its one spelling. */
export type Address = string & { readonly __brand: 'Address' };

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Longer names are refused at the door, so that nothing that is made of them outgrows a message. */
const HOST_MAX = 64;

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const NAME = /^(?=.{1,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** What `text` names, else undefined. `::ffff:1.2.3.4` is 1.2.3.4, and hosts are in small letters. */
export function parseAddress(text: string): Address | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([^:[\]]{1,64})):(\d{1,5})$/.exec(text);
  return found === null ? undefined : addressOf(found[1] ?? found[2]!, Number(found[3]));
}

/** @returns undefined if there is no such host or port */
export function addressOf(host: string, port: number): Address | undefined {
  const spelt = hostOf(host);
  if (spelt === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return `${spelt.includes(':') ? `[${spelt}]` : spelt}:${port}` as Address;
}

export function endpointOf(address: Address): Endpoint {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

/** Whether a node says that it listens everywhere, which tells nobody where. */
export const isUnspecified = (host: string): boolean => host === '' || host === '0.0.0.0' || /^[0:]+$/.test(host);

/** The one spelling of a host, else undefined. */
export function hostOf(host: string): string | undefined {
  if (host.length > HOST_MAX) return undefined;
  const small = host.toLowerCase();
  if (!small.includes(':')) return V4.test(small) || (NAME.test(small) && !/^[\d.]+$/.test(small)) ? small : undefined;
  const groups = groupsOf(small);
  if (groups === undefined) return undefined;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.') : shortest(groups);
}

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const lists = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(groupOf)));
  if (lists.flat().some((group) => group === undefined)) return undefined;
  const [head, tail = []] = lists as number[][];
  const missing = 8 - head!.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return halves.length === 2 ? [...head!, ...Array.from({ length: missing }, () => 0), ...tail] : head;
}

function groupOf(text: string): (number | undefined)[] {
  if (V4.test(text)) {
    const [a, b, c, d] = text.split('.').map(Number);
    return [a! * 256 + b!, c! * 256 + d!];
  }
  return [/^[0-9a-f]{1,4}$/.test(text) ? Number.parseInt(text, 16) : undefined];
}

/** As RFC 5952 has it: the longest run of zeros left out. */
function shortest(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].toSorted((a, b) => b[0].replace(/^:/, '').length - a[0].replace(/^:/, '').length);
  const [run] = runs;
  if (run === undefined) return text;
  const before = text.slice(0, run.index);
  const after = text.slice(run.index + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}
