import { expect } from 'chai';
import { cellSeed, traitorsOf } from '../../src/campaign/draw.ts';
import { exactBy, exactOf, isSummed, summed } from '../../src/campaign/exact.ts';
import { COMMANDER, cellOf, type Cell } from '../../src/campaign/grid.ts';
import { wilson } from '../../src/campaign/interval.ts';
import { simulated } from '../../src/campaign/trials.ts';
import { worstOf } from '../../src/campaign/worst.ts';
import { seeded, type Choose } from '../../src/core/choice.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import type { Member } from '../../src/generals/outcome.ts';
import { findingsOf } from '../../src/generals/judge/findings.ts';
import { runInRounds } from '../../src/generals/sim/rounds.ts';
import { trial } from '../support/trials.ts';

/** The 0.9995 quantile of the normal distribution: for intervals that cover the truth 999 times in 1000. */
const Z999 = 3.290526731491926;
const SEED = 20_260_101;

describe('campaign: intervals and exact values', () => {
  it("Wilson's interval is the one that Newcombe (1998, table I) computes", () => {
    for (const [count, trials, low, high] of [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const) {
      const interval = wilson(count, trials);
      expect(interval.low, `${count} of ${trials}`).to.be.closeTo(low, 0.00006);
      expect(interval.high, `${count} of ${trials}`).to.be.closeTo(high, 0.00006);
    }
    expect(wilson(29, 29).high).to.equal(1);
    expect(wilson(0, 0)).to.deep.include({ low: 0, high: 1 });
  });

  for (const cell of [cellOf('exchange', 1, 4, 2, 'coin'), cellOf('exchange', 1, 3, 1, 'coin'), cellOf('oral', 1, 3, 2, 'coin'), cellOf('oral', 0, 4, 2, 'coin'), cellOf('exchange', 1, 5, 1, 'coin'), ...[1, 2, 3].map((f) => cellOf('oral', 2, 4, f, 'coin'))]) {
    it(`is, for ${cell.id}, the average over all sets of traitors and all their coins`, () => {
      const exact = (isSummed(cell) ? summed(cell) : exactOf(cell))!;
      expect(exact.agreement).to.be.closeTo(enumerated(cell, 'agreement'), 1e-12);
      expect(exact.validity).to.be.closeTo(enumerated(cell, 'validity'), 1e-12);
    });
  }

  it('is, of validity, that of the orders of a loyal commander, and nothing where none is', () => {
    expect(exactOf(cellOf('exchange', 1, 3, 1, 'coin'))!.validity).to.equal(0.5);
    for (const protocol of ['exchange', 'oral'] as const) for (const m of [0, 1]) expect(exactOf(cellOf(protocol, m, 3, 3, 'coin'))!.validity).to.equal(null);
    expect(summed(cellOf('oral', 2, 4, 4, 'coin'))!.validity).to.equal(null);
    expect(exactBy(cellOf('king', 1, 3, 3, 'coin')).values?.validity).to.be.oneOf([null, undefined]);
  });

  const cells: readonly (readonly [Cell, number])[] = [
    ...[2, 3, 4, 5, 6, 7, 8].flatMap((n) => Array.from({ length: n + 1 }, (_, f) => [cellOf('exchange', 1, n, f, 'coin'), 1500] as const)),
    ...[4, 8, 12].map((f) => [cellOf('exchange', 1, 16, f, 'coin'), 600] as const),
    ...[[4, 2], [5, 3], [6, 2]].map(([n, f]) => [cellOf('oral', 1, n!, f!, 'coin'), 1500] as const),
    ...[[4, 2], [5, 3]].map(([n, f]) => [cellOf('oral', 0, n!, f!, 'coin'), 1500] as const),
  ];

  it(`lies within the 99.9 % interval of what is sampled, in each of ${cells.length} cells`, () => {
    for (const [cell, orders] of cells) {
      const { agreementViolated, validityViolated, commanderLoyal } = simulated(cell, cellSeed(SEED, cell), { from: 1, count: orders });
      const exact = exactOf(cell)!;
      expectWithin(exact.agreement, orders - agreementViolated, orders, `${cell.id}, agreement`);
      expectWithin((cell.members - cell.faults) / cell.members, commanderLoyal, orders, `${cell.id}, loyal commanders`);
      if (exact.validity === null) expect(commanderLoyal, cell.id).to.equal(0);
      else expectWithin(exact.validity, commanderLoyal - validityViolated, commanderLoyal, `${cell.id}, validity`);
    }
  });

  it('is 1 where every treason was tried and none breaks a property', () => {
    for (const cell of [cellOf('exchange', 1, 4, 1, 'coin'), cellOf('exchange', 2, 7, 1, 'coin'), cellOf('oral', 1, 5, 1, 'coin')]) {
      expect(worstOf(cell), cell.id).to.equal('holds');
      expect(exactOf(cell), cell.id).to.deep.equal({ agreement: 1, validity: 1 });
    }
    expect(worstOf(cellOf('oral', 2, 7, 2, 'coin'))).to.equal('holds');
    expect(worstOf(cellOf('exchange', 2, 7, 2, 'coin'))).to.equal('violated');
    for (const [cell, worst] of [
      [cellOf('king', 1, 4, 1, 'coin'), 'holds'], [cellOf('king', 1, 6, 1, 'coin'), 'holds'], [cellOf('king', 1, 4, 2, 'coin'), 'violated'], [cellOf('king', 2, 7, 1, 'coin'), 'holds'], [cellOf('king', 3, 10, 1, 'coin'), 'unknown'],
      [cellOf('signed', 2, 4, 2, 'coin'), 'holds'], [cellOf('signed', 1, 4, 2, 'coin'), 'violated'], [cellOf('signed', 4, 6, 1, 'coin'), 'unknown'],
    ] as const) expect(worstOf(cell), cell.id).to.equal(worst);
  });

  it('is worst of as many traitors as each order has, not of fewer', () => {
    // Two of four split the loyal; of three there is nobody left to be split, nor to disobey.
    expect([2, 3, 4].map((f) => worstOf(cellOf('exchange', 1, 4, f, 'coin')))).to.deep.equal(['violated', 'holds', 'holds']);
    expect([2, 3, 4].map((f) => worstOf(cellOf('king', 1, 4, f, 'coin')))).to.deep.equal(['violated', 'holds', 'holds']);
    expect([2, 3, 4].map((f) => worstOf(cellOf('signed', 1, 4, f, 'coin')))).to.deep.equal(['violated', 'holds', 'holds']);
  });

  it('draws every set of traitors equally often, of either class too', () => {
    const cell = cellOf('exchange', 1, 5, 2, 'coin');
    const orders = 20_000;
    for (const [among, sets] of [['any', 10], ['commander faulty', 4], ['commander loyal', 6]] as const) {
      const counts = new Map<string, number>();
      for (let order = 1; order <= orders; order += 1) {
        const set = traitorsOf(cell, SEED, order, among).join(' ');
        counts.set(set, (counts.get(set) ?? 0) + 1);
      }
      expect(counts.size, among).to.equal(sets);
      for (const [set, count] of counts) expectWithin(1 / sets, count, orders, `${among}: ${set}`);
    }
  });
});

function expectWithin(exact: number, count: number, orders: number, what: string): void {
  const { low, high } = wilson(count, orders, Z999);
  expect(exact, `${what}: ${count} of ${orders}`).to.be.within(low - 1e-12, high + 1e-12);
}

/** The share of all sets of traitors and all their choices in which a property holds; of validity, of the sets without the commander. */
function enumerated({ protocol, m, members: n, faults }: Cell, property: 'agreement' | 'validity'): number {
  let total = 0;
  let held = 0;
  for (const set of subsets(n, faults).filter((ids) => property === 'agreement' || !ids.includes(COMMANDER))) {
    const one = trial({ n, m, protocol, traitors: new Map(set.map((id): [NodeId, string] => [id, 'coin'])) });
    // Each set weighs the same, however many coins it tosses.
    let runs = 0;
    let good = 0;
    const answers: { index: number; options: number }[] = [];
    do {
      let asked = 0;
      const choose: Choose = (question, options) => {
        if (options.length === 1 || question.to === 0) return seeded(1)(question, options);
        const answer = (answers[asked] ??= { index: 0, options: options.length });
        asked += 1;
        return options[answer.index]!;
      };
      const members = one.members.map((id): Member => ({
        id,
        role: id === one.commander ? 'primary' : 'secondary',
        state: one.traitors.has(id) ? { type: 'faulty', strategy: 'coin' } : { type: 'loyal' },
      }));
      const findings = findingsOf(one.order, members, runInRounds(one, { traitors: one.traitors, choose }));
      runs += 1;
      if (findings[property].type === 'holds') good += 1;
    } while (nextOf(answers));
    total += 1;
    held += good / runs;
  }
  return held / total;
}

function nextOf(answers: { index: number; options: number }[]): boolean {
  for (let last = answers.pop(); last !== undefined; last = answers.pop()) {
    if (last.index + 1 === last.options) continue;
    answers.push({ ...last, index: last.index + 1 });
    return true;
  }
  return false;
}

const subsets = (n: number, size: number): NodeId[][] =>
  Array.from({ length: 2 ** n }, (_, mask) => Array.from({ length: n }, (_unused, bit) => bit).filter((bit) => (mask >> bit) % 2 === 1).map((bit) => nodeId(bit + 1))).filter(({ length }) => length === size);
