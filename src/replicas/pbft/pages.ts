/**
 * How large the pages are of which a state is made (`snapshot.ts`).
 *
 * Bounds: JSON takes 6 bytes at most for a unit of UTF-16, so a page of 16 values is no longer than 50 KB, one of 32 answers
 * or 32 keys than 56 KB, one of 128 marks than 4 KB. Of values there are 64 pages, 3.2 MB. The clients of one replica, which are
 * 8, have 5 pages of answers and 5 of marks each, and 33 of keys together: 113 pages, 4.3 MB if all were as long as can be. So
 * the state of four replicas stays below 21 MB, that of 64 below 280 MB; and of that a traitor can make 4.3 MB.
 */
import type { Chunk } from './messages.ts';

/** The most pages: enough for 140 replicas whose clients fill theirs to the brim. */
export const PAGES = 16_384;
export const MARK_LENGTH = 24;

export const VALUES_PAGE = 16;
export const ANSWERS_PAGE = 32;
export const MARKS_PAGE = 128;
export const KEYS_PAGE = 32;

/** Pages by their names. */
export type PageCache = ReadonlyMap<string, Chunk>;
