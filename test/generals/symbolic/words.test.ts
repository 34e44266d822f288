import { expect } from 'chai';
import fc from 'fast-check';
import { withSums } from '../../../src/generals/symbolic/adder.ts';
import { TRUE, FALSE, Circuitry, type Signal } from '../../../src/generals/symbolic/words.ts';

const COINS = 4;
const WORLDS = 2 ** COINS;

/** A word of the graph, and what it should be in each of the worlds that the coins can show. */
interface Known {
  readonly word: Signal;
  readonly truth: number;
}

const ALL = 2 ** WORLDS - 1;

/** Makes a word of two or three others; the number says how. */
function combined(words: Circuitry, how: number, [a, b, c]: readonly [Known, Known, Known]): Known {
  switch (how) {
    case 0:
      return { word: words.not(a.word), truth: ~a.truth & ALL };
    case 1:
      return { word: words.and(a.word, b.word), truth: a.truth & b.truth };
    case 2:
      return { word: words.or(a.word, b.word), truth: a.truth | b.truth };
    case 3:
      return { word: words.xor(a.word, b.word), truth: a.truth ^ b.truth };
    case 4:
      return { word: words.andNot(a.word, b.word), truth: a.truth & ~b.truth & ALL };
    default:
      return { word: words.select({ by: a.word, chosen: b.word, otherwise: c.word }), truth: (a.truth & b.truth) | (~a.truth & c.truth & ALL) };
  }
}

const beginning = (words: Circuitry): Known[] => [
  { word: FALSE, truth: 0 },
  { word: TRUE, truth: ALL },
  ...Array.from({ length: COINS }, (_, coin) => {
    let truth = 0;
    for (let world = 0; world < WORLDS; world += 1) if ((world >> coin) % 2 === 1) truth |= 1 << world;
    return { word: words.coin(`${coin}`), truth };
  }),
];

/** What a word comes to in each world, by its gates. */
function truthOf(words: Circuitry, word: Signal): number {
  const gate = words.gate(word);
  switch (gate.type) {
    case 'constant':
      return gate.value ? ALL : 0;
    case 'coin':
      return beginning(new Circuitry())[2 + Number(gate.toss)]!.truth;
    case 'not':
      return ~truthOf(words, gate.of) & ALL;
    case 'and':
      return truthOf(words, gate.a) & truthOf(words, gate.b);
    case 'or':
      return truthOf(words, gate.a) | truthOf(words, gate.b);
    case 'xor':
      return truthOf(words, gate.a) ^ truthOf(words, gate.b);
    case 'but':
      return truthOf(words, gate.a) & ~truthOf(words, gate.b) & ALL;
    case 'select': {
      const by = truthOf(words, gate.by);
      return (by & truthOf(words, gate.chosen)) | (~by & truthOf(words, gate.otherwise) & ALL);
    }
    case 'at-least':
      throw new Error('a sum was to stand in its place');
  }
}

const recipe = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 });

function cooked(words: Circuitry, steps: readonly (readonly [number, number, number, number])[]): Known[] {
  const made = beginning(words);
  const pick = (number: number): Known => made[number % made.length]!;
  for (const [how, a, b, c] of steps) made.push(combined(words, how, [pick(a), pick(b), pick(c)]));
  return made;
}

describe('symbolic runs: words', () => {
  it('simplify by the laws of Boolean algebra only', () => {
    fc.assert(
      fc.property(recipe, (steps) => {
        const words = new Circuitry();
        for (const { word, truth } of cooked(words, steps)) expect(truthOf(words, word)).to.equal(truth);
      }),
      { numRuns: 1500 },
    );
  });

  it('are added as numbers are, repeated, complemented and constant ones too', () => {
    fc.assert(
      fc.property(recipe, fc.array(fc.nat(), { maxLength: 12 }), fc.nat({ max: 13 }), (steps, votes, threshold) => {
        const words = new Circuitry();
        const made = cooked(words, steps);
        const cast = votes.map((vote) => made[vote % made.length]!);
        const sums = withSums(words, [words.atLeast(cast.map((vote) => vote.word), threshold)]);
        const truth = truthOf(sums.words, sums.results[0]!);
        for (let world = 0; world < WORLDS; world += 1) {
          const count = cast.filter((vote) => (vote.truth >> world) % 2 === 1).length;
          expect((truth >> world) % 2 === 1, `world ${world}: ${count} of ${cast.length}, wanted ${threshold}`).to.equal(count >= threshold);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('are made once: the same sum of the same votes in another order is the same word', () => {
    const words = new Circuitry();
    const coins = ['a', 'b', 'c', 'd', 'e'].map((toss) => words.coin(toss));
    const [one, other] = [words.atLeast(coins, 3), words.atLeast(coins.toReversed(), 3)];
    const size = words.size;
    expect(one).to.equal(other);
    expect(withSums(words, [one, other]).results[0]).to.equal(withSums(words, [other]).results[0]);
    expect(words.xor(words.and(coins[0]!, coins[1]!), words.and(coins[1]!, coins[0]!))).to.equal(FALSE);
    expect(words.size - size).to.equal(1);
  });
});
