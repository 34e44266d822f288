/**
 * How many of some words hold, order by order: a tree of carry-save adders over words (C. S. Wallace, "A suggestion for a
 * fast multiplier", IEEE Transactions on Electronic Computers EC-13(1), 1964), and a compare of their sum with a constant.
 */
import { TRUE, FALSE, Circuitry, withoutConstants, type Gate, type Signal } from './words.ts';

/** The same words with every `at-least` made a sum. Votes that many of them share are added first, so that their sums are shared as well. */
export function withSums(words: Circuitry, results: readonly Signal[]): { readonly words: Circuitry; readonly results: readonly Signal[] } {
  const needed = neededBy(words, results);
  const shares = new Map<Signal, number>();
  for (const word of needed) {
    const gate = words.gate(word);
    if (gate.type === 'at-least') for (const vote of gate.votes) shares.set(vote, (shares.get(vote) ?? 0) + 1);
  }
  const sharedFirst = (a: Signal, b: Signal): number => shares.get(b)! - shares.get(a)! || a - b;
  const sums = new Circuitry();
  const made = new Map<Signal, Signal>([[FALSE, FALSE], [TRUE, TRUE]]);
  const of = (word: Signal): Signal => made.get(word)!;
  for (const word of needed) made.set(word, summed(words.gate(word)));
  return { words: sums, results: results.map(of) };

  function summed(gate: Gate): Signal {
    switch (gate.type) {
      case 'constant':
        return gate.value ? TRUE : FALSE;
      case 'coin':
        return sums.coin(gate.toss);
      case 'not':
        return sums.not(of(gate.of));
      case 'and':
        return sums.and(of(gate.a), of(gate.b));
      case 'or':
        return sums.or(of(gate.a), of(gate.b));
      case 'xor':
        return sums.xor(of(gate.a), of(gate.b));
      case 'but':
        return sums.andNot(of(gate.a), of(gate.b));
      case 'select':
        return sums.select({ by: of(gate.by), chosen: of(gate.chosen), otherwise: of(gate.otherwise) });
      case 'at-least': {
        const times = new Map(gate.votes.map((vote, index) => [vote, gate.counts[index]!]));
        const votes = gate.votes.toSorted(sharedFirst).flatMap((vote) => Array.from({ length: times.get(vote)! }, () => of(vote)));
        return reached(sums, votes, gate.threshold);
      }
      default:
        return gate satisfies never;
    }
  }
}

/** The words that these need, each behind those that it needs itself. A run on symbols may go deeper than calls can. */
export function neededBy(words: Circuitry, results: readonly Signal[]): Signal[] {
  const isNeeded = new Set<Signal>(results);
  const open = [...results];
  for (let word = open.pop(); word !== undefined; word = open.pop()) {
    for (const input of inputsOf(words.gate(word))) {
      if (isNeeded.has(input)) continue;
      isNeeded.add(input);
      open.push(input);
    }
  }
  // What a word needs was made before it.
  return [...isNeeded].sort((a, b) => a - b);
}

/** What a gate needs. */
export function inputsOf(gate: Gate): readonly Signal[] {
  switch (gate.type) {
    case 'constant':
    case 'coin':
      return [];
    case 'not':
      return [gate.of];
    case 'and':
    case 'or':
    case 'xor':
    case 'but':
      return [gate.a, gate.b];
    case 'select':
      return [gate.chosen, gate.otherwise, gate.by];
    case 'at-least':
      return gate.votes;
    default:
      gate satisfies never;
      return [];
  }
}

/** Whether at least `threshold` of these votes hold, which are added in this order. */
export function reached(words: Circuitry, votes: readonly Signal[], threshold: number): Signal {
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
