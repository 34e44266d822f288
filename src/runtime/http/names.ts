import { isIP } from 'node:net';

/**
 * The names under which a node is asked. A page on the Web may have its own name mean 127.0.0.1 (DNS rebinding), and would
 * then be let by the browser to ask whatever listens here; but the browser says under which name it asks (`Host`), and which
 * page does (`Origin`). So only names of loopback are known, those in the URLs of the cluster's nodes, and the address that
 * the node listens at. Who opens a node to the network by 0.0.0.0 or :: may ask it by any address, for an address is no name
 * that somebody else could bend.
 */
export class Names {
  readonly #known = new Set<string>(['localhost']);
  #isOpen = false;
  /** By which it was asked the last time. */
  #latest: string | undefined;

  /** @param address that a node listens at: a name, or an address with or without brackets */
  addAddress(address: string): void {
    if (address === '0.0.0.0' || address === '::') this.#isOpen = true;
    else this.addUrl(`http://${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}`);
  }

  addUrl(url: string): void {
    const name = nameIn(url);
    if (name !== undefined) this.#known.add(name);
  }

  /** @param authority a name or address, and perhaps a port, as in `Host` */
  isHost(authority: string): boolean {
    // Most ask by the same, and what is known stays known.
    if (authority === this.#latest) return true;
    const isKnown = /^[^\s/?#@\\]+$/.test(authority) && this.#isKnown(nameIn(`http://${authority}`));
    if (isKnown) this.#latest = authority;
    return isKnown;
  }

  /** @param origin of a page, as in `Origin` */
  isOrigin = (origin: string): boolean => this.#isKnown(nameIn(origin));

  #isKnown(name: string | undefined): boolean {
    if (name === undefined) return false;
    return this.#known.has(name) || /^127(\.\d+){3}$/.test(name) || name === '[::1]' || (this.#isOpen && isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  }
}

/** The host in a URL as all write it: in small letters, addresses in one form, without the dot of the root. */
const nameIn = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined);
