import { expect } from 'chai';
import type { NodeId } from '../../src/core/node.ts';
import { runInRounds } from '../../src/generals/sim/rounds.ts';
import { drawTrial, repeatLine, soaked, type Trial } from '../support/trials.ts';

/** What the lemmas of phase king are about: what loyal generals say in a phase. */
interface Phase {
  readonly king: NodeId;
  /** What each loyal general said. */
  readonly values: readonly string[];
  readonly proposals: readonly string[];
}

/** The phases of a run, by what somebody heard of each loyal general. */
function phasesOf(one: Trial): Phase[] {
  const { reports } = runInRounds(one, one);
  const loyal = one.members.filter((id) => !one.traitors.has(id));
  const saidBy = (from: NodeId, round: number): string => {
    const hearer = reports.find(({ id }) => id !== from)!;
    return hearer.heard[round - 1]!.find((entry) => entry.from === from)!.messages[0] as string;
  };
  return Array.from({ length: one.m + 1 }, (_, phase) => ({
    king: one.members[phase]!,
    values: loyal.map((id) => saidBy(id, 2 + 3 * phase)),
    proposals: loyal.map((id) => saidBy(id, 3 + 3 * phase)),
  }));
}

/** Seeded treasons of m traitors among 3m + 1, each with its phases. */
function* runs(): Generator<{ readonly one: Trial; readonly phases: readonly Phase[]; readonly repeat: string }> {
  for (const [n, m] of [[4, 1], [7, 2]] as const) {
    for (let seed = 0; seed < soaked(100_000, 1000); seed += 1) {
      const one = drawTrial({ protocol: 'king', n, m, seed, traitors: m, strategies: ['arbitrary', 'coin', 'liar'] });
      yield { one, phases: phasesOf(one), repeat: repeatLine(one) };
    }
  }
}

const contentsOf = (said: readonly string[]): string[] => [...new Set(said.map((message) => message.split(' ')[1]!))];

describe('Berman, Garay and Perry, "Towards optimal distributed consensus" (1989)', () => {
  it('persistence: where all loyal begin a phase with one value, they propose it and keep it, whoever is king', () => {
    let underTraitors = 0;
    for (const { one, phases, repeat } of runs()) {
      phases.forEach(({ king, values, proposals }, index) => {
        if (contentsOf(values).length > 1) return;
        expect(contentsOf(proposals), repeat).to.deep.equal(contentsOf(values));
        const next = phases[index + 1];
        if (next === undefined) return;
        expect(contentsOf(next.values), repeat).to.deep.equal(contentsOf(values));
        if (one.traitors.has(king)) underTraitors += 1;
      });
    }
    expect(underTraitors, 'phases of traitorous kings').to.be.greaterThan(10);
  });

  it('no two proposals: loyal generals never propose different values in one phase', () => {
    let divided = 0;
    for (const { phases, repeat } of runs()) {
      for (const { values, proposals } of phases) {
        expect(contentsOf(proposals).filter((content) => content !== 'nothing').length, repeat).to.be.at.most(1);
        if (contentsOf(values).length > 1) divided += 1;
      }
    }
    expect(divided, 'phases that began divided').to.be.greaterThan(10);
  });

  it('the king’s phase: after that of a loyal king all loyal have one value', () => {
    let united = 0;
    for (const { one, phases, repeat } of runs()) {
      phases.forEach(({ king, values }, index) => {
        const next = phases[index + 1];
        if (next === undefined || one.traitors.has(king)) return;
        expect(contentsOf(next.values), repeat).to.have.lengthOf(1);
        if (contentsOf(values).length > 1) united += 1;
      });
    }
    expect(united, 'phases that a king had to unite').to.be.greaterThan(0);
  });
});
