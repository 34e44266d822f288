import { expect } from 'chai';
import { FROM_ALL, FROM_ONE, FloodGate } from '../../src/words/flood.ts';

describe('a flood of datagrams', () => {
  const read = (gate: FloodGate<number>, count: number, from: (number: number) => number, now: number): number => {
    let sum = 0;
    for (let number = 0; number < count; number += 1) if (gate.lets(from(number), now)) sum += 1;
    return sum;
  };

  it('of one sender is cut off, and nobody else suffers, until the second is over', () => {
    const gate = new FloodGate<number>();
    expect(read(gate, 30_000, () => 1, 5000)).to.equal(FROM_ONE);
    expect(read(gate, 10, () => 2, 5999)).to.equal(10);
    expect(read(gate, 10, () => 1, 5999)).to.equal(0);
    expect(read(gate, 10, () => 1, 6000)).to.equal(10);
  });

  it('of many senders is cut off too', () => {
    const gate = new FloodGate<number>();
    expect(read(gate, 100_000, (number) => number, 5000)).to.equal(FROM_ALL);
    expect(read(gate, 10, (number) => number, 6000)).to.equal(10);
  });
});
