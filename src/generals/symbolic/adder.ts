/**
 * How many of some words hold, order by order: a tree of carry-save adders over words (C. S. Wallace, "A suggestion for a
 * fast multiplier", IEEE Transactions on Electronic Computers EC-13(1), 1964), and a compare of their sum with a constant.
 */
import { ALWAYS, NEVER, type Word, type Words } from './words.ts';

/** Of several tallies, for each whether at least `threshold` of its votes hold. */
export function atLeast(words: Words, tallies: readonly (readonly Word[])[], threshold: number): Word[] {
  // Votes that many tallies share are added first, so that their sums are shared as well.
  const shares = new Map<Word, number>();
  for (const votes of tallies) for (const vote of new Set(votes)) shares.set(vote, (shares.get(vote) ?? 0) + 1);
  const sharedFirst = (a: Word, b: Word): number => shares.get(b)! - shares.get(a)! || a - b;
  return tallies.map((votes) => reached(words, votes.toSorted(sharedFirst), threshold));
}

/** For each of several tallies whether strictly more than half of its votes hold. All have as many votes. */
export const majorities = (words: Words, tallies: readonly (readonly Word[])[]): Word[] =>
  tallies.length === 0 ? [] : atLeast(words, tallies, Math.floor(tallies[0]!.length / 2) + 1);

function reached(words: Words, votes: readonly Word[], threshold: number): Word {
  const times = new Map<Word, number>();
  for (const vote of votes) times.set(vote, (times.get(vote) ?? 0) + 1);
  const wanted = threshold - withoutConstants(words, times);
  const most = [...times.values()].reduce((a, b) => a + b, 0);
  if (wanted <= 0) return ALWAYS;
  if (wanted > most) return NEVER;
  // Who has enough votes alone, where all others together have too few, decides alone.
  for (const [vote, count] of times) if (count >= wanted && most - count < wanted) return vote;
  return isNoLess(words, bitsOf(words, times), wanted);
}

/** Takes out the votes that are known, and pairs of a word and its complement. @returns how many of them hold */
function withoutConstants(words: Words, times: Map<Word, number>): number {
  let sure = times.get(ALWAYS) ?? 0;
  times.delete(ALWAYS);
  times.delete(NEVER);
  for (const [vote, count] of times) {
    const gate = words.gate(vote);
    const pairs = gate.type === 'not' ? Math.min(count, times.get(gate.of) ?? 0) : 0;
    if (gate.type !== 'not' || pairs === 0) continue;
    sure += pairs;
    take(times, vote, pairs);
    take(times, gate.of, pairs);
  }
  return sure;
}

function take(times: Map<Word, number>, vote: Word, count: number): void {
  const left = times.get(vote)! - count;
  if (left === 0) times.delete(vote);
  else times.set(vote, left);
}

/** The sum in binary, its lowest bit first. A vote that comes k times goes in at the places of k's ones. */
function bitsOf(words: Words, times: ReadonlyMap<Word, number>): Word[] {
  const columns: Word[][] = [];
  for (const [vote, count] of times) {
    for (let place = 0; count >> place > 0; place += 1) if ((count >> place) % 2 === 1) (columns[place] ??= []).push(vote);
  }
  const bits: Word[] = [];
  for (let place = 0; place < columns.length; place += 1) {
    const column = columns[place] ?? [];
    let bit = column[0] ?? NEVER;
    for (let next = 1; next < column.length; next += 2) {
      const added = fullAdder(words, bit, column[next]!, column[next + 1] ?? NEVER);
      bit = added.bit;
      if (added.carry !== NEVER) (columns[place + 1] ??= []).push(added.carry);
    }
    bits.push(bit);
  }
  return bits;
}

function fullAdder(words: Words, ...addends: [Word, Word, Word]): { readonly bit: Word; readonly carry: Word } {
  const [a, b, c] = addends.toSorted((one, other) => one - other) as [Word, Word, Word];
  const differ = words.xor(b, c);
  if (a === NEVER) return { bit: differ, carry: words.and(b, c) };
  return { bit: words.xor(a, differ), carry: words.select({ by: differ, chosen: a, otherwise: b }) };
}

/** Whether the sum is at least `wanted`: from the lowest bit on, what the higher bits leave open. What bits lack is 0. */
function isNoLess(words: Words, bits: readonly Word[], wanted: number): Word {
  let isSo = ALWAYS;
  for (let place = 0; place < bits.length || wanted >> place > 0; place += 1) {
    const bit = bits[place] ?? NEVER;
    isSo = (wanted >> place) % 2 === 1 ? words.and(bit, isSo) : words.or(bit, isSo);
  }
  return isSo;
}
