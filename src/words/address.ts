/** Where a peer listens, and so what it is called: an IPv4 address and a port, as in `127.0.0.1:5000`. */
export type Address = string & { readonly __brand: 'WordsAddress' };

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** What `text` names, else undefined. */
export function parseAddress(text: string): Address | undefined {
  const found = /^([\d.]{7,15}):(\d{1,5})$/.exec(text);
  return found === null ? undefined : addressOf(found[1]!, Number(found[2]));
}

/** @returns undefined if nobody can be reached there: it is no IPv4 address, or one that means all of them, or there is no such port */
export function addressOf(host: string, port: number): Address | undefined {
  return isHost(host) && host !== '0.0.0.0' && isPort(port) ? (`${host}:${port}` as Address) : undefined;
}

export const hostIn = (address: Address): string => address.slice(0, address.indexOf(':'));
export const portIn = (address: Address): number => Number(address.slice(address.indexOf(':') + 1));

export const isHost = (host: string): boolean => V4.test(host);
export const isPort = (port: unknown): port is number => Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
