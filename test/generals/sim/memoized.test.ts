import { expect } from 'chai';
import { judging } from '../../../src/campaign/trials.ts';
import { philox } from '../../../src/core/philox.ts';
import type { NodeId } from '../../../src/core/node.ts';
import type { Member } from '../../../src/generals/outcome.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { seeded } from '../../../src/core/choice.ts';
import { STRATEGIES } from '../../../src/generals/faults/registry.ts';
import { findingsOf } from '../../../src/generals/judge/findings.ts';
import { verdictOf } from '../../../src/generals/judge/verdict.ts';
import { roleInstance, type RoleInstance } from '../../../src/generals/general.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { cohortFor } from '../../../src/generals/sim/memoized.ts';
import { repeatLine, trial, type Trial } from '../../support/trials.ts';

/** Small armies, of which much is remembered, and some of which little is: larger ones, and m larger than the rounds that are. */
const ARMIES = [
  { protocol: 'exchange', n: 4, m: 1, orders: 60 },
  { protocol: 'exchange', n: 7, m: 2, orders: 60 },
  { protocol: 'exchange', n: 10, m: 1, orders: 20 },
  { protocol: 'oral', n: 3, m: 1, orders: 60 },
  { protocol: 'oral', n: 7, m: 2, orders: 20 },
  { protocol: 'oral', n: 6, m: 3, orders: 10 },
  { protocol: 'signed', n: 4, m: 2, orders: 20 },
  { protocol: 'king', n: 4, m: 1, orders: 30 },
  { protocol: 'king', n: 8, m: 2, orders: 10 },
  { protocol: 'pbft', n: 4, m: 1, orders: 5 },
];

describe('memoized nodes', () => {
  for (const { protocol, n, m, orders } of ARMIES) {
    for (const { name: strategy } of STRATEGIES) {
      it(`decide, vote and send in every order what generals without memory do: ${protocol} among ${n}, m = ${m}, ${strategy}`, () => {
        assertAlike(trial({ protocol, n, m, seed: 5, order: n % 2 === 0 ? 'attack' : 'retreat', commander: ids(n)[m % n]! }), strategy, orders);
      });
    }
  }

  it('go on alike when there is more to remember than they can', () => assertAlike(trial({ protocol: 'king', n: 4, m: 1, seed: 5 }), 'coin', 6000));

  it('are judged as the judge would', () => {
    for (const { protocol, n, m, orders } of ARMIES) {
      const setting = trial({ protocol, n, m, seed: 6 });
      const { orders: _count, violations, ...sums } = judging({ setting, strategyOf: () => 'arbitrary', traitorsOf: (draw) => [...orderOf(setting, draw, 'arbitrary').traitors.keys()] })({ from: 1, count: orders });
      const expected = { commanderLoyal: 0, agreementViolated: 0, validityViolated: 0, attack: 0, retreat: 0, messages: 0 };
      const broken: { order: number; property: string }[] = [];
      for (let draw = 1; draw <= orders; draw += 1) {
        const one = orderOf(setting, draw, 'arbitrary');
        const account = runInRounds(one, one);
        const members = account.reports.map(({ id, strategy }): Member => ({ id, role: id === one.commander ? 'primary' : 'secondary', state: strategy === undefined ? { type: 'loyal' } : { type: 'faulty', strategy } }));
        const ballots = new Map(account.reports.flatMap(({ id, ballot }) => (ballot === undefined ? [] : [[id, ballot]])));
        const verdict = verdictOf(members, ballots);
        if (verdict.order !== undefined) expected[verdict.order] += 1;
        const { agreement, validity } = findingsOf(one.order, members, account);
        if (agreement.type === 'violated') expected.agreementViolated += 1;
        if (validity.type === 'violated') expected.validityViolated += 1;
        if (!one.traitors.has(one.commander)) expected.commanderLoyal += 1;
        if (agreement.type === 'violated') broken.push({ order: draw, property: 'agreement' });
        else if (validity.type === 'violated') broken.push({ order: draw, property: 'validity' });
        for (const { sent } of account.reports) expected.messages += sent;
      }
      expect(sums, protocol).to.deep.equal(expected);
      expect(violations, protocol).to.deep.equal(broken.slice(0, 5));
    }
  });
});

/** Has memoized nodes and generals without memory go through the same orders. */
function assertAlike(setting: Trial, strategy: string, orders: number): void {
  const spec = { ...setting, draw: 0 };
  const { register, run } = cohortFor(setting.order);
  const choose = seeded(setting.seed);
  const made = (id: NodeId, way?: string): RoleInstance => roleInstance(spec, id, way, choose, symbolicSigner(id), { isNoted: false });
  const nodes = setting.members.map((id) => register(made(id), made(id, strategy)));
  for (let draw = 1; draw <= orders; draw += 1) {
    spec.draw = draw;
    const one = orderOf(setting, draw, strategy);
    const army = nodes.map(({ loyal, traitor }) => (one.traitors.has(loyal.self) ? traitor : loyal));
    run(army);
    const told = army.map(({ self: id, decision, sent, instance: { ballot } }) => ({ id, decision, ballot: ballot(decision), sent }));
    expect(told, repeatLine(one)).to.deep.equal(runInRounds(one, one).reports.map(({ id, decision, ballot, sent }) => ({ id, decision, ballot, sent })));
  }
}

const ids = (n: number): readonly NodeId[] => trial({ protocol: 'exchange', n, m: 1 }).members;

/** That order, its number its own, with up to half of the army traitors. */
function orderOf(setting: Trial, draw: number, strategy: string): Trial {
  const betrays = (id: NodeId): boolean => philox(draw, id, 0, 0, 17, 0) % 3 === 0;
  return { ...setting, number: draw, draw, traitors: new Map(setting.members.filter(betrays).map((id) => [id, strategy])) };
}
