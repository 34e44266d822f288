import { expect } from 'chai';
import fc from 'fast-check';
import { chooseBelow, choosesNothing, describe as inWords, seeded, seededAt, type MessageQuestion, type Question } from '../../src/core/choice.ts';
import { philox, plainBlock, wasmBlock } from '../../src/core/philox.ts';
import { QUORUM, nodeId } from '../../src/core/node.ts';

const ballot = (order: number, from: number): Question => ({ about: 'ballot', order, round: 0, from: nodeId(from), to: QUORUM, index: 0 });

const election = (order: number): Question => ({ about: 'primary', order, round: 0, from: QUORUM, to: QUORUM, index: 0 });

describe('a whole number below another', () => {
  it('is what a list of them all would give, however large', () => {
    const choose = seededAt(7, nodeId(3));
    for (const count of [1, 2, 255, 256, 257, 1000, 100_000]) {
      const all = Array.from({ length: count }, (_, number) => number);
      for (const about of ['one', 'another', 'a third']) expect(chooseBelow(choose, about, count), String(count)).to.equal(choose(about, all));
    }
  });
});

describe('Philox4x32-10', () => {
  // From the file kat_vectors of Random123, by the authors of the paper; the first word of each block.
  const vectors: readonly (readonly [counter: readonly [number, number, number, number], key: readonly [number, number], first: number])[] = [
    [[0, 0, 0, 0], [0, 0], 0x6627e8d5],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], 0x408f276d],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 0xd16cfe09],
  ];
  for (const [counter, key, first] of vectors) {
    it(`makes ${hex(first)} of the counter ${counter.map(hex).join(' ')} under the key ${key.map(hex).join(' ')}`, () => {
      expect(hex(philox(...counter, ...key))).to.equal(hex(first));
    });
  }

  it('agrees with the definition in arithmetic of 64 bits, for any counter and key, in JavaScript and in WebAssembly', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const makers = [plainBlock, wasmBlock()!];
    fc.assert(
      fc.property(fc.tuple(word, word, word, word, word, word), (words) => {
        expect(philox(...words)).to.equal(philoxByDefinition(...words));
        const blocks = makers.map((make) => {
          const block = new Uint32Array(4);
          make(...words, block);
          return [...block];
        });
        expect(blocks[0]).to.deep.equal(blocks[1]);
        expect(blocks[0]![0]).to.equal(philoxByDefinition(...words));
      }),
      { numRuns: 1000 },
    );
  });

  it('makes whole numbers from 0 to 2^32 − 1 of any words, also negative ones and such as are not whole', () => {
    fc.assert(
      fc.property(fc.tuple(fc.double(), fc.integer(), fc.double(), fc.integer(), fc.integer(), fc.double()), (words) => {
        const value = philox(...words);
        expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).to.equal(true);
      }),
    );
  });
});

describe('a seeded choice', () => {
  const question = (over: Partial<MessageQuestion> = {}): MessageQuestion => ({ about: 'message', order: 1, round: 1, from: nodeId(1), to: nodeId(2), index: 0, ...over });
  const anyQuestion: fc.Arbitrary<Question> = fc.oneof(
    fc.record({ about: fc.constant('message' as const), order: fc.nat(10_000), round: fc.nat(100), from: fc.nat(500).map(nodeId), to: fc.nat(500).map(nodeId), index: fc.nat(1000) }),
    fc.record({ order: fc.nat(10_000), from: fc.nat(500) }).map(({ order, from }) => ballot(order, from)),
    fc.nat(10_000).map(election),
  );
  const anySeed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

  it('is one of the options, and depends on seed and question alone, not on what was asked before', () => {
    fc.assert(
      fc.property(anySeed, anyQuestion, fc.array(anyQuestion, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (seed, asked, others, count) => {
        const options = Array.from({ length: count }, (_, index) => index);
        const choose = seeded(seed);
        for (const other of others) choose(other, options);
        const answer = choose(asked, options);
        expect(options).to.include(answer);
        expect(seeded(seed)(asked, options)).to.equal(answer);
      }),
    );
  });

  it('is another one when any field of the question is another, as often as chance has it', () => {
    const others: Record<string, Question> = {
      order: question({ order: 2 }),
      round: question({ round: 2 }),
      from: question({ from: nodeId(3) }),
      to: question({ to: nodeId(3) }),
      index: question({ index: 1 }),
    };
    for (const [field, other] of Object.entries(others)) {
      let same = 0;
      for (let seed = 0; seed < 1000; seed += 1) if (coin(seed, question()) === coin(seed, other)) same += 1;
      expect(Math.abs(same - 500), `${field} moves the coin in ${1000 - same} of 1000`).to.be.lessThan(Z * Math.sqrt(250));
    }
  });

  it('heeds all 53 bits of the seed', () => {
    for (let bit = 0; bit < 53; bit += 1) {
      expect(seeded(2 ** bit)(question(), MANY), `bit ${bit}`).not.to.equal(seeded(0)(question(), MANY));
    }
  });

  it('never asks two different questions by the same counter, for the sizes that armies have', () => {
    // Rounds and indexes share a word of the counter: below 2^20 messages from one to another in a round they stay apart.
    const seen = new Map<number, string>();
    for (let round = 0; round <= 20; round += 1) {
      for (const index of [0, 1, 2, 1000, 2 ** 20 - 1]) {
        for (const asked of [question({ round, index }), ...(index > 0 || round > 0 ? [] : [ballot(1, 1), election(1)])]) {
          const value = seeded(0)(asked, MANY);
          const clash = seen.get(value);
          expect(clash, `${inWords(asked)} and ${clash}`).to.equal(undefined);
          seen.set(value, inWords(asked));
        }
      }
    }
  });

  it('between two takes one bit of a block, another one for each of 16 receivers and 8 messages', () => {
    const block = new Uint32Array(4);
    plainBlock(3, (1 + 1) << 20, 5, 1 << 31, 9, 0, block);
    const bits = [...block].flatMap((word) => Array.from({ length: 32 }, (_, bit) => (word >>> bit) & 1));
    const choose = seeded(9);
    const asked = Array.from({ length: 16 }, (_, to) => Array.from({ length: 8 }, (_none, index) => question({ order: 3, from: nodeId(5), to: nodeId(to), index })));
    expect(asked.flat().map((one) => choose(one, [0, 1]))).to.deep.equal(bits);
  });

  it('among more takes a word of a block, another one for each of 4 messages, of each receiver alone', () => {
    const block = new Uint32Array(4);
    const choose = seeded(9);
    for (const to of [0, 1, 17]) {
      const words = [0, 1, 2].flatMap((four) => {
        plainBlock(3, ((1 + 1) << 20) ^ four, 5, to, 9, 0, block);
        return [...block];
      });
      const chosen = words.map((_, index) => choose(question({ order: 3, from: nodeId(5), to: nodeId(to), index }), MANY));
      expect(chosen).to.deep.equal(words.map((word) => Math.floor((word / 2 ** 32) * MANY.length)));
    }
  });

  it('is told in words that name all fields', () => {
    expect(inWords(question({ order: 7, round: 2, from: nodeId(3), to: nodeId(5), index: 4 }))).to.equal('message 7, round 2, 3 to 5, number 4');
  });
});

/**
 * The simplest of the tests of a random source, on the coins as traitors draw them: neighbours are the orders, senders or
 * receivers that follow each other, since these are what people see side by side. Seeds are fixed, so that they pass always or never.
 */
describe('the coins of one seed', () => {
  // The round has 12 bits of the counter, so that these are all rounds that can be told apart, less the first two.
  const N = 4000;
  const along: Record<string, (i: number) => Question> = {
    order: (i) => question({ order: i }),
    from: (i) => question({ from: nodeId(i) }),
    to: (i) => question({ to: nodeId(i) }),
    round: (i) => question({ round: i }),
    index: (i) => question({ index: i }),
  };

  for (const seed of [0, 1, 42, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    for (const [field, at] of Object.entries(along)) {
      it(`are fair, and neighbours and runs are as chance has them, along ${field} under seed ${seed}`, () => {
        const coins = Array.from({ length: N }, (_, i) => coin(seed, at(i + 1)));
        const ones = coins.reduce((sum, one) => sum + one, 0);
        expect(Math.abs(ones - N / 2), `${ones} of ${N} are 1`).to.be.lessThan((Z * Math.sqrt(N)) / 2);
        for (const lag of [1, 2, 3, 7, 16]) {
          let equal = 0;
          for (let i = lag; i < N; i += 1) if (coins[i] === coins[i - lag]) equal += 1;
          expect(Math.abs(equal - (N - lag) / 2), `${equal} equal at lag ${lag}`).to.be.lessThan((Z * Math.sqrt(N)) / 2);
        }
        // Runs of a fair coin: half as many of each length as of the length before.
        const lengths = runLengths(coins);
        const expected = (length: number): number => (length === LONG ? N / 2 ** LONG : N / 2 ** (length + 1));
        expect(chiSquare(lengths, expected), `runs ${lengths.slice(1).join(' ')}`).to.be.lessThan(CHI_SQUARE[LONG - 1]!);
      });
    }

    for (const count of [3, 5]) {
      it(`are fair with ${count} sides under seed ${seed}`, () => {
        const sides = Array.from({ length: count }, (_, side) => side);
        const counts = sides.map(() => 0);
        for (let i = 1; i <= N; i += 1) {
          const side = seeded(seed)(question({ order: i, to: nodeId(i % 7) }), sides);
          counts[side] = (counts[side] ?? 0) + 1;
        }
        expect(chiSquare([Number.NaN, ...counts], () => N / count), counts.join(' ')).to.be.lessThan(CHI_SQUARE[count - 1]!);
      });
    }
  }

  function question(over: Partial<MessageQuestion>): MessageQuestion {
    return { about: 'message', order: 3, round: 1, from: nodeId(1), to: nodeId(2), index: 0, ...over };
  }
});

/** 99.99 % of a normal distribution lie within as many deviations of its mean. */
const Z = 3.89;

/** The 99.99 % quantiles of χ², by degrees of freedom. */
const CHI_SQUARE = [0, 15.14, 18.42, 21.11, 23.51, 25.74, 27.86, 29.88];

/** Runs of this length and longer are counted together. */
const LONG = 8;

/** So many options that hardly two different draws of a test fall on the same. */
const MANY = Array.from({ length: 1_000_000 }, (_, index) => index);

const coin = (seed: number, question: Question): number => seeded(seed)(question, [0, 1]);

function runLengths(coins: readonly number[]): number[] {
  const lengths = Array.from({ length: LONG + 1 }, () => 0);
  let length = 0;
  coins.forEach((one, i) => {
    length += 1;
    if (coins[i + 1] === one) return;
    const counted = Math.min(length, LONG);
    lengths[counted] = lengths[counted]! + 1;
    length = 0;
  });
  return lengths;
}

/** @param counts from 1 on */
const chiSquare = (counts: readonly number[], expected: (index: number) => number): number =>
  counts.slice(1).reduce((sum, count, i) => sum + (count - expected(i + 1)) ** 2 / expected(i + 1), 0);

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** The paper's definition, with whole numbers of any size. */
function philoxByDefinition(...words: readonly [number, number, number, number, number, number]): number {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3, k0, k1] = words.map(BigInt) as [bigint, bigint, bigint, bigint, bigint, bigint];
  for (let round = 0; round < 10; round += 1) {
    const left = 0xd2511f53n * c0;
    const right = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(right >> 32n) ^ c1 ^ k0, right & mask, (left >> 32n) ^ c3 ^ k1, left & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return Number(c0);
}

describe('what a node chooses for itself', () => {
  const coins = (seed: number, id: number): string => Array.from({ length: 64 }, (_, round) => seededAt(seed, nodeId(id))(`coin of round ${round}`, [0, 1])).join('');

  it('follows from the seed, the node and the question, and from each of them', () => {
    expect(coins(1, 2)).to.equal(coins(1, 2));
    const all = [coins(1, 2), coins(2, 2), coins(2 ** 40 + 1, 2), coins(1, 3)];
    expect(new Set(all).size).to.equal(4);
    for (const tossed of all) expect(tossed.replaceAll('0', '').length).to.be.within(20, 44);
  });

  it('reaches every option', () => {
    const options = ['a', 'b', 'c', 'd', 'e'];
    expect(new Set(Array.from({ length: 60 }, (_, round) => seededAt(1, nodeId(0))(`of ${round}`, options)))).to.have.all.keys(...options);
  });

  it('is nothing where nobody has anything to choose', () => {
    expect(() => choosesNothing('a coin', [0, 1])).to.throw('nobody chooses here, but was asked about a coin');
  });
});
