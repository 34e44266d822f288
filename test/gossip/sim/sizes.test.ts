import { expect } from 'chai';
import fc from 'fast-check';
import { sizeOf } from '../../../src/gossip/sim/sizes.ts';

describe('the size of a message', () => {
  it('is the length of its JSON, if that has no letter that is escaped', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', ':', '.', '7'), maxLength: 12 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, plain, fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(plain.map((name) => `x${name}`), tie('value'), { maxKeys: 4 })),
    }));
    fc.assert(
      fc.property(value, (one) => {
        expect(sizeOf(one)).to.equal(JSON.stringify(one).length);
      }),
      { numRuns: 500 },
    );
  });

  it('counts keys, signatures, hashes and nonces as long as real ones are', () => {
    expect(sizeOf({ signature: 'a term' })).to.equal(JSON.stringify({ signature: 'x'.repeat(88) }).length);
    expect(sizeOf({ key: 'k' })).to.equal(JSON.stringify({ key: 'x'.repeat(44) }).length);
  });
});
