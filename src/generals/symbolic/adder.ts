/**
 * How many of some words hold, order by order: a tree of carry-save adders over words (C. S. Wallace, "A suggestion for a
 * fast multiplier", IEEE Transactions on Electronic Computers EC-13(1), 1964), and a compare of their sum with a constant.
 */
import { TRUE, FALSE, type Signal, type Circuitry } from './words.ts';

/** Of several tallies, for each whether at least `threshold` of its votes hold. */
export function atLeast(words: Circuitry, tallies: readonly (readonly Signal[])[], threshold: number): Signal[] {
  // Votes that many tallies share are added first, so that their sums are shared as well.
  const shares = new Map<Signal, number>();
  for (const votes of tallies) for (const vote of new Set(votes)) shares.set(vote, (shares.get(vote) ?? 0) + 1);
  const sharedFirst = (a: Signal, b: Signal): number => shares.get(b)! - shares.get(a)! || a - b;
  return tallies.map((votes) => reached(words, votes.toSorted(sharedFirst), threshold));
}

/** For each of several tallies whether strictly more than half of its votes hold. All have as many votes. */
export const majorities = (words: Circuitry, tallies: readonly (readonly Signal[])[]): Signal[] =>
  tallies.length === 0 ? [] : atLeast(words, tallies, Math.floor(tallies[0]!.length / 2) + 1);

function reached(words: Circuitry, votes: readonly Signal[], threshold: number): Signal {
  const times = new Map<Signal, number>();
  for (const vote of votes) times.set(vote, (times.get(vote) ?? 0) + 1);
  const wanted = threshold - withoutConstants(words, times);
  const most = [...times.values()].reduce((a, b) => a + b, 0);
  if (wanted <= 0) return TRUE;
  if (wanted > most) return FALSE;
  // Who has enough votes alone, where all others together have too few, decides alone.
  for (const [vote, count] of times) if (count >= wanted && most - count < wanted) return vote;
  return isNoLess(words, bitsOf(words, times), wanted);
}

/** Takes out the votes that are known, and pairs of a word and its complement. @returns how many of them hold */
function withoutConstants(words: Circuitry, times: Map<Signal, number>): number {
  let sure = times.get(TRUE) ?? 0;
  times.delete(TRUE);
  times.delete(FALSE);
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

function take(times: Map<Signal, number>, vote: Signal, count: number): void {
  const left = times.get(vote)! - count;
  if (left === 0) times.delete(vote);
  else times.set(vote, left);
}

/** The sum in binary, its lowest bit first. A vote that comes k times goes in at the places of k's ones. */
function bitsOf(words: Circuitry, times: ReadonlyMap<Signal, number>): Signal[] {
  const columns: Signal[][] = [];
  for (const [vote, count] of times) {
    for (let place = 0; count >> place > 0; place += 1) if ((count >> place) % 2 === 1) (columns[place] ??= []).push(vote);
  }
  const bits: Signal[] = [];
  for (let place = 0; place < columns.length; place += 1) {
    const column = columns[place] ?? [];
    let bit = column[0] ?? FALSE;
    for (let next = 1; next < column.length; next += 2) {
      const added = fullAdder(words, bit, column[next]!, column[next + 1] ?? FALSE);
      bit = added.bit;
      if (added.carry !== FALSE) (columns[place + 1] ??= []).push(added.carry);
    }
    bits.push(bit);
  }
  return bits;
}

function fullAdder(words: Circuitry, ...addends: [Signal, Signal, Signal]): { readonly bit: Signal; readonly carry: Signal } {
  const [a, b, c] = addends.toSorted((one, other) => one - other) as [Signal, Signal, Signal];
  const differ = words.xor(b, c);
  if (a === FALSE) return { bit: differ, carry: words.and(b, c) };
  return { bit: words.xor(a, differ), carry: words.select({ by: differ, chosen: a, otherwise: b }) };
}

/** Whether the sum is at least `wanted`: from the lowest bit on, what the higher bits leave open. What bits lack is 0. */
function isNoLess(words: Circuitry, bits: readonly Signal[], wanted: number): Signal {
  let isSo = TRUE;
  for (let place = 0; place < bits.length || wanted >> place > 0; place += 1) {
    const bit = bits[place] ?? FALSE;
    isSo = (wanted >> place) % 2 === 1 ? words.and(bit, isSo) : words.or(bit, isSo);
  }
  return isSo;
}
