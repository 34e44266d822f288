import { expect } from 'chai';
import { exactOf } from '../../src/campaign/exact.ts';
import { COMMANDER, cellOf } from '../../src/campaign/grid.ts';
import { wilson } from '../../src/campaign/interval.ts';
import type { Kernel, KernelCell } from '../../src/campaign/kernel/kernel.ts';
import { kernelLack, slicedOf } from '../../src/campaign/sliced.ts';
import { EMPTY, added } from '../../src/campaign/tally.ts';
import { judging } from '../../src/campaign/trials.ts';
import { trial } from '../support/trials.ts';

const Z999 = 3.290526731491926;

describe('campaign: orders by kernels', () => {
  it('are in either class as often as they should be, whole steps by the kernel and the rest by the simulator', () => {
    const cell = cellOf('exchange', 1, 5, 2, 'coin');
    const asked: { readonly isFaulty: boolean; readonly stream: number; readonly steps: number }[] = [];
    const sliced = slicedOf(cell, (one) => slow(one, asked))!;
    let tally = EMPTY;
    const count = 1003;
    for (let batch = 0; batch < 8; batch += 1) {
      const one = sliced.run(99, batch, { from: batch * count + 1, count });
      expect(one.orders).to.equal(count);
      expect(sliced.run(99, batch, { from: batch * count + 1, count })).to.deep.equal(one);
      tally = added(tally, one);
    }
    expect(tally.messages).to.equal(tally.orders * 16);
    const exact = exactOf(cell)!;
    for (const [p, held, of] of [[exact.agreement, tally.orders - tally.agreementViolated, tally.orders], [exact.validity!, tally.commanderLoyal - tally.validityViolated, tally.commanderLoyal], [3 / 5, tally.commanderLoyal, tally.orders]] as const) {
      const { low, high } = wilson(held, of, Z999);
      expect(p).to.be.within(low, high);
    }
    expect(new Set(asked.map(({ stream }) => stream)).size, 'every batch and class has a stream of its own').to.equal(16);
    const faulty = asked.filter(({ isFaulty }) => isFaulty).reduce((sum, { steps }) => sum + steps * 32, 0) / 2;
    expect(faulty / tally.orders).to.be.closeTo(2 / 5, 0.04);
  });

  it('are all of one class where the other is empty', () => {
    for (const faults of [0, 4]) {
      const asked: { readonly isFaulty: boolean; readonly stream: number; readonly steps: number }[] = [];
      const tally = slicedOf(cellOf('exchange', 1, 4, faults, 'coin'), (one) => slow(one, asked))!.run(1, 0, { from: 1, count: 200 });
      expect(tally.orders).to.equal(200);
      expect(tally.commanderLoyal).to.equal(faults === 4 ? 0 : 200);
      expect(asked.every(({ isFaulty }) => isFaulty === (faults === 4))).to.equal(true);
    }
  });

  it('are known to be there without being made', () => {
    const cells = [cellOf('exchange', 1, 4, 0, 'coin'), cellOf('exchange', 1, 4, 4, 'coin'), cellOf('oral', 2, 7, 3, 'coin'), cellOf('oral', 3, 16, 5, 'coin'), cellOf('exchange', 1, 60, 25, 'coin'), cellOf('exchange', 1, 4, 1, 'liar'), cellOf('king', 1, 4, 1, 'coin')];
    for (const cell of cells) expect(kernelLack(cell) === undefined, cell.id).to.equal(slicedOf(cell) !== undefined);
    expect(cells.map(kernelLack)).to.deep.equal([
      undefined, undefined, undefined, 'its order has more than 20,000 messages', undefined,
      'its traitors are liar, and kernels are for coin', 'its traitors choose among more than two words, which is no coin',
    ]);
  });

  it('are none where a class has no kernel', () => {
    expect(slicedOf(cellOf('exchange', 1, 4, 1, 'coin'), ({ traitors }) => (traitors.includes(COMMANDER) ? undefined : slow({ ...NOBODY, traitors }, [])))).to.equal(undefined);
  });
});

const NOBODY: KernelCell = { protocol: 'exchange', members: 4, m: 1, traitors: [], order: 'attack', strategy: 'coin' };

/** What a kernel does, by the simulator. */
function slow({ protocol, members, m, traitors, strategy }: KernelCell, asked: { isFaulty: boolean; stream: number; steps: number }[]): Pick<Kernel, 'orders' | 'run'> {
  const one = trial({ n: members, m, protocol, traitors: new Map(traitors.map((id) => [id, strategy])) });
  return {
    orders: 32,
    run(seed, stream, steps) {
      asked.push({ isFaulty: traitors.includes(COMMANDER), stream, steps });
      const from = 1 + stream * 100_000;
      const { violations: _none, messages: _known, commanderLoyal: _told, attack, retreat, ...counts } = judging({ setting: { ...one, seed }, strategyOf: () => strategy, traitorsOf: () => traitors })({ from, count: steps * 32 });
      return { ...counts, executedAttack: attack, executedRetreat: retreat, undecided: counts.orders - attack - retreat };
    },
  };
}
