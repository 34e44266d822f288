/** What a node grants to whoever comes by the network. */
export interface Limits {
  /** How many links of others it keeps, and how many of one address, which on loopback may have all. */
  readonly links: number;
  readonly linksOfAddress: number;
  /** Milliseconds in which a new link must say something that means something. */
  readonly silence: number;
  /** How many messages or kilobytes a link may say a second, and how many at once; who says more is read later. */
  readonly rate: number;
  readonly burst: number;
  /** How many bytes may wait for a reader before the link is closed. */
  readonly unread: number;
}

export const LIMITS: Limits = { links: 2048, linksOfAddress: 512, silence: 5000, rate: 500, burst: 1000, unread: 1_000_000 };
