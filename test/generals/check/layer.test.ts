import { expect } from 'chai';
import { Layer, combine } from '../../../src/generals/check/layer.ts';

describe('the configurations after a round', () => {
  it('are each there once, with all ways that lead to them, and the fewest lies', () => {
    const layer = new Layer(2);
    layer.add([1, 2], 1n, 3, 0);
    layer.add([2, 1], 5n, 0, 1);
    layer.add([1, 2], 2n, 1, 5);
    layer.add([1, 2], 4n, 2, 7);
    expect([layer.size, layer.ways, layer.lies, layer.before]).to.deep.equal([2, [7n, 5n], [1, 0], [5, 1]]);
  });

  it('come of all combinations of what may become of each general, but those with too many lies', () => {
    const prospects = [{ states: [1, 2], ways: [1n, 2n], lies: [0, 1] }, { states: [3, 4], ways: [1n, 5n], lies: [0, 2] }];
    const found: [states: string, ways: bigint, lies: number][] = [];
    const isCut = (bound: number) => combine(prospects, { ways: 3n, lies: 1 }, bound, (states, ways, lies) => found.push([states.join(), ways, lies]));
    expect(isCut(4)).to.equal(false);
    expect(found.splice(0)).to.deep.equal([['1,3', 3n, 1], ['1,4', 15n, 3], ['2,3', 6n, 2], ['2,4', 30n, 4]]);
    expect(isCut(2)).to.equal(true);
    expect(found).to.deep.equal([['1,3', 3n, 1], ['2,3', 6n, 2]]);
  });
});
