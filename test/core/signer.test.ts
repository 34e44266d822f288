import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';

describe('the symbolic signer', () => {
  const [one, two] = [symbolicSigner(nodeId(1)), symbolicSigner(nodeId(2))];
  const body = { view: 1, list: [1, 'a', { deep: true }], digest: 'x' };

  it('proves a signature of the same data to anyone, in whatever order its fields are', () => {
    const signature = one.sign('vote', body);
    expect(two.verify(nodeId(1), 'vote', body, signature)).to.equal(true);
    expect(two.verify(nodeId(1), 'vote', { digest: 'x', list: [1, 'a', { deep: true }], view: 1 }, signature)).to.equal(true);
    expect(one.sign('vote', structuredClone(body))).to.equal(signature);
  });

  const others: readonly object[] = [
    { ...body, view: 2 },
    { ...body, view: '1' },
    { ...body, digest: 'y' },
    { ...body, list: ['a', 1, { deep: true }] },
    { ...body, list: [1, 'a', { deep: false }] },
    { ...body, list: [1, 'a', { deep: true }, 0] },
    { ...body, more: 0 },
    { view: 'x', list: body.list, digest: 1 },
    {},
    [],
  ];
  for (const other of others) {
    it(`does not take it for ${JSON.stringify(other)}`, () => {
      const signature = one.sign('vote', body);
      expect(two.verify(nodeId(1), 'vote', other, signature)).to.equal(false);
      expect(one.digest(other)).not.to.equal(one.digest(body));
    });
  }

  it('does not take it from another signer, for another domain, or changed', () => {
    const signature = one.sign('vote', body);
    expect(one.verify(nodeId(2), 'vote', body, signature)).to.equal(false);
    expect(one.verify(nodeId(1), 'word', body, signature)).to.equal(false);
    expect(one.verify(nodeId(1), 'vote', body, `${signature} `)).to.equal(false);
  });

  it('gives a hundred thousand different things different digests', () => {
    const digests = new Set<string>();
    for (let i = 0; i < 100_000; i += 1) digests.add(one.digest({ view: i % 10, sequence: Math.floor(i / 10), digest: 'd' }));
    expect(digests.size).to.equal(100_000);
  });
});
