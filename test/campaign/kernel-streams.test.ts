import { expect } from 'chai';
import { kernelFor } from '../../src/campaign/kernel/kernel.ts';
import { GENERATORS, LANES, STATE_WORDS, placeOf, statesOf } from '../../src/campaign/kernel/streams.ts';
import { nodeId } from '../../src/core/node.ts';
import { coinsOf, onesIn } from '../support/kernels.ts';

const SEED = 20_211_123;
const BATCHES = 40;
const WORDS = 800;

/** Words of all lanes, batch by batch. */
const streams = Array.from({ length: BATCHES }, (_, batch) => coinsOf(SEED, batch, WORDS, 1)).flat();

describe('kernels: the coins', () => {
  it('of different batches, lanes and seeds never begin alike', () => {
    const begun = new Set<string>();
    let count = 0;
    for (const seed of [0, 1, 2, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
      for (const batch of [...Array.from({ length: 500 }, (_, index) => index), 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33]) {
        const states = statesOf(seed, batch);
        for (let stream = 0; stream < GENERATORS * LANES; stream += 1) {
          const state = Array.from({ length: STATE_WORDS }, (_, place) => states[placeOf(Math.floor(stream / LANES), place, stream % LANES)]!);
          expect(state.pop(), 'all counters begin alike').to.equal(states[placeOf(0, STATE_WORDS - 1, 0)]);
          begun.add(state.join(' '));
          count += 1;
        }
      }
    }
    expect(begun.size).to.equal(count);
  });

  it('are fair, in every bit of a word', () => {
    for (let bit = 0; bit < 32; bit += 1) expectFair(streams.map((words) => words.map((word) => (word >>> bit) & 1)), 1, `bit ${bit}`);
    expectFair(streams, 32, 'all bits');
  });

  it('do not follow from the word before, nor the one before that', () => {
    for (const lag of [1, 2, 3, 4, 16]) expectFair(streams.map((words) => words.subarray(lag).map((word, index) => word ^ words[index]!)), 32, `lag ${lag}`);
  });

  it('do not follow from the order beside', () => {
    for (const turn of [1, 2, 8, 16]) expectFair(streams.map((words) => words.map((word) => word ^ ((word << turn) | (word >>> (32 - turn))))), 32, `turned by ${turn}`);
  });

  it('of one lane or batch do not follow from those of the next', () => {
    for (const next of [1, 2, LANES, 2 * LANES]) expectFair(streams.slice(next).map((words, index) => words.map((word, place) => word ^ streams[index]![place]!)), 32, `${next} streams on`);
  });

  it('make all bytes equally likely, and every run as long as it should be', () => {
    const bytes = new Map<number, number>();
    const runs = new Map<number, number>();
    let run = 0;
    let last = 0;
    for (const words of streams) {
      for (const word of words) {
        for (const shift of [0, 8, 16, 24]) bytes.set((word >>> shift) & 0xff, (bytes.get((word >>> shift) & 0xff) ?? 0) + 1);
        for (let bit = 0; bit < 32; bit += 1) {
          const value = (word >>> bit) & 1;
          if (value === last) run += 1;
          else {
            runs.set(Math.min(run, 12), (runs.get(Math.min(run, 12)) ?? 0) + 1);
            [run, last] = [1, value];
          }
        }
      }
    }
    expectChiSquare(Array.from({ length: 256 }, (_, byte) => [bytes.get(byte) ?? 0, 1 / 256]), 'bytes');
    expectChiSquare(Array.from({ length: 12 }, (_, index) => [runs.get(index + 1) ?? 0, index === 11 ? 2 ** -11 : 2 ** -(index + 1)]), 'runs');
  });

  it('come out of the kernels themselves as they should: two generals, one of them a traitor, are one coin', () => {
    for (const engine of ['js', 'wasm'] as const) {
      const kernel = kernelFor({ protocol: 'exchange', members: 2, m: 0, traitors: [nodeId(1)], order: 'attack', strategy: 'coin' }, { engine })!;
      let attacks = 0;
      let orders = 0;
      for (let batch = 0; batch < 50; batch += 1) {
        const counts = kernel.run(SEED, batch, 2000);
        attacks += counts.executedAttack;
        orders += counts.orders;
        const [first] = coinsOf(SEED, batch, 1, 3);
        expect(kernel.observe(SEED, batch, 3).last[2 * LANES]).to.equal(first![2]);
      }
      expect(Math.abs(attacks - orders / 2) / Math.sqrt(orders / 4)).to.be.lessThan(4);
    }
  });
});

/** Half of the bits are 1, within four standard deviations and a half: for a fixed seed, once and for all. */
function expectFair(words: readonly Int32Array[], bits: number, what: string): void {
  const total = words.reduce((sum, { length }) => sum + length * bits, 0);
  const ones = words.reduce((sum, some) => sum + onesIn(some), 0);
  expect(Math.abs(ones - total / 2) / Math.sqrt(total / 4), `${what}: ${ones} of ${total}`).to.be.lessThan(4.5);
}

/** Pearson's statistic, within four and a half of its standard deviations. */
function expectChiSquare(counted: readonly (readonly [number, number])[], what: string): void {
  const total = counted.reduce((sum, [count]) => sum + count, 0);
  const statistic = counted.reduce((sum, [count, share]) => sum + (count - total * share) ** 2 / (total * share), 0);
  const freedom = counted.length - 1;
  expect(Math.abs(statistic - freedom) / Math.sqrt(2 * freedom), `${what}: ${statistic}`).to.be.lessThan(4.5);
}
