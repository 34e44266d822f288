import { expect } from 'chai';
import fc from 'fast-check';
import { binomial } from '../../src/campaign/binomial.ts';
import { ofBatch } from '../../src/campaign/draw.ts';

/** Uniform draws, keyed by a seed. */
function uniform(seed: number): () => number {
  let index = 0;
  return () => (ofBatch(seed, 0, index++) + 0.5) / 2 ** 32;
}

/** These, one after the other. */
function of(draws: readonly number[]): () => number {
  let index = 0;
  return () => draws[index++]!;
}

/** P(k) / P(mode), factor by factor. */
function ratio(count: number, p: number, mode: number, k: number): number {
  let logarithm = 0;
  for (let at = Math.min(mode, k); at < Math.max(mode, k); at += 1) logarithm += Math.log((((count - at) / (at + 1)) * p) / (1 - p));
  return Math.exp(k > mode ? logarithm : -logarithm);
}

describe('campaign: binomial draws', () => {
  for (const [count, p] of [[5, 0.3], [30, 0.2], [40, 0.5], [60, 0.75], [200, 0.31]] as const) {
    it(`are distributed as they should be, count ${count}, p = ${p}`, () => {
      const draws = 60_000;
      const seen = new Float64Array(count + 1);
      const next = uniform(count);
      for (let i = 0; i < draws; i += 1) seen[binomial(count, p, next)]! += 1;
      // Pearson's test, over the values that are expected often enough; its bound is 4.5 standard deviations of χ².
      let chi = 0;
      let values = 0;
      let chance = (1 - p) ** count;
      for (let k = 0; k <= count; k += 1) {
        const expected = chance * draws;
        if (expected >= 10) {
          chi += (seen[k]! - expected) ** 2 / expected;
          values += 1;
        }
        chance *= ((count - k) / (k + 1)) * (p / (1 - p));
      }
      expect(chi).to.be.below(values + 4.5 * Math.sqrt(2 * values));
    });
  }

  it('are accepted as often as the ratio of probabilities has it, to nine digits', () => {
    let tried = 0;
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 3000 }), fc.double({ min: 0.003, max: 0.5, noNaN: true }), fc.double({ min: 0.0005, max: 0.06, noNaN: true }), fc.boolean(), (count, p, us, isHigh) => {
        if (count * p < 10) return;
        // Hörmann's algorithm BTRS, steps 0, 1 and 3: where the squeeze does not apply, k is accepted if v is at most this.
        const deviation = Math.sqrt(count * p * (1 - p));
        const b = 1.15 + 2.53 * deviation;
        const a = -0.0873 + 0.0248 * b + 0.01 * p;
        const u = isHigh ? 0.5 - us : us - 0.5;
        const k = Math.floor(((2 * a) / us + b) * u + count * p + 0.5);
        const mode = Math.floor((count + 1) * p);
        const bound = (ratio(count, p, mode, k) * (a / (us * us) + b)) / ((2.83 + 5.1 / b) * deviation);
        if (k < 0 || k > count || bound > 0.99 || bound < 1e-12) return;
        tried += 1;
        // Whatever comes after a draw that is not accepted, (½, ½) makes the middle.
        const drawn = (v: number): number => binomial(count, p, of([u + 0.5, v, 0.5, 0.5]));
        const middle = Math.floor(count * p + 0.5);
        expect(drawn(bound * (1 - 1e-9)), `count ${count}, p ${p}, u ${u}`).to.equal(k);
        expect(drawn(bound * (1 + 1e-9)), `count ${count}, p ${p}, u ${u}`).to.equal(middle);
      }),
      // Once none, and once nearly none.
      { seed: 1, numRuns: 1000, examples: [[20, 0.5, 0.013, false], [20, 0.5, 0.015, false]] },
    );
    expect(tried).to.be.greaterThan(100);
  });

  it('lie between none and all, and about where they are expected, however many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 26 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (count, p, seed) => {
        const drawn = binomial(count, p, uniform(seed));
        expect(Number.isInteger(drawn)).to.equal(true);
        expect(drawn).to.be.within(0, count);
        expect(Math.abs(drawn - count * p)).to.be.at.most(8 * Math.sqrt(count * p * (1 - p)) + 20);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
