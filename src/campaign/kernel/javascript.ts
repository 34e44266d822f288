import type { Gate, Signal } from '../../generals/symbolic/words.ts';
import type { Program } from './program.ts';
import { GENERATORS, LANES, placeOf } from './streams.ts';

/** A program as it runs: 32 orders in each of four lanes. */
export interface Engine {
  /**
   * Goes on from the streams' states, and leaves them where the next call goes on.
   * @param counts how many orders had each result, to be added to
   * @param last the words of the last step, by result and lane
   */
  advance(states: Int32Array, steps: number, counts: Float64Array, last: Int32Array): void;
}

/** V8 does not optimise a function of more than 60 KB of bytecode, which makes it thirty times slower (measured); so we stay well below. */
const BYTES_MAX = 52_000;
const BYTES_A_GATE = 14;
const BYTES_A_DRAW = 100;

/** Whether a program fits into one function. */
export const isSmall = ({ order, tosses }: Program): boolean => order.length * BYTES_A_GATE + tosses.length * BYTES_A_DRAW <= BYTES_MAX;

/** A program as a function of JavaScript, one lane after the other. @returns undefined if it is too large for one */
export function javascriptOf(program: Program): Engine | undefined {
  if (!isSmall(program)) return undefined;
  // What it is made of are numbers and operators of our own making, nothing that anybody typed.
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  const lane = new Function('states', 'lane', 'steps', 'counts', 'last', sourceOf(program)) as Lane;
  return {
    advance(states, steps, counts, last) {
      for (let index = 0; index < LANES; index += 1) lane(states, index, steps, counts, last);
    },
  };
}

type Lane = (states: Int32Array, lane: number, steps: number, counts: Float64Array, last: Int32Array) => void;

function sourceOf({ words, results, order }: Program): string {
  const state = ['a', 'b', 'c', 'd'].flatMap((name, place) => Array.from({ length: GENERATORS }, (_, generator) => [`${name}${generator}`, `states[${placeOf(generator, place, 0)} + lane]`] as const));
  const tosses = order.filter((word) => words.gate(word).type === 'coin');
  const generators = new Map(tosses.map((word, index) => [word, index % GENERATORS]));
  return `'use strict';
${state.map(([name, place]) => `let ${name} = ${place} | 0;`).join('\n')}
${results.map((_, index) => `let n${index} = 0, r${index} = 0;`).join('\n')}
for (let step = 0; step < steps; step = step + 1 | 0) {
${order.map((word) => statement(word, words.gate(word), generators.get(word))).join('\n')}
${results.map((word, index) => (isConstant(words.gate(word)) ? '' : counted(index, nameOf(word)))).join('\n')}
}
${state.map(([name, place]) => `${place} = ${name};`).join('\n')}
${results.map((word, index) => `${total(index, words.gate(word))} last[${index * LANES} + lane] = r${index};`).join('\n')}`;
}

const nameOf = (word: Signal): string => `w${word}`;

/** @param g the generator that a coin is drawn from */
function statement(word: Signal, gate: Gate, g = 0): string {
  const name = nameOf(word);
  switch (gate.type) {
    case 'constant':
      return `const ${name} = ${gate.value ? -1 : 0};`;
    case 'coin':
      return `const ${name} = (a${g} + b${g} | 0) + d${g} | 0; d${g} = d${g} + 1 | 0; a${g} = b${g} ^ b${g} >>> 9; b${g} = c${g} + (c${g} << 3) | 0; c${g} = (c${g} << 21 | c${g} >>> 11) + ${name} | 0;`;
    case 'not':
      return `const ${name} = ~${nameOf(gate.of)};`;
    case 'and':
      return `const ${name} = ${nameOf(gate.a)} & ${nameOf(gate.b)};`;
    case 'or':
      return `const ${name} = ${nameOf(gate.a)} | ${nameOf(gate.b)};`;
    case 'xor':
      return `const ${name} = ${nameOf(gate.a)} ^ ${nameOf(gate.b)};`;
    case 'but':
      return `const ${name} = ${nameOf(gate.a)} & ~${nameOf(gate.b)};`;
    case 'select':
      return `const ${name} = ${nameOf(gate.otherwise)} ^ (${nameOf(gate.by)} & (${nameOf(gate.chosen)} ^ ${nameOf(gate.otherwise)}));`;
    case 'at-least':
      throw new Error('what is compiled has sums in the place of these');
    default:
      gate satisfies never;
      return '';
  }
}

/** Adds up the ones of a word: Warren, "Hacker's Delight" (2nd edition, 2012), §5-1. */
const counted = (index: number, name: string): string =>
  `{ r${index} = ${name}; let x = ${name} - (${name} >>> 1 & 0x55555555) | 0; x = (x & 0x33333333) + (x >>> 2 & 0x33333333) | 0;
x = x + (x >>> 4) & 0x0f0f0f0f; n${index} = n${index} + (Math.imul(x, 0x01010101) >>> 24) | 0; }`;

function total(index: number, gate: Gate): string {
  if (gate.type !== 'constant') return `counts[${index}] += n${index};`;
  return gate.value ? `r${index} = -1; counts[${index}] += steps * 32;` : '';
}

const isConstant = (gate: Gate): boolean => gate.type === 'constant';
