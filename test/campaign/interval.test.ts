import { expect } from 'chai';
import { wilson } from '../../src/campaign/interval.ts';

describe('Wilson’s interval', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
  for (const [successes, trials, low, high] of [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const) {
    it(`is ${low} to ${high} for ${successes} of ${trials}`, () => {
      const rate = wilson(successes, trials);
      expect(rate.low).to.be.closeTo(low, 5e-5);
      expect(rate.high).to.be.closeTo(high, 5e-5);
      expect(rate.rate).to.equal(successes / trials);
    });
  }
});
