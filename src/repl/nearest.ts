import { closestMatch } from 'leven';

/** The one of these that a word is likely to be meant for, misspelt or cut off; undefined if it is like none. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  // A third of the word may be wrong; beyond that a guess says more about us than about what was meant.
  const maxDistance = Math.max(1, Math.floor(word.length / 3));
  const near = word.length > 40 ? undefined : closestMatch(typed, candidates, { maxDistance });
  return near ?? (typed.length < 3 ? undefined : candidates.find((candidate) => candidate.startsWith(typed)));
}
