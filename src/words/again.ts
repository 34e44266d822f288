/**
 * When a question is asked again that was not answered: soon at first, as it may be lost, and then ever less often, as whoever is asked may
 * be gone. Most of the tries must be in the first step, in which whoever is asked awaits the question. An initiator
 * needs the answers as well, which come late where somebody is missing: so it goes on at a steady pace.
 */
import type { Asked, Instance } from './state.ts';
import { questionsIn } from './tree.ts';

/** Milliseconds until a question is first asked again; and no later than that before an answer to it is due. */
export const AGAIN_AFTER = 50;

/** And for each question of the consensus: who is asked last has to read its share before it answers, and who is asked earlier waits for all others. */
const PER_QUESTION = 0.2;
const PER_QUESTION_OF_ALL = 0.3;

/** But there must be time to be heard at its level: the first gap of a question on a way of one is no longer than so many steps, on one of two than twice as many. */
const FIRST_GAP_MAX = 1 / 3;

/** Each gap is longer than the last by so much. */
const GROWTH = 1.5;

/** The longest gap, in steps. */
const GAP_MAX = 1 / 2;
const GAP_MAX_OF_INITIATOR = 1 / 4;

export type Timing = Pick<Instance, 'lieutenants' | 'm' | 'step'>;

/** After how many ms a question on a way of that length is first asked again. */
export function firstGap({ lieutenants, m, step }: Timing, way: number): number {
  const questions = questionsIn(lieutenants.length + 1, m);
  const gap = way > m ? PER_QUESTION * questions : Math.min(PER_QUESTION_OF_ALL * questions, way * step * FIRST_GAP_MAX);
  return Math.max(AGAIN_AFTER, Math.floor(gap));
}

/** The gap after that one. */
export const nextGap = (timing: Timing, way: number, gap: number): number =>
  Math.max(firstGap(timing, way), Math.floor(Math.min(gap * GROWTH, timing.step * (way === 1 ? GAP_MAX_OF_INITIATOR : GAP_MAX))));

/** In how many ms that question is asked again; undefined if an answer to it would come too late. */
export function waitFor({ gap, left }: Pick<Asked, 'gap' | 'left'>): number | undefined {
  return left >= gap + AGAIN_AFTER ? gap : undefined;
}
