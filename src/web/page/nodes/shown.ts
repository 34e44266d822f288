import type { Seeded } from '../../nodes/simulated.ts';
import type { Watched } from '../../nodes/watched.ts';

/** What the view of nodes shows. */
export interface NodesShown {
  /** What is run, or was asked for last. */
  readonly seeded: Seeded;
  readonly watched: Watched | undefined;
  /** What of the run is not there, in a sentence. */
  readonly missing: string | undefined;
  /** The file that the run is of, if it is of one. */
  readonly file: string | undefined;
  readonly isBusy: boolean;
  /** How far that is which is being run, in virtual ms; undefined where nothing is. */
  readonly reached: number | undefined;
  /** Where a link leads, which may not have run yet. */
  readonly sought: number;
  /** In virtual ms. */
  readonly at: number;
  readonly isPlaying: boolean;
  /** The chosen node. */
  readonly who: number | undefined;
}

/** A moment of a run that a link names. */
export type NodesAddress = Pick<NodesShown, 'seeded' | 'at' | 'who'>;

export const NOTHING_SHOWN: NodesShown = {
  seeded: { system: 'pbft', n: 4, seed: 1 },
  watched: undefined,
  missing: undefined,
  file: undefined,
  isBusy: false,
  reached: undefined,
  sought: 0,
  at: 0,
  isPlaying: false,
  who: undefined,
};
