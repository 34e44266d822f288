import { expect } from 'chai';
import { oralExactly, type OralArmy } from '../../src/campaign/exact-oral.ts';
import { exactOf, isSummed, summed } from '../../src/campaign/exact.ts';
import { cellOf } from '../../src/campaign/grid.ts';
import { sharesOf } from '../../src/generals/symbolic/evaluate.ts';
import { everyone } from '../../src/generals/symbolic/instance.ts';
import { kernelFor } from '../../src/campaign/kernel/kernel.ts';
import { LANES } from '../../src/campaign/kernel/streams.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { oral } from '../../src/generals/protocols/oral.ts';
import { runOf } from '../../src/generals/symbolic/run.ts';
import { soaked } from '../support/trials.ts';

const COINS_MAX = 20;

describe('campaign: exact values of OM(m)', () => {
  it('are the share of all falls of the coins, wherever these are few enough to be tried one by one', () => {
    let [tried, open] = [0, 0];
    for (const army of armies(7, [1, 2, 3, 4])) {
      const { words, agreementViolated, validityViolated } = runOf({ protocol: oral, order: 'attack', ...everyone(1 + army.loyal + army.traitors), m: army.m, traitors: traitorsIn(army) }, 'coin');
      const shares = sharesOf(words, [agreementViolated, validityViolated], COINS_MAX);
      if (shares === undefined) continue;
      const exact = oralExactly(army, Infinity)!;
      expect(exact.agreement, JSON.stringify(army)).to.be.closeTo(1 - shares[0]!, 1e-12);
      expect(exact.validity, JSON.stringify(army)).to.be.closeTo(1 - shares[1]!, 1e-12);
      tried += 1;
      if (exact.agreement < 1) open += 1;
    }
    expect(tried).to.be.greaterThan(60);
    expect(open, 'where agreement depends on the coins').to.be.greaterThan(20);
  });

  it('are those of the closed forms, where there are any: m = 0 and m = 1, the exchange', () => {
    for (let n = 3; n <= 8; n += 1) {
      for (let f = 1; f <= n; f += 1) {
        for (const m of [0, 1]) {
          const [loyal, traitor] = [f === n ? undefined : oralExactly({ isCommanderLoyal: true, loyal: n - 1 - f, traitors: f, m }, Infinity)!, oralExactly({ isCommanderLoyal: false, loyal: n - f, traitors: f - 1, m }, Infinity)!];
          const closed = exactOf(cellOf('oral', m, n, f, 'coin'))!;
          expect(((n - f) / n) * (loyal?.agreement ?? 0) + (f / n) * traitor.agreement, `n=${n} f=${f} m=${m}`).to.be.closeTo(closed.agreement, 1e-12);
          if (closed.validity === null) expect(loyal).to.equal(undefined);
          else expect(loyal!.validity).to.be.closeTo(closed.validity, 1e-12);
        }
      }
    }
  });

  const STEPS = soaked(2 ** 15, 64);
  const MEMBERS = process.env['SOAK'] === '1' ? 9 : 8;
  it(`lie within five standard deviations of what kernels count in ${STEPS * LANES * 32} orders each, among up to ${MEMBERS} generals`, () => {
    let open = 0;
    for (const army of armies(MEMBERS, [2, 3])) {
      const members = 1 + army.loyal + army.traitors;
      // As an army would set m, or one more.
      if (members < 5 || army.m - Math.floor((members - 1) / 3) > 1) continue;
      const exact = oralExactly(army, 1e8);
      const kernel = kernelFor({ protocol: 'oral', members, m: army.m, traitors: traitorsIn(army), order: 'attack', strategy: 'coin' });
      if (exact === undefined || kernel === undefined || exact.agreement === 1) continue;
      const { orders, agreementViolated, validityViolated } = kernel.run(20_261_121, members, STEPS);
      expect(orders).to.equal(STEPS * LANES * 32);
      expectNear(exact.agreement, orders - agreementViolated, orders, `${JSON.stringify(army)}, agreement`);
      expectNear(exact.validity, orders - validityViolated, orders, `${JSON.stringify(army)}, validity`);
      open += 1;
    }
    expect(open).to.be.greaterThan(MEMBERS === 9 ? 40 : 25);
  });

  it('are 1 where OM(m) stands the traitors, and below where it does not', () => {
    for (const [n, f, m] of [[7, 2, 2], [9, 2, 2], [10, 3, 3], [16, 3, 3]] as const) expect(summed(cellOf('oral', m, n, f, 'coin'))).to.deep.equal({ agreement: 1, validity: 1 });
    for (const [n, f, m] of [[7, 3, 2], [8, 3, 2], [9, 3, 2], [6, 2, 2]] as const) expect(summed(cellOf('oral', m, n, f, 'coin'))!.agreement).to.be.within(0.5, 0.99);
    // More rounds than there are traitors for can hurt.
    expect(summed(cellOf('oral', 2, 4, 1, 'coin'))!.agreement).to.be.below(exactOf(cellOf('oral', 1, 4, 1, 'coin'))!.agreement);
  });

  it('are there for all of up to nine generals at the m that an army sets, and left out where the sum would take long', () => {
    for (let n = 7; n <= 9; n += 1) {
      for (let f = 1; f <= n; f += 1) {
        const { agreement, validity } = summed(cellOf('oral', oral.faultsByDefault(n), n, f, 'coin'))!;
        expect(agreement).to.be.within(0, 1);
        if (f < n) expect(validity).to.be.within(0, 1);
        else expect(validity).to.equal(null);
      }
    }
    expect(summed(cellOf('oral', 3, 13, 4, 'coin'))).to.equal(undefined);
  });

  it('are sought for coins in OM(2) and beyond, and for nothing else', () => {
    expect(isSummed(cellOf('oral', 2, 7, 3, 'coin'))).to.equal(true);
    for (const cell of [cellOf('oral', 1, 7, 3, 'coin'), cellOf('oral', 2, 7, 0, 'coin'), cellOf('oral', 2, 7, 3, 'liar'), cellOf('exchange', 2, 7, 3, 'coin')]) expect(isSummed(cell)).to.equal(false);
  });
});

/** All armies of up to so many generals, for each m that fits. */
function armies(membersMax: number, ms: readonly number[]): OralArmy[] {
  const all: OralArmy[] = [];
  for (let members = 3; members <= membersMax; members += 1)
    for (const m of ms)
      for (const isCommanderLoyal of [true, false])
        for (let traitors = 0; traitors < members; traitors += 1) if (oral.refuses(members, m) === undefined) all.push({ isCommanderLoyal, m, traitors, loyal: members - 1 - traitors });
  return all;
}

function traitorsIn({ isCommanderLoyal, traitors }: OralArmy): NodeId[] {
  const lieutenants = Array.from({ length: traitors }, (_, index) => nodeId(index + 2));
  return isCommanderLoyal ? lieutenants : [nodeId(1), ...lieutenants];
}

/** Within five standard deviations; exactly where the probability is 0 or 1. */
function expectNear(exact: number, count: number, of: number, what: string): void {
  expect(Math.abs(count / of - exact), `${what}: ${count} of ${of}, expected ${exact}`).to.be.at.most(5 * Math.sqrt(Math.max(0, exact * (1 - exact)) / of) + 1e-9);
}
