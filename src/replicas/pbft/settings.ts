import type { Settings } from '../../core/machine.ts';

/** What can be set, all times in milliseconds. All replicas of a cluster must be set alike. */
export interface PbftSettings extends Settings {
  /** How long a request may wait to be executed before its primary is suspected; doubled with every view change in vain. */
  readonly timeout: number;
  /** How long votes may wait for a collector’s certificate before they go to everyone. */
  readonly collectorTimeout: number;
  /** How often a replica tells another where it stands; everyone, while it is stuck. */
  readonly statusEvery: number;
  /** How long a client waits for its answer before it asks everyone. */
  readonly retryAfter: number;
  /** K: a checkpoint is taken every K sequence numbers. The log’s window is 2K. */
  readonly checkpointEvery: number;
  /** The most requests in a batch. */
  readonly batch: number;
  /** The most batches under way while more requests wait for the next. */
  readonly pipeline: number;
  /** Votes go to one node, and a certificate comes back. */
  readonly collector: boolean;
  /** The first view, and so, modulo n, the first primary. */
  readonly firstView: number;
}

export const DEFAULTS: PbftSettings = {
  timeout: 1000,
  collectorTimeout: 300,
  statusEvery: 500,
  retryAfter: 700,
  checkpointEvery: 64,
  batch: 100,
  pipeline: 16,
  collector: false,
  firstView: 0,
};

const TIME = [1, 3_600_000] as const;

/** What each setting may be, from the first to the second; or a flag. */
const MAY_BE: { readonly [Name in keyof typeof DEFAULTS]: readonly [number, number] | 'flag' } = {
  timeout: TIME,
  collectorTimeout: TIME,
  statusEvery: TIME,
  retryAfter: TIME,
  // A slot for each sequence number of a window of twice as many is there from the start.
  checkpointEvery: [1, 2048],
  batch: [1, 4096],
  pipeline: [1, 4096],
  collector: 'flag',
  firstView: [0, 1023],
};

/** What is wrong with settings, in words; undefined if nothing is. All that loops and lists depend on is bounded here. */
export function flawOfSettings(settings: Settings): string | undefined {
  for (const [name, value] of Object.entries(settings)) {
    const bounds = Object.hasOwn(MAY_BE, name) ? MAY_BE[name] : undefined;
    if (bounds === undefined) return `there is no setting "${name}": ${Object.keys(MAY_BE).join(', ')}`;
    if (bounds === 'flag') {
      if (typeof value !== 'boolean') return `${name} is true or false, not ${value}`;
    } else if (!Number.isSafeInteger(value) || Number(value) < bounds[0] || Number(value) > bounds[1]) return `${name} is a whole number from ${bounds[0]} to ${bounds[1]}, not ${value}`;
  }
  return undefined;
}

/** Timeouts double so often at most; the paper doubles for ever. */
export const DOUBLINGS = 6;

/** The most requests that one client may have under way. */
export const CLIENT_WINDOW = 128;

/**
 * The most clients of a replica. Each client is at home at one, whose keys it signs with: at the remainder of its id by n. So
 * a traitor’s clients make no more work and state than those of a loyal replica.
 */
export const CLIENTS = 8;

/** Numbers of clients are below this: 17 years of a thousand requests a second. */
export const NUMBERS = 2 ** 39;

/**
 * No view and no sequence number is ever so large: a view each millisecond would take 34 years to come there, a sequence number each
 * microsecond nine. What comes off a wire is below, so that sums stay whole numbers, and no loop over them is without an end.
 */
export const VIEWS = 2 ** 40;
export const PLACES = 2 ** 48;

/** The most bytes, as UTF-16 units, of an operation. */
export const OPERATION_LENGTH = 4096;

export const settingsOf = (settings: Settings): PbftSettings => ({ ...DEFAULTS, ...settings });
