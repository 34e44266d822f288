import { neededBy, withSums } from './adder.ts';
import type { Circuitry, Gate, Signal } from './words.ts';

/** Words as they come to be known: 32 orders at a time, one in each bit. */
export interface Evaluation {
  /** The coins on which the words depend. */
  readonly tosses: readonly string[];
  /** The words, given what each of `tosses` shows. */
  readonly of: (coins: Int32Array) => Int32Array;
}

export function evaluation(words: Circuitry, wanted: readonly Signal[]): Evaluation {
  const { words: sums, results } = withSums(words, wanted);
  const order = neededBy(sums, results);
  const gates = order.map((word) => sums.gate(word));
  const coins: Signal[] = [];
  const tosses: string[] = [];
  const computed: { readonly word: Signal; readonly gate: Gate }[] = [];
  order.forEach((word, index) => {
    const gate = gates[index]!;
    if (gate.type === 'coin') {
      coins.push(word);
      tosses.push(gate.toss);
    } else computed.push({ word, gate });
  });
  const values = new Int32Array(sums.size);
  return {
    tosses,
    of(shown) {
      coins.forEach((word, index) => (values[word] = shown[index]!));
      for (const { word, gate } of computed) values[word] = valueOf(gate, values);
      return Int32Array.from(results, (word) => values[word]!);
    },
  };
}

function valueOf(gate: Gate, values: Int32Array): number {
  switch (gate.type) {
    case 'constant':
      return gate.value ? -1 : 0;
    case 'not':
      return ~values[gate.of]!;
    case 'and':
      return values[gate.a]! & values[gate.b]!;
    case 'or':
      return values[gate.a]! | values[gate.b]!;
    case 'xor':
      return values[gate.a]! ^ values[gate.b]!;
    case 'but':
      return values[gate.a]! & ~values[gate.b]!;
    case 'select':
      return (values[gate.by]! & values[gate.chosen]!) | (~values[gate.by]! & values[gate.otherwise]!);
    case 'coin':
    case 'at-least':
      throw new Error(`a ${gate.type} has no value of its own here`);
    default:
      return gate satisfies never;
  }
}

/**
 * Of all falls of the coins the share in which each of the words holds; undefined where the coins are more than so many.
 * Exact: a share is a number of falls over a power of two.
 */
export function sharesOf(words: Circuitry, wanted: readonly Signal[], coinsMax: number): readonly number[] | undefined {
  const { tosses, of } = evaluation(words, wanted);
  if (tosses.length > coinsMax) return undefined;
  // The first five coins differ within a word, the others from word to word.
  const blocks = 2 ** Math.max(0, tosses.length - PATTERNS.length);
  const counts = wanted.map(() => 0);
  const shown = Int32Array.from(tosses, (_, index) => PATTERNS[index] ?? 0);
  for (let block = 0; block < blocks; block += 1) {
    for (let coin = PATTERNS.length; coin < tosses.length; coin += 1) shown[coin] = (block >> (coin - PATTERNS.length)) % 2 === 1 ? -1 : 0;
    of(shown).forEach((word, index) => (counts[index]! += onesIn(word)));
  }
  return counts.map((count) => count / (32 * blocks));
}

const PATTERNS = [0x55555555, 0x33333333, 0x0f0f0f0f, 0x00ff00ff, 0x0000ffff];

/** How many bits are 1: Warren, "Hacker's Delight" (2nd edition, 2012), §5-1. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
