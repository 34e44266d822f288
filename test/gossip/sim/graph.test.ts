import { expect } from 'chai';
import { hubsOf, isConnected, partsOf, reachableWithout, type Graph } from '../../../src/gossip/sim/graph.ts';

/** 0 is linked to all others, and 1 to 2. */
const STAR: Graph = [[1, 2, 3, 4], [0, 2], [0, 1], [0], [0]];

describe('an overlay as a graph', () => {
  it('has the sizes of its parts, the largest first', () => {
    expect(partsOf(STAR)).to.deep.equal([5]);
    expect(partsOf([[1], [0], [], [4], [3]])).to.deep.equal([2, 2, 1]);
    expect(partsOf([])).to.deep.equal([]);
  });

  it('is connected if it has one part, or nobody', () => {
    expect(isConnected(STAR)).to.equal(true);
    expect(isConnected([[], []])).to.equal(false);
    expect(isConnected([])).to.equal(true);
  });

  it('loses its hubs first, and says what share of the others can reach each other then', () => {
    expect(hubsOf(STAR, 0.2)).to.deep.equal([0]);
    expect(reachableWithout(STAR, [0])).to.equal(0.5);
    expect(reachableWithout(STAR, [3])).to.equal(1);
    expect(reachableWithout(STAR, [0, 1, 2, 3, 4])).to.equal(1);
  });
});
