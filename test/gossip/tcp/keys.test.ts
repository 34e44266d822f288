import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/core/user-error.ts';
import { clusterOf, keysOf, secretIn } from '../../../src/gossip/tcp/keys.ts';
import { newSecret } from '../../../src/runtime/signer.ts';
import { at } from '../../support/gossip.ts';

describe('the keys of a gossip node', () => {
  const own = keysOf('lab', newSecret());
  const body = { address: at(5001), life: 1 };
  const signature = own.sign('left', body);

  it('sign what only they can sign, for one network, one purpose and one body', () => {
    expect(keysOf('lab', newSecret()).verify(own.own, 'left', { life: 1, address: at(5001) }, signature)).to.equal(true);
    for (const [cluster, domain, said] of [['other', 'left', body], ['lab', 'alive', body], ['lab', 'left', { ...body, life: 2 }]] as const) expect(keysOf(cluster, newSecret()).verify(own.own, domain, said, signature)).to.equal(false);
    expect(own.verify(keysOf('lab', newSecret()).own, 'left', body, signature)).to.equal(false);
  });

  it('are asked about anything, and say no', () => {
    for (const key of ['', 'x', 'A'.repeat(43), '_'.repeat(43), `${own.own}A`, '\ud800']) expect(own.verify(key, 'left', body, signature), key).to.equal(false);
    for (const forged of ['', 'x', 'A'.repeat(86), signature.slice(1), `${signature}A`, '\ud800']) expect(own.verify(own.own, 'left', body, forged), forged).to.equal(false);
    expect(own.verify(own.own, 'left', { text: '\ud800' }, signature)).to.equal(false);
  });

  it('know a message by its SHA-256', () => {
    expect(own.hash('abc')).to.equal('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('are those of a folder, if there is one, which only its owner reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-'));
    try {
      const data = join(folder, 'peer');
      const secret = secretIn(data);
      expect(secretIn(data)).to.equal(secret);
      expect(statSync(join(data, 'secret')).mode & 0o777).to.equal(0o600);
      writeFileSync(join(data, 'secret'), 'cut');
      expect(() => secretIn(data)).to.throw(UserError, 'is damaged');
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(secretIn(undefined)).not.to.equal(secretIn(undefined));
  });

  it('are of the network of those seeds, in whatever order they are named', () => {
    expect(clusterOf([at(5001), at(5002)])).to.equal(clusterOf([at(5002), at(5001)]));
    expect(clusterOf([at(5001), at(5002)])).not.to.equal(clusterOf([at(5001), at(5003)]));
  });
});
