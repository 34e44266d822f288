import { expect } from 'chai';
import { Tuples } from '../../../src/generals/symbolic/tuples.ts';

describe('tuples of numbers', () => {
  it('are known by their number, each once, however many there are', () => {
    const tuples = new Tuples(3);
    const numbers = new Map<string, number>();
    for (let count = 0; count < 20_000; count += 1) {
      const tuple = [count % 7, -(count % 101), Math.imul(count, 2 ** 20)];
      const key = tuple.join();
      const expected = numbers.get(key) ?? tuples.size;
      expect(tuples.numberOf(tuple)).to.equal(expected);
      numbers.set(key, expected);
      expect(tuples.size).to.equal(numbers.size);
    }
    for (const [key, number] of numbers) expect([...tuples.of(number)].join()).to.equal(key);
  });
});
