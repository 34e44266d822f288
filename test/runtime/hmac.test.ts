import { expect } from 'chai';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { hmacKey, hmacOf } from '../../src/runtime/hmac.ts';

describe('an HMAC', () => {
  it('is that of RFC 4231, in its first case', () => {
    expect(hmacOf(hmacKey(Buffer.alloc(20, 0x0b)), 'Hi There').toString('hex')).to.equal('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
  });

  it('is what OpenSSL makes, of any text, with any key of 64 bytes at most', () => {
    const keys = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 300, maxLength: 3000 }));
    fc.assert(
      fc.property(keys, texts, (key, text) => {
        expect(hmacOf(hmacKey(key), text).equals(createHmac('sha256', key).update(text).digest())).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});
