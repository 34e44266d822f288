import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { Allowance } from '../../../src/runtime/http/allowance.ts';

const [A, B] = [nodeId(1), nodeId(2)];

describe('what a node may ask of another', () => {
  let now: number;
  let allowance: Allowance;
  beforeEach(() => {
    now = 0;
    allowance = new Allowance({ messages: 100, bytes: 10_000, vain: 200 }, 3, () => now);
  });

  it('is so many messages a second, and more when time has passed; the other nodes are not to suffer', () => {
    for (let count = 0; count < 100; count += 1) expect(allowance.take(A, 1)).to.equal(0);
    expect(allowance.take(A, 1)).to.be.above(0);
    expect(allowance.take(B, 1)).to.equal(0);
    now += 100;
    for (let count = 0; count < 10; count += 1) expect(allowance.take(A, 1), `${count}`).to.equal(0);
    expect(allowance.take(A, 1)).to.be.above(0);
    now += 3_600_000;
    for (let count = 0; count < 100; count += 1) expect(allowance.take(A, 1)).to.equal(0);
    expect(allowance.take(A, 1), 'an hour of silence is not saved up').to.be.above(0);
  });

  it('is so many bytes a second: one large message is taken whole, and then made up for', () => {
    expect(allowance.take(A, 15_000)).to.equal(0);
    expect(allowance.take(A, 1)).to.equal(500);
    now += 501;
    expect(allowance.take(A, 1)).to.equal(0);
  });

  it('is a share of the time for what leads to nothing, be it proofs, brackets or noise', () => {
    allowance.spend(A, 1_000_000, 199);
    expect(allowance.take(A, 1)).to.equal(0);
    allowance.spend(A, 1_000_000, 201);
    const wait = allowance.take(A, 1);
    expect(wait).to.be.within(650, 750);
    expect(allowance.take(B, 1)).to.equal(0);
    now += wait + 1;
    expect(allowance.take(A, 1)).to.equal(0);
    for (let second = 0; second < 20; second += 1) {
      now += 1000;
      allowance.spend(A, 1_000_000, 100);
      expect(allowance.take(A, 1), 'a steady half of it').to.equal(0);
    }
  });

  it('is more where most nodes spend more, as on a slow machine or under load; one alone is not most', () => {
    allowance.spend(A, 1_000_000, 500);
    expect(allowance.take(A, 1)).to.be.above(0);
    now += 100;
    allowance.spend(B, 1_000_000, 300);
    expect(allowance.take(A, 1)).to.equal(0);
    allowance.spend(A, 1_000_000, 1000);
    expect(allowance.take(A, 1)).to.be.above(0);
  });

  it('does not shrink by the time that a small message had to wait for the processor', () => {
    allowance.spend(A, 500, 10_000);
    expect(allowance.take(A, 1)).to.equal(0);
  });

  it('comes back within two seconds, whatever it did', () => {
    allowance.spend(A, 1_000_000, 1000);
    allowance.take(B, 1_000_000_000);
    for (const node of [A, B]) expect(allowance.take(node, 1)).to.be.within(1000, 2000);
    now += 2001;
    expect([allowance.take(A, 1), allowance.take(B, 1)]).to.deep.equal([0, 0]);
  });
});
