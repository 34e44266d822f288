import { expect } from 'chai';
import { readJson } from '../../../src/runtime/http/json.ts';

describe('JSON that strangers send', () => {
  const size = { depth: 3, parts: 10 };
  const read = (text: string): unknown => readJson(Buffer.from(text, 'latin1'), size);

  it('is read if it is so deep and has so many parts, and not if there is more of either', () => {
    expect(read('[[[1]]]')).to.deep.equal({ value: [[[1]]] });
    expect(read('[[[[1]]]]')).to.deep.equal({ flaw: 'that is nested deeper than 3' });
    expect(read('[1,2,3,4,5,6,7,8,9,0]')).to.deep.equal({ value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] });
    expect(read('[1,2,3,4,5,6,7,8,9,0,1]')).to.deep.equal({ flaw: 'that has more than 10 parts' });
    expect(read('[{},{},{},{},{},{}]')).to.deep.equal({ flaw: 'that has more than 10 parts' });
  });

  it('may have brackets, commas and quotes in its strings', () => {
    for (const value of ['[[[[[,,,,,,,,,,,::::', '\\"[', '\\', '"', '']) expect(read(JSON.stringify([value]))).to.deep.equal({ value: [value] });
  });

  it('has no name twice in one object, at any depth or in disguise; the same name in two objects is no matter', () => {
    const flaw = { flaw: 'that has a name twice in one object' };
    for (const text of ['{"a":1,"a":1}', '[{"a":{"b":1,"b":2}}]', '{"a":1,"\\u0061":2}', '{"__proto__":1,"__proto__":2}']) expect(read(text), text).to.deep.equal(flaw);
    for (const text of ['{"a":{"a":1}}', '[{"a":1},{"a":2}]', '{"__proto__":1}', '{"":{}}']) expect(read(text), text).to.have.property('value');
  });

  it('is JSON, in UTF-8', () => {
    for (const text of ['', '{', '"', '"\\', '{"a"}', '[1]]', '{"a":1,}', ':', 'nul', '{"a":}']) expect(read(text), text).to.deep.equal({ flaw: 'that is not JSON' });
    expect(read('"\xff"')).to.deep.equal({ flaw: 'that is not UTF-8' });
  });
});
