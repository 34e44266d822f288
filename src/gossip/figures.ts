import type { Address } from './address.ts';

/** How a node fares, as its host sees it. */
export interface Figures {
  /** How far it takes itself for ill, so that others get more time; 0 is not at all. */
  readonly ill: number;
  /** By how many ms its timers were late at most, since it was last looked at. */
  readonly lag: number;
  /** What it said since it began. */
  readonly messages: number;
  readonly bytes: number;
  /** How many ms ago it heard others that it is linked with. */
  readonly heard: readonly (readonly [who: Address, ago: number])[];
}
