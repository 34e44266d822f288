import { expect } from 'chai';
import fc from 'fast-check';
import { createPublicKey, verify } from 'node:crypto';
import { nodeId } from '../../src/core/node.ts';
import { ed25519Signer } from '../../src/generals/keys.ts';

const [first, second] = [nodeId(1), nodeId(2)];

describe('ed25519 signatures', () => {
  it('signs so that others can verify who signed what, and nothing else', () => {
    const signature = ed25519Signer(5, first).sign('chain', '1:attack:1');
    const other = ed25519Signer(5, second);
    expect(other.verify(first, 'chain', '1:attack:1', signature)).to.equal(true);
    expect(other.verify(first, 'chain', '1:retreat:1', signature)).to.equal(false);
    expect(other.verify(first, 'chain', '2:attack:1', signature)).to.equal(false);
    expect(other.verify(second, 'chain', '1:attack:1', signature)).to.equal(false);
    expect(other.verify(first, 'pbft', '1:attack:1', signature), 'another domain').to.equal(false);
    expect(ed25519Signer(6, second).verify(first, 'chain', '1:attack:1', signature)).to.equal(false);
  });

  it('repeats: the same seed, general and text give the same signature', () => {
    expect(ed25519Signer(5, first).sign('chain', 'text')).to.equal(ed25519Signer(5, first).sign('chain', 'text'));
    expect(ed25519Signer(5, first).sign('chain', 'text')).to.match(/^[\w-]{86}$/);
  });

  it('takes anything for a signature, and finds it wrong', () => {
    const signer = ed25519Signer(5, first);
    fc.assert(fc.property(fc.string(), (signature) => !signer.verify(second, 'chain', 'text', signature)), { numRuns: 200 });
  });

  it('makes what anybody with the public key can verify', () => {
    // RFC 8410: a public ed25519 key is 12 fixed bytes and the key. That of seed 5, G1, was taken from an earlier run.
    const known = Buffer.from(KEY, 'base64url');
    const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), known]), format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('chain:text'), key, Buffer.from(ed25519Signer(5, first).sign('chain', 'text'), 'base64url'))).to.equal(true);
  });
});

const KEY = 'ENNLt4U4imWu3ygNlCLZWa3iy7zt1tzUoJRak8-ruMw';
