import { networkInterfaces } from 'node:os';
import { addressOf, endpointOf, hostOf, isUnspecified, type Address } from '../address.ts';

/** By which others reach a node that listens there. Who listens everywhere is called as the others call it, if they do. */
export function ownAddress(host: string, port: number, near: readonly Address[]): Address {
  const own = addressOf(host, port)!;
  if (near.includes(own)) return own;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const hosts = addresses.map(({ address }) => hostOf(address.replace(/%.*$/, '')));
  const isLocal = (name: string): boolean => name === 'localhost' || hosts.includes(name);
  const isLoopback = (name: string): boolean => /^(127\.|::1$|localhost$)/.test(name);
  const named = near.find((one) => {
    const other = endpointOf(one);
    return other.port === port && (isUnspecified(host) ? isLocal(other.host) : isLoopback(host) && other.host === 'localhost');
  });
  if (named !== undefined) return named;
  if (!isUnspecified(host)) return own;
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4') ?? addresses.find(({ internal }) => !internal);
  const isAlone = outer === undefined || (near.length > 0 && near.every((one) => isLoopback(endpointOf(one).host)));
  return addressOf(isAlone ? '127.0.0.1' : outer.address.replace(/%.*$/, ''), port)!;
}
