/** The words that a peer holds before it is told others. */
export const FIRST_WORDS: readonly string[] = ['apple', 'birch', 'cloud', 'delta', 'ember'];
