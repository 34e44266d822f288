import { expect } from 'chai';
import fc from 'fast-check';
import { binomial } from '../../src/campaign/binomial.ts';
import { ofBatch } from '../../src/campaign/draw.ts';

/** Uniform draws, keyed by a seed. */
function uniform(seed: number): () => number {
  let index = 0;
  return () => (ofBatch(seed, 0, index++) + 0.5) / 2 ** 32;
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
