/**
 * When a question is asked again that was not answered: soon at first, as it may be lost, and then ever less often, as whoever is asked may
 * be gone. Most of the tries must be in the first step, in which whoever is asked awaits the question. An initiator
 * needs the answers as well, which come late where somebody is missing: so it goes on at a steady pace.
 */
import type { Asked } from './state.ts';

/** Milliseconds until a question is first asked again; and no later than that before an answer to it is due. */
export const AGAIN_AFTER = 50;

/** Each gap is longer than the last by so much. */
const GROWTH = 1.5;

/** The longest gap, in steps. */
const GAP_MAX = 1 / 2;
const GAP_MAX_OF_INITIATOR = 1 / 4;

/** In how many ms that question is asked again; undefined if an answer to it would come too late. */
export function waitFor({ gap, left }: Pick<Asked, 'gap' | 'left'>): number | undefined {
  return left >= gap + AGAIN_AFTER ? gap : undefined;
}

/** The gap after that one. @param way how long the way is on which it is asked @param step how many ms are for each level */
export const nextGap = (gap: number, way: number, step: number): number =>
  Math.max(AGAIN_AFTER, Math.floor(Math.min(gap * GROWTH, step * (way === 1 ? GAP_MAX_OF_INITIATOR : GAP_MAX))));
