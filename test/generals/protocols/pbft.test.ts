import { expect } from 'chai';
import type { Choose } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import type { Action } from '../../../src/generals/strategy.ts';
import { Army } from '../../../src/index.ts';
import { pbft } from '../../../src/generals/protocols/pbft.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { drawTrial, failureOf, soaked, trial, type Trial } from '../../support/trials.ts';

describe('PBFT for one order', () => {
  for (const [n, m, share] of [[4, 1, 200], [7, 2, 1000], [10, 3, 2000], [13, 4, 5000]] as const) {
    it(`has the loyal agree and obey among ${n} with up to ${m} traitors of any kind`, function () {
      if (process.env['SOAK'] === '1') this.timeout(0);
      for (let seed = 0; seed < soaked(100_000, share); seed += 1) {
        expect(failureOf(drawTrial({ protocol: 'pbft', n, m, seed, traitors: seed % (m + 1) }))).to.equal(undefined);
      }
    });
  }

  it('changes the view when the primary falls after half of the others heard it, and executes what it ordered (§4.4)', () => {
    // G1 says pre-prepare to G2 and G3, and nothing more to anyone: those two prepare, but cannot commit without a third.
    const fallen: Choose = ({ round, to }, options) => (round === 1 && to < 4 ? options[0]! : silence(options));
    const one = trial({ protocol: 'pbft', n: 4, m: 1, traitors: new Map([[nodeId(1), 'arbitrary']]) });
    const account = runInRounds(one, { traitors: one.traitors, choose: fallen });
    expect(account.reports.slice(1).map(({ decision }) => decision)).to.deep.equal(['attack', 'attack', 'attack']);
    expect(heardBy(one, account, 4)).to.include.members(['G2 view-change to view 1, attack prepared', 'G2 new-view 1, with attack', 'G3 prepare attack in view 1']);
  });

  it('retreats together, and for good, where a traitorous primary told too few', () => {
    const secretive: Choose = ({ round, to }, options) => (round === 1 && to === 2 ? options[0]! : silence(options));
    const one = trial({ protocol: 'pbft', n: 4, m: 1, traitors: new Map([[nodeId(1), 'arbitrary']]) });
    const account = runInRounds(one, { traitors: one.traitors, choose: secretive });
    expect(account.reports.slice(1).map(({ decision }) => decision)).to.deep.equal(['retreat', 'retreat', 'retreat']);
    expect(heardBy(one, account, 3)).to.include('G2 view-change to view 1, nothing prepared');
  });

  it('convicts a primary that says two things to one', () => {
    const one = trial({ protocol: 'pbft', n: 4, m: 1, traitors: new Map([[nodeId(1), 'arbitrary']]) });
    // The fifth of the options is the honest message, and a lie after it.
    const { accusations } = runInRounds(one, { traitors: one.traitors, choose: (_question, options) => options[4] ?? options[0]! });
    expect(accusations).to.deep.include({ by: 2, kind: 'misbehaviour', suspect: 1, evidence: 'two pre-prepares for view 0, sequence number 1' });
  });

  it('ends with the loyal agreed when the primary is killed in the middle of its order, on threads', async () => {
    for (let seed = 1; seed <= soaked(6, 3); seed += 1) {
      const army = await Army.muster(4, { protocol: 'pbft', seed, deadline: 60_000 });
      const primary = army.members().find(({ role }) => role === 'primary')!;
      const [outcome] = await Promise.all([army.order('attack'), army.kill(primary.id)]);
      expect(outcome.findings?.agreement, `seed ${seed}`).to.deep.equal({ type: 'holds' });
      expect(outcome.findings?.termination, `seed ${seed}`).to.deep.equal({ type: 'holds' });
      expect((await army.order('retreat')).verdict, `seed ${seed}`).to.deep.include({ type: 'execute', order: 'retreat' });
      await army.disband();
    }
  });
});

/** Among what an arbitrary traitor may do: nothing. */
const silence = <T>(options: readonly T[]): T => options.find((option) => (option as Action<unknown>).now.length === 0 && (option as Action<unknown>).late.length === 0)!;

/** What a general heard in all, each with its sender. */
const heardBy = (one: Trial, { reports }: ReturnType<typeof runInRounds>, id: number): string[] =>
  reports[id - 1]!.heard.flat().flatMap(({ from, messages }) => messages.map((message) => `G${from} ${pbft.describe!(one, message as Parameters<NonNullable<typeof pbft.describe>>[1])}`));
