import { expect } from 'chai';
import { words } from '../../../src/words/sim/system.ts';
import { failuresIn } from '../../support/systems.ts';
import { soaked } from '../../support/trials.ts';

/** In a soak ten thousand plans, most of them among four. */
const SEEDS = [[1, 200, 40], [2, 400, 40], [4, 7000, 40], [5, 1200, 100], [7, 1200, 200]] as const;

describe('fault plans of the word database', function () {
  this.timeout(0);
  for (const [n, seeds, share] of SEEDS) {
    it(`break nothing among ${n}`, () => {
      const { failure, unknown } = failuresIn(words, soaked(seeds, share), { n });
      expect(failure).to.equal(undefined);
      expect(unknown).to.equal(0);
    });
  }
});
