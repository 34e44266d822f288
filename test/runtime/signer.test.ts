import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId } from '../../src/core/node.ts';
import { areKeys, digestOf, networkEnvelopes, networkSigner, newSecret, newVerdicts, publicKeysOf, type SignerOptions } from '../../src/runtime/signer.ts';

const secrets = [newSecret(), newSecret()];
const keys = secrets.map(publicKeysOf);
const optionsOf = (id: number, more: Partial<SignerOptions> = {}): SignerOptions => ({ cluster: 'east', self: nodeId(id), secret: secrets[id]!, keysOf: (of) => keys[of], ...more });

describe('a signer', () => {
  const [own, other] = [networkSigner(optionsOf(0)), networkSigner(optionsOf(1))];

  it('is known as its maker’s by all, whatever the order of the body’s fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 })), (body) => {
        const signature = own.sign('prepare', body);
        expect(signature).to.match(/^[\w-]{86}$/);
        const turned = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(body)) as object).toReversed());
        expect(other.verify(nodeId(0), 'prepare', turned, signature)).to.equal(true);
        expect(other.digest(turned)).to.equal(own.digest(body));
      }),
      { numRuns: 50 },
    );
  });

  it('is nothing for another body, signer, purpose or cluster', () => {
    const body = { view: 1, order: 2 };
    const signature = own.sign('prepare', body);
    const forgeries: number[] = [];
    const suspicious = networkSigner(optionsOf(1, { onForgery: (by) => forgeries.push(by) }));
    expect(suspicious.verify(nodeId(0), 'prepare', body, signature)).to.equal(true);
    expect(suspicious.verify(nodeId(0), 'prepare', { ...body, order: 3 }, signature)).to.equal(false);
    expect(suspicious.verify(nodeId(0), 'commit', body, signature)).to.equal(false);
    expect(suspicious.verify(nodeId(1), 'prepare', body, signature)).to.equal(false);
    expect(suspicious.verify(nodeId(7), 'prepare', body, signature)).to.equal(false);
    expect(networkSigner(optionsOf(1, { cluster: 'west' })).verify(nodeId(0), 'prepare', body, signature)).to.equal(false);
    expect(forgeries).to.deep.equal([0, 0, 1, 7]);
  });

  it('answers for anything that a wire may hold', () => {
    for (const signature of ['', 'x', 'A'.repeat(86), '!'.repeat(86), 'A'.repeat(1000)]) expect(own.verify(nodeId(1), 'prepare', { a: 1 }, signature)).to.equal(false);
    expect(own.verify(nodeId(1), 'prepare', { half: '\ud800' }, 'A'.repeat(86))).to.equal(false);
  });

  it('has the digest of its canonical bytes, as RFC 8785 gives them', () => {
    // SHA-256 of {"a":[1e+30,4.5],"ö":"€"}
    expect(own.digest({ ö: '€', a: [1e30, 4.5] })).to.equal(networkSigner(optionsOf(1)).digest({ a: [1e30, 4.5], ö: '€' }));
    expect(own.digest({})).to.equal('RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o');
  });

  it('is looked at once, and remembered', () => {
    const verdicts = newVerdicts();
    let looks = 0;
    const counting = networkSigner(optionsOf(1, { verdicts: { get: (key) => verdicts.get(key), set: (key, verdict) => [verdicts.set(key, verdict), (looks += 1)] } }));
    const bodies = Array.from({ length: 200 }, (_, order) => ({ order }));
    const signatures = bodies.map((body) => own.sign('commit', body));
    for (let time = 0; time < 2; time += 1) bodies.forEach((body, index) => expect(counting.verify(nodeId(0), 'commit', body, signatures[index]!)).to.equal(true));
    expect(looks).to.equal(200);
  });
});

describe('an envelope', () => {
  const [own, other] = [networkEnvelopes(optionsOf(0)), networkEnvelopes(optionsOf(1))];
  const body = digestOf(Buffer.from('{"type":"prepare"}'));

  it('is opened only by whom it is for, and only as it was sent', () => {
    const mac = own.mac(nodeId(1), '/prepare', body);
    expect(other.isFrom(nodeId(0), '/prepare', body, mac)).to.equal(true);
    expect(other.isFrom(nodeId(0), '/commit', body, mac)).to.equal(false);
    expect(other.isFrom(nodeId(0), '/prepare', digestOf(Buffer.from('{"type":"prepar3"}')), mac)).to.equal(false);
    expect(own.isFrom(nodeId(1), '/prepare', body, mac), 'sent back').to.equal(false);
    expect(other.isFrom(nodeId(5), '/prepare', body, mac)).to.equal(false);
    for (const wrong of ['', 'x', mac.slice(1), `${mac}A`]) expect(other.isFrom(nodeId(0), '/prepare', body, wrong)).to.equal(false);
    expect(networkEnvelopes(optionsOf(1, { cluster: 'west' })).isFrom(nodeId(0), '/prepare', body, mac)).to.equal(false);
  });
});

describe('public keys', () => {
  it('are told from anything else', () => {
    expect(areKeys(keys[0]!)).to.equal(true);
    expect(areKeys({ sign: 'x', pair: keys[0]!.pair })).to.equal(false);
    expect(areKeys({ sign: keys[0]!.sign, pair: '' })).to.equal(false);
  });
});
