/**
 * The words of the database as values that a protocol of the generals agrees on: what `oral` runs over here, unchanged. There any
 * number of different ones can be, and still a majority is one value that more than half are for.
 */
import { NOTHING, type Maybe, type Truth, type Value, type Values, type Wording } from '../generals/values.ts';
import type { Path } from '../generals/protocols/oral-paths.ts';
import { DEFAULT_WORD } from './messages.ts';

/** A word that is said on a path. */
export interface Spoken {
  readonly path: Path;
  readonly word: Maybe;
}

export const valueOf = (word: string): Value => opaque(word);

/** The algebra on words. */
export const WORD_VALUES: Values = {
  default: valueOf(DEFAULT_WORD),
  of: valueOf,
  order: (value) => opaque(value),
  orElse,
  majority,
  majorities(own, others) {
    const width = others.length / own.length;
    return own.map((one, place) => majority([one, ...others.slice(place * width, (place + 1) * width)]));
  },
  atLeast(k, votes) {
    const found = [...countsOf(votes.filter((vote) => vote !== NOTHING))].filter(([, count]) => count >= k).map(([value]) => value);
    return found.length === 0 ? NOTHING : found.reduce((first, value) => (value < first ? value : first));
  },
  isSaid: (one) => opaque(one !== NOTHING),
  select: (by, chosen, otherwise) => (isTrue(by) ? chosen : otherwise),
  through: () => opaque(SPOKEN),
};

const SPOKEN: Wording<Path, Spoken> = {
  write: (path, word) => ({ path, word }),
  labelOf: ({ path }) => path,
  valueOf: ({ word }) => word,
};

function orElse(one: Maybe, other: Value): Value {
  return one === NOTHING ? other : (one as Value);
}

/** What is nothing is for the default, and so is a vote without a majority. */
function majority(votes: readonly Maybe[]): Value {
  const counts = countsOf(votes.map((vote) => orElse(vote, WORD_VALUES.default)));
  return [...counts].find(([, count]) => 2 * count > votes.length)?.[0] ?? WORD_VALUES.default;
}

function countsOf<One extends Maybe>(votes: readonly One[]): Map<One, number> {
  const counts = new Map<One, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return counts;
}

const isTrue = (truth: Truth): boolean => opaque(truth);

/** What only an algebra looks into. */
function opaque<T>(content: unknown): T {
  return content as T;
}
