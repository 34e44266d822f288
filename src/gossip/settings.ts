/** What all nodes of a network should share, but need not: timers in milliseconds, and bounds. */
export type GossipSettings = {
  // Rules of the network.
  readonly gossipEvery: number;
  readonly gossipMessages: number;
  readonly seedTimeout: number;
  /** How long a node waits for the hello of one whom it dialled, before it takes it for an older program that says none. */
  readonly helloWait: number;
  // Liveness.
  /** 0: `timeout`, 1: `misses`, 2: `swim`; an index of `DETECTORS`. */
  readonly detector: number;
  readonly pingEvery: number;
  readonly silenceMax: number;
  readonly missesMax: number;
  readonly probeEvery: number;
  readonly probeTimeout: number;
  /** How many others are asked to look as well. */
  readonly indirectProbes: number;
  readonly suspicionMin: number;
  readonly suspicionMax: number;
  // The overlay.
  readonly degreeMax: number;
  /** So many members a peer knows: of a larger network a part. */
  readonly viewMax: number;
  readonly healEvery: number;
  readonly syncEvery: number;
  readonly beaconEvery: number;
  // Seeds.
  /** How long a seed looks whether an accused peer lives, before it votes. */
  readonly inquiry: number;
  readonly compareEvery: number;
  /** How long a seed knows who ended; it is to be longer than partitions last. */
  readonly forgetAfter: number;
  /** Whether reports are believed without a look, as older programs do. */
  readonly trustsAll: boolean;
  /** Whether votes are counted so that seeds may lie. */
  readonly byzantineSeeds: boolean;
};

/** For processes on one machine or in one room. */
export const LAN: GossipSettings = {
  gossipEvery: 5000,
  gossipMessages: 10,
  seedTimeout: 3000,
  helloWait: 300,
  detector: 2,
  pingEvery: 5000,
  silenceMax: 15_000,
  missesMax: 3,
  probeEvery: 1000,
  probeTimeout: 500,
  indirectProbes: 3,
  suspicionMin: 1000,
  suspicionMax: 2500,
  degreeMax: 14,
  viewMax: 256,
  healEvery: 10_000,
  syncEvery: 10_000,
  beaconEvery: 4000,
  inquiry: 2500,
  compareEvery: 5000,
  forgetAfter: 24 * 3_600_000,
  trustsAll: false,
  byzantineSeeds: false,
};

/** For processes on one machine, where nothing takes long: who does not answer at once is gone. */
const LOCAL: GossipSettings = { ...LAN, helloWait: 200, probeEvery: 500, probeTimeout: 250, suspicionMin: 500, suspicionMax: 1200, healEvery: 5000, syncEvery: 5000, beaconEvery: 2000, compareEvery: 2500 };

/** For nodes far apart: answers take long, and some are lost, so that all have more time. */
const WAN: GossipSettings = { ...LAN, seedTimeout: 8000, helloWait: 1500, probeEvery: 2000, probeTimeout: 2000, suspicionMin: 4000, suspicionMax: 12_000, inquiry: 6000, beaconEvery: 8000, compareEvery: 10_000 };

/** Timers that go together, by where nodes are. */
export const PRESETS = { local: LOCAL, lan: LAN, wan: WAN } as const;
