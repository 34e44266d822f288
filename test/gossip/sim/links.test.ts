import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { linksOf, type LinkRules } from '../../../src/gossip/sim/links.ts';
import type { SimNode } from '../../../src/runtime/virtual/network.ts';

const QUIET: LinkRules = { loss: 0, delay: 1, partitions: [], off: new Map(), slow: new Map(), stabilisesAt: 1000 };

const at = (id: number): SimNode => ({ id: nodeId(id) }) as SimNode;

/** What becomes of so many packets, one after the other. */
function packets(rules: Partial<LinkRules>, count: number, { from = 0, to = 1, now = 0, seed = 1 } = {}): (readonly number[])[] {
  const link = linksOf({ ...QUIET, ...rules }, seed);
  return Array.from({ length: count }, () => link(at(from), at(to), now));
}

describe('the links of a simulated gossip network', () => {
  it('take a millisecond if nothing is said of them', () => {
    expect(packets({}, 3)).to.deep.equal([[1], [1], [1]]);
  });

  it('are late by up to the delay, each time anew, and lose the share that was said, by the seed', () => {
    const sent = packets({ loss: 0.3, delay: 40 }, 20_000);
    const arrived = sent.flat();
    expect(arrived.length / sent.length).to.be.closeTo(0.7, 0.02);
    expect([Math.min(...arrived), Math.max(...arrived)]).to.deep.equal([1, 40]);
    expect(sent).to.deep.equal(packets({ loss: 0.3, delay: 40 }, 20_000));
    expect(sent).not.to.deep.equal(packets({ loss: 0.3, delay: 40 }, 20_000, { seed: 2 }));
  });

  it('lose nothing and are quick once the network is stable', () => {
    const arrived = packets({ loss: 0.9, delay: 100 }, 1000, { now: 1000 }).flat();
    expect(arrived).to.have.length(1000);
    expect(Math.max(...arrived)).to.equal(5);
  });

  it('are cut by partitions in the ways that these have, and no longer than that', () => {
    const partitions = [{ from: 10, until: 20, side: new Set([nodeId(0)]), way: 'out' as const }];
    expect(packets({ partitions }, 1, { now: 10 })).to.deep.equal([[]]);
    expect(packets({ partitions }, 1, { now: 10, from: 1, to: 0 })).to.deep.equal([[1]]);
    expect(packets({ partitions }, 1, { now: 20 })).to.deep.equal([[1]]);
  });

  it('are later from whoever is slow', () => {
    expect(packets({ slow: new Map([[nodeId(0), 400]]) }, 1)).to.deep.equal([[401]]);
    expect(packets({ slow: new Map([[nodeId(1), 400]]) }, 1)).to.deep.equal([[1]]);
  });

  it('lead nowhere from and to a host without power, stable or not', () => {
    const off = new Map([[nodeId(1), 500]]);
    expect(packets({ off }, 1, { now: 499 })).to.deep.equal([[1]]);
    for (const now of [500, 5000]) {
      expect(packets({ off }, 1, { now })).to.deep.equal([[]]);
      expect(packets({ off }, 1, { now, from: 1, to: 2 })).to.deep.equal([[]]);
      expect(packets({ off }, 1, { now, from: 0, to: 2 }).flat()).to.have.length(1);
    }
  });
});
