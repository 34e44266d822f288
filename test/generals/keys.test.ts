import { expect } from 'chai';
import fc from 'fast-check';
import { createPublicKey, verify } from 'node:crypto';
import { nodeId } from '../../src/core/node.ts';
import { ed25519Keyring } from '../../src/generals/keys.ts';

const [first, second] = [nodeId(1), nodeId(2)];

describe('the keyring of ed25519 signatures', () => {
  it('signs so that others can verify who signed what, and nothing else', () => {
    const signature = ed25519Keyring(5, first).sign('1:attack:1');
    const other = ed25519Keyring(5, second);
    expect(other.verify(first, '1:attack:1', signature)).to.equal(true);
    expect(other.verify(first, '1:retreat:1', signature)).to.equal(false);
    expect(other.verify(first, '2:attack:1', signature)).to.equal(false);
    expect(other.verify(second, '1:attack:1', signature)).to.equal(false);
    expect(ed25519Keyring(6, second).verify(first, '1:attack:1', signature)).to.equal(false);
  });

  it('repeats: the same seed, general and text give the same signature', () => {
    expect(ed25519Keyring(5, first).sign('text')).to.equal(ed25519Keyring(5, first).sign('text'));
    expect(ed25519Keyring(5, first).sign('text')).to.match(/^[\w-]{86}$/);
  });

  it('takes anything for a signature, and finds it wrong', () => {
    const keyring = ed25519Keyring(5, first);
    fc.assert(fc.property(fc.string(), (signature) => !keyring.verify(second, 'text', signature)), { numRuns: 200 });
  });

  it('makes what anybody with the public key can verify', () => {
    // RFC 8410: a public ed25519 key is 12 fixed bytes and the key. That of seed 5, G1, was taken from an earlier run.
    const known = Buffer.from(KEY, 'base64url');
    const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), known]), format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('text'), key, Buffer.from(ed25519Keyring(5, first).sign('text'), 'base64url'))).to.equal(true);
  });
});

const KEY = 'ENNLt4U4imWu3ygNlCLZWa3iy7zt1tzUoJRak8-ruMw';
