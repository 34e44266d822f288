import { expect } from 'chai';
import { copied } from '../../../src/generals/sim/copied.ts';

describe('a copy of plain data', () => {
  it('is equal, and changes to it change nothing else, in maps and sets too', () => {
    const data = { list: [{ a: 1 }, undefined, null], map: new Map([['k', { votes: [1, 2] }]]), set: new Set([1, 2]), bytes: new Uint8Array([1, 2]) };
    const copy = copied(data);
    expect(copy).to.deep.equal(data);
    copy.list[0]!.a = 2;
    copy.map.get('k')!.votes.push(3);
    copy.map.set('l', { votes: [] });
    copy.set.add(3);
    copy.bytes[0] = 9;
    expect(data).to.deep.equal({ list: [{ a: 1 }, undefined, null], map: new Map([['k', { votes: [1, 2] }]]), set: new Set([1, 2]), bytes: new Uint8Array([1, 2]) });
  });
});
