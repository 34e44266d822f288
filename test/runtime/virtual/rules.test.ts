import { expect } from 'chai';
import { choosesNothing } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { Network } from '../../../src/runtime/virtual/network.ts';
import { isCut, late, linkOf, lossy, parted, repeating, until, unsteady, type Partition, type Rule } from '../../../src/runtime/virtual/rules.ts';
import { probe } from '../../support/probe.ts';

const [a, b, c] = [0, 1, 2].map(nodeId) as [ReturnType<typeof nodeId>, ReturnType<typeof nodeId>, ReturnType<typeof nodeId>];

/** When the messages from one node to another arrive that are sent at these times. */
function arrivals(rules: readonly Rule[], { from = a, to = b, seed = 1, times = Array.from({ length: 1000 }, (_, at) => at) } = {}): (readonly number[])[] {
  const members = [a, b, c];
  const { nodes } = new Network(members.map((id) => ({ id, machine: probe, context: { self: id, members, signer: symbolicSigner(id), settings: {}, choose: choosesNothing } })), { link: () => [1], sync: () => 0 });
  const link = linkOf(rules, seed);
  return times.map((now) => link(nodes[from]!, nodes[to]!, now));
}

describe('rules of a virtual network', () => {
  it('without one, have each message arrive once, in a millisecond', () => {
    expect(arrivals([])).to.deep.equal(Array.from({ length: 1000 }, () => [1]));
  });

  it('drop a share of messages, repeat a share, and delay each arrival by its own time', () => {
    const all = arrivals([lossy(64), repeating(64), late(10)]);
    const count = (copies: number): number => all.filter(({ length }) => length === copies).length;
    expect(count(0)).to.be.within(200, 300);
    expect(count(2)).to.be.within(140, 240);
    expect([...new Set(all.flat())].toSorted((x, y) => x - y)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(all.some(([first, second]) => second !== undefined && first !== second)).to.equal(true);
  });

  it('take each message by itself: what is between others, or comes later, moves nothing', () => {
    const rules = [lossy(40), repeating(40), late(40)];
    expect(arrivals(rules, { times: [1, 2, 3] })).to.deep.equal(arrivals(rules).slice(0, 3));
    expect(arrivals(rules, { to: c })).not.to.deep.equal(arrivals(rules));
    expect(arrivals(rules, { seed: 2 })).not.to.deep.equal(arrivals(rules));
  });

  it('hold until a time, and others after', () => {
    const all = arrivals(until(500, [lossy(256)], [unsteady(5)]));
    expect(all.slice(0, 500).flat()).to.deep.equal([]);
    expect(new Set(all.slice(500).flat())).to.deep.equal(new Set([1, 2, 3, 4, 5]));
  });

  const partition = (way?: 'out' | 'in'): Partition => ({ from: 10, until: 20, side: new Set([a]), ...(way === undefined ? {} : { way }) });
  const isThrough = (way: 'out' | 'in' | undefined, from: typeof a, to: typeof a, now = 15): boolean => arrivals([parted([partition(way)])], { from, to, times: [now] })[0]!.length === 1;

  it('cut a side off in both ways, or in one, for a time', () => {
    expect([isThrough(undefined, a, b), isThrough(undefined, b, a), isThrough(undefined, b, c)]).to.deep.equal([false, false, true]);
    expect([isThrough('out', a, b), isThrough('out', b, a)]).to.deep.equal([false, true]);
    expect([isThrough('in', a, b), isThrough('in', b, a)]).to.deep.equal([true, false]);
    expect([9, 10, 19, 20].map((now) => isThrough(undefined, a, b, now))).to.deep.equal([true, false, false, true]);
    expect(isCut([partition('out')], a, b, 15)).to.equal(true);
  });

  it('cut a side off from some alone, if these are named', () => {
    const some: Partition = { ...partition(), others: new Set([b]) };
    expect([isCut([some], a, b, 15), isCut([some], b, a, 15), isCut([some], a, c, 15), isCut([some], c, a, 15), isCut([some], b, c, 15)]).to.deep.equal([true, true, false, false, false]);
  });
});
