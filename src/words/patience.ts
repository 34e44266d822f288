/** For how long an answer is awaited in a consensus among so many, in ms. */
import { questionsIn } from './tree.ts';

/** Whatever is asked for. */
export const WITHIN_MIN = 50;
export const WITHIN_MAX = 10_000;

/** What the format of datagrams has room for. */
export const WITHIN_LONGEST = 60_000;

/** What is usual. */
export const WITHIN = 3000;

/** Several times what a question and its answer take where all peers share one processor. */
const PER_QUESTION = 1;

/** As long as it is waited where nobody says how long. Many questions take their time. */
export const usualWithin = (n: number, m: number): number => Math.min(WITHIN_LONGEST, Math.max(WITHIN, Math.ceil(PER_QUESTION * questionsIn(n, m))));

/** As long as it is waited at most. */
export const longestWithin = (n: number, m: number): number => Math.max(WITHIN_MAX, usualWithin(n, m));

/** After which ms from its start all that a peer took part in before is over for everyone: of usual size, and of any. */
export const YOUTHS = [WITHIN_MAX, WITHIN_LONGEST].map((within) => ({ within, lasts: 2 * within }));
