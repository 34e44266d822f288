import { philox, philoxBlock } from './philox.ts';
import type { NodeId, Quorum } from './node.ts';

/**
 * What a choice is about. A seeded choice depends on these fields and the seed alone, never on when it is made, so that
 * neither the timing of threads nor a change elsewhere in a run can move it.
 */
export type Question = MessageQuestion | BallotQuestion | ElectionQuestion;

/** What becomes of a traitor's message. */
export interface MessageQuestion {
  readonly about: 'message';
  /** The number of the order. */
  readonly order: number;
  /** In which `from` speaks: 1, 2, 3 … */
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Tells apart the messages from one general to another in one round: 0, 1, 2 … in the order in which they were sent. */
  readonly index: number;
}

/** How a traitor votes. */
export interface BallotQuestion {
  readonly about: 'ballot';
  readonly order: number;
  readonly round: 0;
  readonly from: NodeId;
  readonly to: Quorum;
  readonly index: 0;
}

/** Who becomes primary. */
export interface ElectionQuestion {
  readonly about: 'primary';
  /** The number of the election. */
  readonly order: number;
  readonly round: 0;
  readonly from: Quorum;
  readonly to: Quorum;
  readonly index: 0;
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
  const block = new Uint32Array(4);
  let [order, topic, from, whom] = [-1, -1, -1, -1];
  return (question, options) => {
    const { length } = options;
    if (length === 1) return options[0]!;
    const { to, index } = question;
    // One block serves many questions, which come together: a coin takes a bit of it, what has more sides a word.
    const isCoin = length === 2;
    const asked = ((question.about === 'primary' ? 0 : question.round + 1) << 20) ^ (index >>> (isCoin ? 3 : 2));
    const among = isCoin ? COIN | (to >>> 4) : to;
    if (question.order !== order || asked !== topic || question.from !== from || among !== whom) {
      ({ order, from } = question);
      topic = asked;
      whom = among;
      philoxBlock(order, topic, from, whom, keyLow, keyHigh, block);
    }
    if (isCoin) return options[(block[(to >>> 2) & 3]! >>> (((to & 3) << 3) | (index & 7))) & 1]!;
    return options[Math.floor((block[index & 3]! / 2 ** 32) * length)]!;
  };
}

/** Added to the receivers, in the counter of those blocks of which coins take bits: 16 receivers share one, and 8 indices. */
const COIN = 1 << 31;

/** How a node answers its own questions: `about` says all that they are about, such as `coin of round 3`, and decides the answer. */
export type ChooseOwn = <T>(about: string, options: readonly T[]) => T;

/** The chooser of one node: what it answers follows from the seed, the node and the question alone. @param seed a whole number from 0 to 2^53 − 1 */
export const seededAt = (seed: number, self: NodeId): ChooseOwn => (about, options) => {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < about.length; i += 1) {
    const unit = about.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  return options[Math.floor((philox(a, b, self, OWN, seed >>> 0, Math.floor(seed / 2 ** 32)) / 2 ** 32) * options.length)]!;
};

/** A whole number below `count`. */
export function chooseBelow(choose: ChooseOwn, about: string, count: number): number {
  return choose(about, count > LISTED ? wholeBelow(count) : (WHOLE[count] ??= Array.from({ length: count }, (_, number) => number)));
}

/** For each small count the whole numbers below it, made once. */
const WHOLE: (readonly number[])[] = [];
const LISTED = 256;

/** A list of the whole numbers below `count` that holds none of them: lists for each size of a network would outgrow the network. */
const wholeBelow = (count: number): readonly number[] =>
  new Proxy<readonly number[]>([], { get: (_, name) => (name === 'length' ? count : Number(name)) });

/** In the counter of a node's own choices, so that they share bits with nothing else that follows from the seed. */
const OWN = 0xc011;

/** The chooser where nobody has anything to choose. @throws Error when it is asked, which is a mistake of ours */
export const choosesNothing: ChooseOwn = (about) => {
  throw new Error(`nobody chooses here, but was asked about ${about}`);
};
