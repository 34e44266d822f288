import { expect } from 'chai';
import fc from 'fast-check';
import { parseMessage, parseStatement } from '../../src/gossip/parse.ts';
import { MESSAGES, at, messages, statements } from '../support/gossip.ts';

describe('gossip, messages as JSON:', () => {
  for (const [type, arbitrary] of Object.entries(MESSAGES)) {
    it(`${type} is read as it was written`, () => {
      fc.assert(fc.property<[object]>(arbitrary, (message) => void expect(parseMessage(JSON.parse(JSON.stringify(message)))).to.deep.equal(message)), { numRuns: 30 });
    });
  }

  it('statements are read as they were written', () => {
    fc.assert(fc.property(statements, (statement) => void expect(parseStatement(JSON.parse(JSON.stringify(statement)))).to.deep.equal(statement)));
  });

  it('of any JSON a message is made or nothing, and what is made is read again as itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(MESSAGES), 'toString', '__proto__'), (value, type) => {
        for (const input of [value, { type, ...(value as object) }]) {
          const message = parseMessage(input);
          if (message !== undefined) expect(parseMessage(message)).to.deep.equal(message);
        }
      }),
    );
  });

  it('a message with one field that is wrong is none', () => {
    fc.assert(
      fc.property(messages, fc.nat(20), fc.constantFrom(null, -1, 1.5, 2 ** 31 + 1, 2 ** 53, '', 'x'.repeat(2000), '\ud800', [[]], {}), (message, index, wrong) => {
        const names = Object.keys(message).filter((name) => name !== 'type');
        fc.pre(names.length > 0);
        const name = names[index % names.length]!;
        const changed = parseMessage({ ...message, [name]: wrong });
        if (changed !== undefined) expect(ALLOWED.some((isAllowed) => isAllowed(name, wrong)), `${message.type}, ${name}: ${JSON.stringify(wrong)}`).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('numbers beyond all counting are refused at the door: incarnations of 2^53 − 1, −1 and 1.5', () => {
    const suspect = { type: 'suspect', address: at(5001), life: 1, by: at(5002), signature: '' };
    expect(parseStatement({ ...suspect, incarnation: 2 ** 31 })).not.to.equal(undefined);
    for (const incarnation of [2 ** 31 + 1, 2 ** 53 - 1, -1, 1.5, -0, '1', null, Number.NaN, Infinity]) expect(parseStatement({ ...suspect, incarnation })).to.equal(undefined);
  });

  it('an address has one spelling', () => {
    for (const address of ['127.0.0.1:05', '::1:5000', '[::0001]:5000', '[::ffff:127.0.0.1]:5000', 'LOCALHOST:5000', '127.0.0.1:0', '127.0.0.1:70000', '127.0.0.1', 5000, null]) {
      expect(parseMessage({ type: 'register', address }), String(address)).to.equal(undefined);
    }
  });

  it('a host has 64 characters at most, which leaves room for it in each message (cortex 4326, metrictank 1422)', () => {
    for (const [length, isRead] of [[63, true], [64, true], [65, false]] as const) {
      expect(parseMessage({ type: 'register', address: `${'h'.repeat(length)}:5000` }) !== undefined, String(length)).to.equal(isRead);
    }
  });

  it('fields that nobody here knows are left behind, so that later versions may say more', () => {
    expect(parseMessage({ type: 'ping', at: 1, colour: 'red' })).to.deep.equal({ type: 'ping', at: 1 });
  });
});

/** Where what is wrong elsewhere is right. */
const ALLOWED: readonly ((name: string, value: unknown) => boolean)[] = [
  (name, value) => value === '' && ['key', 'signature', 'reason', 'payload', 'hash', 'at', 'reporter'].includes(name),
  (name, value) => name === 'at' && [-1, 1.5, 2 ** 31 + 1].includes(value as number),
  (name, value) => name === 'checksum' && value === 2 ** 31 + 1,
];
