import { expect } from 'chai';
import type { Choose } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import type { Action } from '../../../src/generals/strategy.ts';
import { STRATEGIES } from '../../../src/generals/faults/registry.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { drawTrial, failureOf, sentIn, soaked, trial } from '../../support/trials.ts';

describe('Berman, Garay and Perry, "Towards optimal distributed consensus" (1989): phase king', () => {
  for (const [n, m] of [[4, 1], [7, 2], [10, 3], [13, 4]] as const) {
    it(`stands ${m} traitors of any kind among ${n}, kings and commander included`, function () {
      if (process.env['SOAK'] === '1') this.timeout(0);
      for (let seed = 0; seed < soaked(100_000); seed += 1) {
        expect(failureOf(drawTrial({ protocol: 'king', n, m, seed, traitors: m }))).to.equal(undefined);
      }
    });
  }

  it('does not stand one traitor among three', () => {
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    expect(seeds.some((seed) => failureOf(drawTrial({ protocol: 'king', n: 3, m: 1, seed, traitors: 1 })) !== undefined)).to.equal(true);
  });

  it('believes m + 1 proposals and not m: a traitor cannot turn the last king against who is sure already', () => {
    // G1 is commander and first king. It keeps two at retreat and one at attack until the last phase, where it makes G3
    // sure of retreat, and proposes attack to G2, the king, whom no other general proposes attack to.
    const plan: Record<number, readonly string[]> = {
      1: ['order retreat', 'order retreat', 'order attack'],
      2: ['value attack', 'value attack', 'value attack'],
      3: ['proposal nothing', 'proposal nothing', 'proposal nothing'],
      4: ['king retreat', 'king retreat', 'king attack'],
      5: ['value retreat', 'value retreat', 'value attack'],
      6: ['proposal attack', 'proposal retreat', 'proposal nothing'],
    };
    const choose: Choose = ({ round, to }, options) => {
      const planned = JSON.stringify([plan[round]![to - 2]]);
      return options.find((option) => JSON.stringify((option as Action<unknown>).now) === planned)!;
    };
    const one = trial({ protocol: 'king', n: 4, m: 1, traitors: new Map([[nodeId(1), 'arbitrary']]) });
    const account = runInRounds(one, { ...one, choose });
    expect(account.reports.slice(1).map(({ decision }) => decision)).to.deep.equal(['retreat', 'retreat', 'retreat']);
    expect(account.reports[0]!.tampered.map(({ round }) => round)).to.include(6);
  });

  it('sends polynomially many messages: 2,109 among 16 with m = 3, where OM(3) sends 35,715', () => {
    expect(sentIn(runInRounds(trial({ protocol: 'king', n: 16, m: 3 })))).to.equal(15 + 4 * (2 * 16 * 15 + 15));
    expect(sentIn(runInRounds(trial({ protocol: 'oral', n: 16, m: 3 })))).to.equal(15 + 15 * 14 + 15 * 14 * 13 + 15 * 14 * 13 * 12);
  });

  it('hears all traitors out: each strategy is tried as commander and as king', () => {
    for (const { name } of STRATEGIES) {
      for (const traitor of [1, 2, 3, 4]) {
        for (const commander of [1, 2]) {
          expect(failureOf(trial({ protocol: 'king', n: 4, m: 1, commander: nodeId(commander), traitors: new Map([[nodeId(traitor), name]]) }))).to.equal(undefined);
        }
      }
    }
  });
});
