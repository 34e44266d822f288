import { closestMatch } from 'leven';

/** The one of these that a word is likely to be meant for; undefined if it is like none. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // A third of the word may be wrong; beyond that a guess says more about us than about what was meant.
  const maxDistance = Math.max(1, Math.floor(word.length / 3));
  return word.length > 40 ? undefined : closestMatch(word.toLowerCase(), candidates, { maxDistance });
}
