import type { NodeId } from './node.ts';

/**
 * What a choice is about. A seeded choice depends on these fields and the seed alone, never on when it is made, so that
 * neither the timing of threads nor a change elsewhere in a run can move it.
 */
export interface Question {
  readonly about: 'treason' | 'primary';
  /** The number of the order, or of the election. */
  readonly order: number;
  /** The round in which `from` speaks; 0 where there are no rounds. */
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Tells apart the messages from one general to another in one round: 0, 1, 2 … in the order in which they were sent. */
  readonly index: number;
}

/** Answers a question with one of its options: a seed does in a run, a list in a replay, every option in turn in the checker. */
export type Choose = <T>(question: Question, options: readonly T[]) => T;

/** A choice in words, for errors and replays. */
export const describe = (question: Question): string =>
  `${question.about} ${question.order}, round ${question.round}, ${question.from} to ${question.to}, number ${question.index}`;

/**
 * The chooser of a run: a counter-based generator keyed by the seed, the question being its counter, so that choices
 * of different questions never share bits.
 * @param seed a whole number from 0 to 2^53 − 1
 */
export function seeded(seed: number): Choose {
  const keyLow = seed >>> 0;
  const keyHigh = Math.floor(seed / 2 ** 32);
  // One block serves four questions that differ in their index alone, and those of one message after the other come together.
  const block = new Uint32Array(4);
  let [order, topic, from, to] = [-1, -1, -1, -1];
  return (question, options) => {
    if (options.length === 1) return options[0]!;
    const { index } = question;
    const asked = ((question.about === 'treason' ? question.round + 1 : 0) << 20) ^ (index >>> 2);
    if (question.order !== order || asked !== topic || question.from !== from || question.to !== to) {
      ({ order, from, to } = question);
      topic = asked;
      philoxBlock(order, topic, from, to, keyLow, keyHigh, block);
    }
    return options[Math.floor((block[index & 3]! / 2 ** 32) * options.length)]!;
  };
}

/** The first word of a Philox4x32-10 block. @returns a whole number from 0 to 2^32 − 1 */
export function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): number {
  philoxBlock(c0, c1, c2, c3, k0, k1, SCRATCH);
  return SCRATCH[0]!;
}

const SCRATCH = new Uint32Array(4);

/**
 * A Philox4x32-10 block: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). For one
 * key it is a bijection of the counter, and it passes TestU01's BigCrush.
 * @param block takes the four words
 */
export function philoxBlock(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number, block: Uint32Array): void {
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
