/**
 * Exact probabilities of OM(m) among coin traitors, for any m: the distribution of what the loyal make of each path, from the
 * longest paths up.
 *
 * Take the tree of paths that OM(m) walks (`generals/protocols/oral.ts`), and of a path p the loyal generals that are not on it, its
 * receivers; let `a` be how many they are, and `t` how many traitors are not on it either. Four remarks make the sum short.
 *
 * 1. A coin traitor says each message as a fair coin, whatever it heard; so what is made of p depends on the coins on p and
 *    on the paths that begin with p, and else only on what a loyal speaker, the last general of p, heard on the path before.
 * 2. Given what each receiver heard on p, what is made of the paths longer by one general is independent from one such path
 *    to the next: no coin is in two of them, and their loyal speakers are receivers of p, whose word is given.
 * 3. By renaming receivers, all sets of k of them are equally likely to be just those that make attack of p. So the
 *    distribution is a vector of a + 1 shares, and depends on the kind of p alone: on whether its speaker is a traitor, or
 *    what it heard if it is loyal; on a, on t, and on the number of levels below.
 * 4. A receiver makes of p the majority of a + t orders: its own, and one of each path longer by another general than itself.
 *    Of these, only the number of attacks matters, and that no further than up to a majority.
 *
 * So for each kind, and each number of receivers that heard attack on p, the counts of all receivers, as one vector, are added
 * up path by path. At the top stands the commander's own path: the loyal agree if all or none of them attack.
 *
 * All terms are positive and none is subtracted, so rounding costs less than one part in 10^12: from the longest path to
 * the commander's, what adds up to a share was rounded less than 10^4 times, by 2^-53 each.
 */

/** An army in which G1 commands OM(m), to attack. */
export interface OralArmy {
  readonly isCommanderLoyal: boolean;
  /** Lieutenants. */
  readonly loyal: number;
  readonly traitors: number;
  readonly m: number;
}

/** The probabilities of agreement and validity; undefined where the sum is longer than `effortMax` steps. */
export function oralExactly({ isCommanderLoyal, loyal, traitors, m }: OralArmy, effortMax: number): { readonly agreement: number; readonly validity: number } | undefined {
  const top: Kind = { speaker: isCommanderLoyal ? ATTACK : TRAITOR, loyal, traitors, levels: m };
  if (effortOf(top) > effortMax) return undefined;
  if (loyal === 0) return { agreement: 1, validity: 1 };
  const shares = sharesOf(top, new Map());
  const [none, all] = [shares[0]!, shares[loyal]!];
  // Where nothing else can come about, rounding must not make more than certain of it.
  return { agreement: loyal === 1 ? 1 : Math.min(1, none + all), validity: isCommanderLoyal ? Math.min(1, all) : 1 };
}

/** Paths that are alike. */
interface Kind {
  /** A traitor, or loyal and having heard that. */
  readonly speaker: typeof TRAITOR | typeof ATTACK | typeof RETREAT;
  /** The receivers. */
  readonly loyal: number;
  readonly traitors: number;
  /** By how many generals the path can still grow. */
  readonly levels: number;
}

const TRAITOR = 'traitor';
const ATTACK = 'attack';
const RETREAT = 'retreat';

/** For each k the probability that certain k receivers, and no others, make attack of a path. */
type Shares = readonly number[];

function sharesOf(kind: Kind, known: Map<string, Shares>): Shares {
  const key = keyOf(kind);
  const found = known.get(key);
  if (found !== undefined) return found;
  const { loyal } = kind;
  const shares = Array.from<number>({ length: loyal + 1 }).fill(0);
  for (const { attacks, chance } of tellingsOf(kind)) {
    const counted = kind.levels === 0 ? onlyThen(loyal, attacks) : madeOf(kind, attacks, known);
    // Of all sets of k, each has its equal part.
    counted.forEach((probability, k) => (shares[k]! += (chance * probability) / choose(loyal, k)));
  }
  known.set(key, shares);
  return shares;
}

/** How many receivers may hear attack, and with what probability. */
function tellingsOf({ speaker, loyal }: Kind): { readonly attacks: number; readonly chance: number }[] {
  if (speaker === TRAITOR) return Array.from({ length: loyal + 1 }, (_, attacks) => ({ attacks, chance: choose(loyal, attacks) / 2 ** loyal }));
  return [{ attacks: speaker === ATTACK ? loyal : 0, chance: 1 }];
}

const onlyThen = (loyal: number, attacks: number): number[] => Array.from({ length: loyal + 1 }, (_, k) => (k === attacks ? 1 : 0));

/** For each k the probability that k receivers make attack of a path, where the first `attacks` of them heard that. */
function madeOf(kind: Kind, attacks: number, known: Map<string, Shares>): number[] {
  const { loyal, traitors } = kind;
  const side = sideOf(kind);
  let counts = new Float64Array(side ** loyal);
  let start = 0;
  for (let receiver = 0; receiver < attacks; receiver += 1) start += side ** receiver;
  counts[start] = 1;
  const all = Array.from({ length: loyal }, (_, index) => index);
  for (const speaker of all) {
    const shares = sharesOf(below(kind, speaker < attacks ? ATTACK : RETREAT), known);
    counts = added(counts, side, all.filter((receiver) => receiver !== speaker), shares);
  }
  if (traitors > 0) {
    const shares = sharesOf(below(kind, TRAITOR), known);
    for (let speaker = 0; speaker < traitors; speaker += 1) counts = added(counts, side, all, shares);
  }
  const made = Array.from<number>({ length: loyal + 1 }).fill(0);
  counts.forEach((probability, vector) => {
    if (probability === 0) return;
    let k = 0;
    for (let rest = vector; rest > 0; rest = Math.floor(rest / side)) if (rest % side === side - 1) k += 1;
    made[k]! += probability;
  });
  return made;
}

/** A path longer by one general. */
function below({ loyal, traitors, levels }: Kind, speaker: Kind['speaker']): Kind {
  return speaker === TRAITOR ? { speaker, loyal, traitors: traitors - 1, levels: levels - 1 } : { speaker, loyal: loyal - 1, traitors, levels: levels - 1 };
}

/** Counts go from 0 to strictly more than half of loyal + traitors orders, and no further. */
const sideOf = ({ loyal, traitors }: Kind): number => Math.floor((loyal + traitors) / 2) + 2;

/**
 * Adds one more path to the counts. A vector of counts is one number, with a digit to the base `side` for each receiver.
 * @param receivers those that make something of the path
 */
function added(counts: Float64Array<ArrayBuffer>, side: number, receivers: readonly number[], shares: Shares): Float64Array<ArrayBuffer> {
  if (shares[0] === 1) return counts;
  // The first layer is what is counted if none of the receivers so far made attack of the path, the next if one did, and so on.
  const layers = [counts];
  for (const receiver of receivers) {
    layers.push(new Float64Array(counts.length));
    for (let k = layers.length - 2; k >= 0; k -= 1) step(layers[k]!, layers[k + 1]!, side, side ** receiver);
  }
  const sum = new Float64Array(counts.length);
  layers.forEach((layer, k) => {
    const share = shares[k]!;
    if (share === 0) return;
    for (let vector = 0; vector < sum.length; vector += 1) sum[vector]! += share * layer[vector]!;
  });
  return sum;
}

/** Adds what is counted in one layer to the next, the digit at this place being one more; the highest stays. */
function step(from: Float64Array, to: Float64Array, side: number, place: number): void {
  for (let high = 0; high < from.length; high += side * place) {
    for (let digit = 0; digit < side; digit += 1) {
      const start = high + digit * place;
      const shift = digit === side - 1 ? 0 : place;
      for (let vector = start; vector < start + place; vector += 1) to[vector + shift]! += from[vector]!;
    }
  }
}

/** How many steps a sum takes, roughly. */
function effortOf(kind: Kind, known = new Set<string>()): number {
  if (known.has(keyOf(kind)) || kind.levels === 0 || kind.loyal === 0) return 0;
  known.add(keyOf(kind));
  const { loyal, traitors } = kind;
  let effort = (tellingsOf(kind).length * (loyal + traitors) * (loyal + 1) * loyal * sideOf(kind) ** loyal) / 2;
  const speakers: readonly Kind['speaker'][] = [ATTACK, RETREAT, ...(traitors > 0 ? [TRAITOR] as const : [])];
  for (const speaker of speakers) effort += effortOf(below(kind, speaker), known);
  return effort;
}

const keyOf = ({ speaker, loyal, traitors, levels }: Kind): string => `${speaker} ${loyal} ${traitors} ${levels}`;

/** How many sets of k there are among n. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let index = 1; index <= k; index += 1) ways = (ways * (n - k + index)) / index;
  return ways;
}
