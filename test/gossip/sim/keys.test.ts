import { expect } from 'chai';
import { symbolicKeys } from '../../../src/gossip/sim/keys.ts';

describe('symbolic keys', () => {
  const [ours, theirs] = [symbolicKeys('k1'), symbolicKeys('k2')];
  const body = { address: '10.0.0.1:6000', life: 1 };

  it('sign what anybody can check, and only in their own name', () => {
    const signature = ours.sign('left', body);
    expect(theirs.verify('k1', 'left', { ...body }, signature)).to.equal(true);
    expect(theirs.verify('k2', 'left', body, signature)).to.equal(false);
    expect(ours.verify('k1', 'alive', body, signature)).to.equal(false);
    expect(ours.verify('k1', 'left', { ...body, life: 2 }, signature)).to.equal(false);
    expect(ours.verify('k1', 'left', body, 'nonsense')).to.equal(false);
  });

  it('hash a text to the same each time, and others to others', () => {
    const hashes = new Set(Array.from({ length: 10_000 }, (_, i) => ours.hash(`1800000000.${i}:10.0.0.1:${i}`)));
    expect(hashes.size).to.equal(10_000);
    expect(ours.hash('word')).to.equal(theirs.hash('word')).and.match(/^[0-9a-f]{16}$/);
  });
});
