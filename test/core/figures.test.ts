import { expect } from 'chai';
import { counted, figure } from '../../src/core/figures.ts';

describe('a number as people read it', () => {
  const asIntlWrites = (value: number | bigint, decimals = 0): string => new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);

  it('is written as English has it, whole or not, below zero or beyond all whole numbers', () => {
    const whole = Array.from({ length: 22 }, (_, digits) => 10 ** digits).flatMap((power) => [power - 1, power, power + 1]);
    for (const value of [...whole, ...whole.map((one) => -one), -0, 123_456_789, 0.05, 999.95, 1234.5678, -1234.5678, Infinity, Number.MAX_SAFE_INTEGER]) {
      for (const decimals of [0, 1, 20] as const) expect(figure(value, decimals), `${value}`).to.equal(asIntlWrites(value, decimals));
    }
    for (const value of [0n, 999n, -1000n, 12_345_678_901_234_567_890n, 10n ** 29n]) expect(figure(value), `${value}`).to.equal(asIntlWrites(value));
  });

  it('is told by its size where nobody would read all of its digits', () => {
    expect(figure(10n ** 30n)).to.equal('about 10^30');
  });

  it('stands before one of something, or many', () => {
    expect([0, 1, 2000].map((count) => counted(count, 'order'))).to.deep.equal(['0 orders', '1 order', '2,000 orders']);
  });
});
