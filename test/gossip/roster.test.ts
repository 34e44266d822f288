import { expect } from 'chai';
import { checksumOf, enter, newRoster } from '../../src/gossip/roster.ts';
import { at } from '../support/gossip.ts';

describe('the checksum of a list', () => {
  const checksumFor = (ports: readonly number[]): number => {
    const roster = newRoster();
    for (const port of ports) enter(roster, { type: 'member', address: at(port), key: 'k', life: 1, votes: [] });
    return checksumOf(roster).checksum;
  };

  it('is the same in whatever order its members came', () => {
    expect(checksumFor([6001, 6002, 6003])).to.equal(checksumFor([6003, 6001, 6002]));
  });

  it('tells lists of the same size apart, though their members are at ports of one host', () => {
    const known = new Map<number, string>();
    for (let one = 6000; one < 6100; one += 1) {
      for (let other = one + 1; other < 6100; other += 1) {
        const checksum = checksumFor([one, other]);
        expect(known.get(checksum), `${one} and ${other}`).to.equal(undefined);
        known.set(checksum, `${one} and ${other}`);
      }
    }
  });
});
