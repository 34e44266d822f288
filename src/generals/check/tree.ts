/**
 * The fewest lies by which the traitors of an army bring something about in OM(m), found without trying one treason
 * after the other.
 *
 * Take the tree of paths that OM(m) walks (`generals/protocols/oral.ts`). The *subtree* of a path is all that is said on paths that
 * begin with it: by the last general on it, the speaker, to each general not on it, the receivers; and by these, passing
 * it on. Each receiver makes one order of it. Five remarks make the search small.
 *
 * 1. Two watched receivers are enough. IC1 is broken if and only if one loyal lieutenant decides attack and another
 *    retreat; IC2, if and only if one loyal lieutenant disobeys a loyal commander. Which ones does not matter: majorities
 *    only count, and all generals share the default for ties and absences, so that renaming lieutenants of a kind, in all
 *    paths and inboxes, makes of a run another run with equally many lies. (Termination cannot be broken: a loyal general
 *    decides in round m + 2 whatever it has heard.)
 * 2. A message has one lie. Whatever else a traitor does on a path, its receiver takes it for the order that it was to pass on,
 *    or for the counterpart (`alternatives.ts`); and what it says on other paths than those that it was to speak on is
 *    as if it had not been said.
 * 3. Subtrees side by side are independent. A message belongs to one of them, and what counts as a lie in it depends on
 *    the rest of the tree by one order only: the one that its speaker heard on the path before. Given that order, what can be
 *    brought about in each of several subtrees can be brought about in all of them, and the lies add up. What traitors tell
 *    each other is a choice like any other: it settles what is honest, and so costs no lie, further down.
 * 4. Subtrees of a kind are alike. By the renaming in 1, the fewest lies that make the watched receivers take given
 *    orders depend only on the length of the path, on whether the speaker is loyal, on what it heard, and on how many receivers are
 *    watched, loyal but not watched, and traitors.
 * 5. Pairs of counts are enough. A receiver makes of a path the majority of what it heard on it and of what it makes of each
 *    path longer by one general, other than itself. So of all the longer subtrees together, all that matters is how many
 *    of them each watched receiver takes for attack.
 *
 * Hence, from the longest paths up: for each kind of subtree, and each way in which its speaker may tell attack to some of the
 * watched receivers, to so many of the other loyal ones and to so many traitors, add up the longer subtrees, one after the
 * other, keeping for each pair of counts the fewest lies; then take the majorities. By 3 each sum is reached by a treason and
 * by 1, 2 and 4 none is left out, so what is infinite at the end no treason does, and what is finite none does with fewer
 * lies. Kinds and pairs are few (each is a product of small powers of n), where treasons are 2 to the number of messages.
 */
import { majorityOf } from '../majority.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** A kind of subtree. */
export interface Subtree {
  readonly speaker: 'loyal' | 'traitor';
  /** What the speaker heard on the path before, and passes on if it is honest. */
  readonly heard: Order;
  /** How many receivers are watched: at most two, both loyal. */
  readonly watched: number;
  /** How many receivers are loyal and not watched. */
  readonly loyal: number;
  readonly traitors: number;
  /** By how many generals the path can still grow. */
  readonly levels: number;
}

/** Which of the watched receivers take something for attack: bit 0 for the first, bit 1 for the second. */
export type Pattern = number;

/** A message that is a lie: what is said on this path to that general. */
export interface LieOnPath {
  readonly path: readonly NodeId[];
  readonly to: NodeId;
}

export interface OralTree {
  /** Works out a kind of subtree, and all kinds in it, which `fewestLies` and `liesFor` need. Yields every now and then. */
  fill(subtree: Subtree): Generator<void>;
  /** Infinite if no treason does it. */
  fewestLies(subtree: Subtree, pattern: Pattern): number;
  /**
   * One choice of fewest lies.
   * @param path of the subtree
   * @param receivers first the watched, then the other loyal ones, then the traitors
   */
  liesFor(subtree: Subtree, pattern: Pattern, path: readonly NodeId[], receivers: readonly NodeId[]): LieOnPath[];
}

export function oralTree(): OralTree {
  /** By kind, then by pattern. */
  const known = new Map<string, readonly number[]>();
  return { fill, fewestLies: (subtree, pattern) => lookUp(subtree)[pattern]!, liesFor };

  function* fill(subtree: Subtree): Generator<void> {
    if (known.has(keyOf(subtree))) return;
    for (const telling of tellings(subtree)) for (const { below } of branches(subtree, telling)) yield* fill(below);
    known.set(keyOf(subtree), solve(subtree));
    yield;
  }

  function lookUp(subtree: Subtree): readonly number[] {
    const fewest = known.get(keyOf(subtree));
    if (fewest === undefined) throw new Error(`the subtree ${keyOf(subtree)} was not worked out`);
    return fewest;
  }

  function solve(subtree: Subtree): number[] {
    const fewest = Array.from<number>({ length: 1 << subtree.watched }).fill(Infinity);
    for (const telling of tellings(subtree)) {
      if (telling.lies >= Math.max(...fewest)) break;
      const sums = addUp(subtree, telling).at(-1)!;
      sums.forEach((lies, counts) => {
        if (lies === Infinity) return;
        const pattern = majorities(subtree, counts);
        fewest[pattern] = Math.min(fewest[pattern]!, telling.lies + lies);
      });
    }
    return fewest;
  }

  /** After the speaker's own words and after each longer subtree: by counts, the fewest lies in the longer subtrees so far. */
  function addUp(subtree: Subtree, telling: Batch): Float64Array[] {
    const side = sideOf(subtree);
    const start = new Float64Array(side * side).fill(Infinity);
    start[countsOf(subtree, telling.watched)] = 0;
    const sums = [start];
    for (const branch of branches(subtree, telling)) {
      const options = optionsOf(branch);
      const before = sums.at(-1)!;
      const after = new Float64Array(side * side).fill(Infinity);
      before.forEach((lies, counts) => {
        if (lies === Infinity) return;
        for (const { pattern, lies: more } of options) {
          const sum = counts + countsOf(subtree, pattern);
          if (lies + more < after[sum]!) after[sum] = lies + more;
        }
      });
      sums.push(after);
    }
    return sums;
  }

  /** What a longer subtree may make the watched receivers of the shorter one take it for, in these receivers' numbering. */
  function optionsOf({ below, skips }: Branch): { readonly pattern: Pattern; readonly belowPattern: Pattern; readonly lies: number }[] {
    return lookUp(below).flatMap((lies, belowPattern) => {
      if (lies === Infinity) return [];
      return [{ pattern: skips === 0 ? belowPattern << 1 : belowPattern, belowPattern, lies }];
    });
  }

  function liesFor(subtree: Subtree, pattern: Pattern, path: readonly NodeId[], receivers: readonly NodeId[]): LieOnPath[] {
    const fewest = lookUp(subtree)[pattern]!;
    if (fewest === 0) return [];
    for (const telling of tellings(subtree)) {
      const sums = addUp(subtree, telling);
      const counts = sums.at(-1)!.findIndex((lies, at) => telling.lies + lies === fewest && majorities(subtree, at) === pattern);
      if (counts < 0) continue;
      const told = receivers.filter((_, index) => toldTo(subtree, telling, index) !== subtree.heard);
      const further = walkBack(subtree, telling, sums, counts).flatMap(({ below, belowPattern }, index) =>
        liesFor(below, belowPattern, [...path, receivers[index]!], receivers.toSpliced(index, 1)),
      );
      return [...told.map((to) => ({ path, to })), ...further];
    }
    throw new Error(`nothing makes pattern ${pattern} of the subtree ${keyOf(subtree)} with ${fewest} lies`);
  }

  /** For each longer subtree, what it must come to for the sum of all to come to `counts` with the fewest lies. */
  function walkBack(subtree: Subtree, telling: Batch, sums: readonly Float64Array[], counts: number): { below: Subtree; belowPattern: Pattern }[] {
    let left = counts;
    const steps = branches(subtree, telling).map((branch, index) => ({ branch, index }));
    return steps
      .reverse()
      .map(({ branch, index }) => {
        const option = optionsOf(branch).find(({ pattern, lies }) => {
          const before = left - countsOf(subtree, pattern);
          return before >= 0 && sums[index]![before]! + lies === sums[index + 1]![left];
        });
        if (option === undefined) throw new Error(`the sums of the subtree ${keyOf(subtree)} do not add up`);
        left -= countsOf(subtree, option.pattern);
        return { below: branch.below, belowPattern: option.belowPattern };
      })
      .reverse();
  }
}

/** To whom a speaker says attack. All others it tells retreat. */
interface Batch {
  readonly watched: Pattern;
  /** To how many of the loyal receivers that are not watched; to the first ones, as they are alike. */
  readonly loyal: number;
  readonly traitors: number;
  /** How many of its messages are lies. */
  readonly lies: number;
}

/** All that a speaker may say, up to renaming, that with the fewest lies first. What the last to speak tell the unwatched touches nobody. */
function tellings({ speaker, heard, watched, loyal, traitors, levels }: Subtree): Batch[] {
  const isAttack = heard === 'attack';
  const all = (1 << watched) - 1;
  if (speaker === 'loyal') return [{ watched: isAttack ? all : 0, loyal: isAttack ? loyal : 0, traitors: isAttack ? traitors : 0, lies: 0 }];
  const result: Batch[] = [];
  for (let pattern = 0; pattern <= all; pattern += 1) {
    for (let liesToLoyal = 0; liesToLoyal <= (levels > 0 ? loyal : 0); liesToLoyal += 1) {
      for (let liesToTraitors = 0; liesToTraitors <= (levels > 0 ? traitors : 0); liesToTraitors += 1) {
        const lies = bitsOf(isAttack ? all - pattern : pattern) + liesToLoyal + liesToTraitors;
        const [toLoyal, toTraitors] = isAttack ? [loyal - liesToLoyal, traitors - liesToTraitors] : [liesToLoyal, liesToTraitors];
        result.push({ watched: pattern, loyal: toLoyal, traitors: toTraitors, lies });
      }
    }
  }
  return result.sort((a, b) => a.lies - b.lies);
}

/** What the receiver with this index is told: first come the watched, then the other loyal ones, then the traitors. */
function toldTo({ watched, loyal }: Subtree, telling: Batch, index: number): Order {
  const isAttack =
    index < watched
      ? ((telling.watched >> index) & 1) === 1
      : index < watched + loyal
        ? index - watched < telling.loyal
        : index - watched - loyal < telling.traitors;
  return isAttack ? 'attack' : 'retreat';
}

/** A subtree one level down. */
interface Branch {
  readonly below: Subtree;
  /** The watched receiver who is its speaker, and so not among its receivers; undefined if it is another. */
  readonly skips: number | undefined;
}

/** One for each receiver, in their order: the subtree in which it speaks. */
function branches(subtree: Subtree, telling: Batch): Branch[] {
  const { watched, loyal, traitors, levels } = subtree;
  if (levels === 0) return [];
  return Array.from({ length: watched + loyal + traitors }, (_, index) => {
    const shared = { heard: toldTo(subtree, telling, index), watched, loyal, traitors, levels: levels - 1 };
    if (index < watched) return { below: { ...shared, speaker: 'loyal', watched: watched - 1 }, skips: index };
    if (index < watched + loyal) return { below: { ...shared, speaker: 'loyal', loyal: loyal - 1 }, skips: undefined };
    return { below: { ...shared, speaker: 'traitor', traitors: traitors - 1 }, skips: undefined };
  });
}

/** A pair of counts as one number: that of the first watched receiver, and `side` times that of the second. */
const countsOf = (subtree: Subtree, pattern: Pattern): number => (pattern & 1) + (pattern >> 1) * sideOf(subtree);

/** Counts go from 0 to the number of orders that a receiver holds: its own, and one for each other receiver. */
const sideOf = ({ watched, loyal, traitors }: Subtree): number => watched + loyal + traitors + 1;

/** What the watched receivers make of the subtree if each takes that many of its orders for attack. */
function majorities(subtree: Subtree, counts: number): Pattern {
  const orders = subtree.levels === 0 ? 1 : sideOf(subtree) - 1;
  const bit = (attack: number): number => (majorityOf({ attack, retreat: orders - attack }) === 'attack' ? 1 : 0);
  const first = bit(counts % sideOf(subtree));
  return subtree.watched === 2 ? first | (bit(Math.floor(counts / sideOf(subtree))) << 1) : subtree.watched === 1 ? first : 0;
}

const bitsOf = (pattern: Pattern): number => (pattern & 1) + (pattern >> 1);

const keyOf = ({ speaker, heard, watched, loyal, traitors, levels }: Subtree): string =>
  `${speaker} ${heard} ${watched} ${loyal} ${traitors} ${levels}`;
