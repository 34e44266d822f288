import canonicalize from 'canonicalize';
import { expect } from 'chai';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { digestOfForm, formOf } from '../../src/runtime/canonical.ts';

describe('the canonical text of a body', () => {
  it('is that of RFC 8785, whether all of it, some of its parts, or nothing of it was written before', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), fc.boolean(), (list, named, areKnown) => {
        const body = { list, named, b: [{ body: named, signature: 'x' }, list], a: { '\u20ac': 1, '\r': 2, '1': 3, '😀': 4, 'ö': undefined } };
        if (areKnown) for (const part of [named, list, body.a]) formOf(part);
        expect(formOf(body).text).to.equal(canonicalize(body));
        expect(formOf(body)).to.equal(formOf(body));
      }),
      { numRuns: 500 },
    );
  });

  it('makes the digest', () => {
    const body = { b: [1, { c: null }], a: 'text' };
    expect(digestOfForm(formOf(body))).to.equal(createHash('sha256').update(canonicalize(body)!).digest('base64url'));
  });

  it('is not there for what is no number', () => {
    for (const body of [{ a: Number.NaN }, [Infinity], { a: [{ b: -Infinity }] }]) expect(() => formOf(body)).to.throw(/not allowed/);
    expect(formOf({ a: null, b: 'null' }).text).to.equal('{"a":null,"b":"null"}');
  });

  it('is not there for half a surrogate pair, wherever it stands', () => {
    for (const body of [{ a: '\ud800' }, { '\ud800': 1 }, ['\ud800'], { a: [{ b: '\ud800' }] }, { a: {}, '\udc00': {} }, [{}, '\ud800']]) expect(() => formOf(body)).to.throw('surrogate');
  });
});
