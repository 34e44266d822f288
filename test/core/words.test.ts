import { expect } from 'chai';
import fc from 'fast-check';
import { majority, majorityOf, tally } from '../../src/generals/majority.ts';
import { nameOf, nodeId } from '../../src/core/node.ts';
import { DEFAULT_ORDER, ORDERS, counterpart, parseOrder, type Order } from '../../src/generals/order.ts';
import { parseId, parseWhole } from '../../src/core/parse.ts';
import { byzantineMembers, faultsTolerated, strictMajority } from '../../src/core/quorum.ts';
import { UserError, quoted } from '../../src/core/user-error.ts';

const orders = fc.array(fc.constantFrom<Order>(...ORDERS), { maxLength: 50 });

describe('orders', () => {
  it('are attack and retreat, each the counterpart of the other', () => {
    expect(ORDERS).to.deep.equal(['attack', 'retreat']);
    for (const order of ORDERS) {
      expect(counterpart(order)).not.to.equal(order);
      expect(counterpart(counterpart(order))).to.equal(order);
    }
  });

  it('are what parseOrder takes, and nothing else that a wire may hold', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(parseOrder(input)).to.equal(input === 'attack' || input === 'retreat' ? input : undefined);
      }),
    );
    for (const near of ['Attack', 'attack ', 'ATTACK', ['attack'], new String('attack'), null, undefined]) expect(parseOrder(near)).to.equal(undefined);
    expect(ORDERS.map(parseOrder)).to.deep.equal(ORDERS);
  });
});

describe('a majority', () => {
  it('is what more than half of the votes are for; without one it is the default, retreat', () => {
    fc.assert(
      fc.property(orders, (votes) => {
        const attackers = votes.filter((vote) => vote === 'attack').length;
        expect(majority(votes)).to.equal(2 * attackers > votes.length ? 'attack' : 'retreat');
      }),
    );
    expect(majority([])).to.equal(DEFAULT_ORDER);
    expect(DEFAULT_ORDER, 'Lamport, Shostak and Pease 1982, §3').to.equal('retreat');
  });

  it('does not depend on the order of the votes, and gains by every vote for it', () => {
    fc.assert(
      fc.property(orders, (votes) => {
        expect(majority(votes.toReversed())).to.equal(majority(votes));
        expect(majority([...votes, majority(votes)])).to.equal(majority(votes));
      }),
    );
  });

  it('of a tally is the majority of the votes that were counted', () => {
    fc.assert(
      fc.property(orders, (votes) => {
        const counted = tally(votes);
        expect(counted.attack + counted.retreat).to.equal(votes.length);
        expect(majorityOf(counted)).to.equal(majority(votes));
      }),
    );
  });

  it('is strict where two could never both have it, and it takes no more votes than that needs', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (voters) => {
        const needed = strictMajority(voters);
        expect(2 * needed).to.be.greaterThan(voters);
        expect(2 * (needed - 1)).to.be.at.most(voters);
      }),
    );
  });
});

describe('the bound of oral messages', () => {
  it('is n = 3m + 1: so many generals stand m traitors, one fewer does not', () => {
    for (let m = 0; m < 200; m += 1) {
      expect(byzantineMembers(m)).to.equal(3 * m + 1);
      expect(faultsTolerated(byzantineMembers(m))).to.equal(m);
      if (m > 0) expect(faultsTolerated(byzantineMembers(m) - 1)).to.equal(m - 1);
    }
    expect(faultsTolerated(0)).to.equal(0);
  });
});

describe('numbers as people write them', () => {
  it('are whole, with a sign or an exponent if they like', () => {
    for (const [word, value] of [['3', 3], ['+3', 3], ['-1', -1], ['007', 7], ['1e9', 1e9], ['1E2', 100], ['0', 0], ['-0', -0]] as const) expect(parseWhole(word), word).to.equal(value);
  });

  it('are nothing else', () => {
    for (const word of ['', ' ', '3 ', ' 3', '1.5', '.5', '1.', '0x10', '1_000', '1,000', 'NaN', 'Infinity', '--1', '+-1', '1e', 'e9', '1e-1', '٣', '３', '1n', '1e100', '9'.repeat(21)]) expect(parseWhole(word), word).to.equal(undefined);
  });

  it('are read back from what any whole number is written as', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => void expect(parseWhole(String(value))).to.equal(value)));
  });

  it('never are anything but a whole number or undefined, whatever the word', () => {
    const word = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[+-]?[0-9.eEgG+-]{0,25}$/));
    fc.assert(
      fc.property(word, (text) => {
        const value = parseWhole(text);
        expect(value === undefined || Number.isInteger(value)).to.equal(true);
        const id = parseId(text);
        expect(id === undefined || (Number.isSafeInteger(id) && id >= 0)).to.equal(true);
      }),
    );
  });
});

describe('ids as people write them', () => {
  it('are a number, with or without the letter G before it', () => {
    for (const word of ['3', 'G3', 'g3', '03', 'g003']) expect(parseId(word), word).to.equal(3);
    fc.assert(fc.property(fc.nat(), (id) => void expect(parseId(nameOf(nodeId(id)))).to.equal(id)));
  });

  it('are nothing else', () => {
    for (const word of ['', 'G', 'GG3', 'G 3', '3G', '-1', '+1', '1.5', '1e3', 'G-1', 'H3', '9'.repeat(16), '３', 'Ｇ3']) expect(parseId(word), word).to.equal(undefined);
  });
});

describe('a quoted word', () => {
  // Cc are control characters, Bidi_Control those that turn the direction of a line, Zl and Zp end one, Cs are halves of pairs.
  const harmful = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u;
  const anyWord = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    // Any sequence of code units, halves of surrogate pairs among them.
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
    fc.array(fc.constantFrom('\u0000', '\u001b', '\u007f', '\u009b', '\u061c', '\u200e', '\u202e', '\u2028', '\u2029', '\u2066', '\u2069', '\ud800', '\udc00', '"', '\\', 'a', '😀'), { maxLength: 60 }).map((parts) => parts.join('')),
  );

  it('is short, in one line, and harmless at a terminal, whatever it holds', () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        const text = quoted(word);
        expect(text).to.match(/^".*"$/su);
        expect(harmful.exec(text)?.[0], JSON.stringify(text)).to.equal(undefined);
        expect(text.length).to.be.at.most(2 + 41 * 6);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the word itself where that is plain and short', () => {
    for (const word of ['banana', 'G3', 'Zürich', '将軍', '😀']) expect(quoted(word)).to.equal(`"${word}"`);
    expect(quoted('x'.repeat(41))).to.equal(`"${'x'.repeat(40)}…"`);
  });
});

describe('a refusal', () => {
  it('is an error of its own kind, so that nobody takes it for a defect', () => {
    expect(new UserError('no')).to.be.instanceOf(Error).and.include({ name: 'UserError', message: 'no' });
  });
});
