import { expect } from 'chai';
import { COVERED } from '../../src/campaign/worst.ts';
import { QUORUM, type NodeId, type Quorum } from '../../src/core/node.ts';
import { seeded } from '../../src/core/choice.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { adversaryOf, traitorous } from '../../src/generals/faults/traitor.ts';
import { roleInstance, type RoleInstance } from '../../src/generals/general.ts';
import type { RunResult } from '../../src/generals/host.ts';
import { ORDERS } from '../../src/generals/order.ts';
import type { AnyRoundsProtocol } from '../../src/generals/protocol.ts';
import { exchange } from '../../src/generals/protocols/exchange.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { runInstances } from '../../src/generals/sim/rounds.ts';
import type { FaultStrategy } from '../../src/generals/strategy.ts';
import { drawTrial, ids, repeatLine, type Trial } from '../support/trials.ts';

/** Orders of one army: what was found out in one may be used in the next. */
const COUNT = 3;

/** Everybody says the same to everybody in every round, as no protocol of ours does: so what was said in one may be given again in the next. */
const repeating: AnyRoundsProtocol = {
  ...(exchange as AnyRoundsProtocol),
  name: 'repeating',
  rounds: () => 4,
  speaks: () => true,
  begin: () => ({}),
  step(context, _state, event) {
    if (event.type === 'input') return [];
    const to = context.members.filter((id) => id !== context.self);
    return event.round > 4 ? [{ type: 'output', output: 'attack' }] : ORDERS.map((order) => ({ type: 'send', to, messages: [order] }));
  },
};

for (const strategy of STRATEGIES) {
  const { name, dependsOn = ['round', 'receiver'] } = strategy;

  describe(`the strategy ${name}`, () => {
    for (const protocol of [...PROTOCOLS, repeating]) {
      it(`depends on no more than it says: asked anew for each message of ${protocol.name}, it answers as before`, () => {
        const { dependsOn: _claim, ...anew } = strategy;
        for (const [n, seed] of [[3, 1], [4, 2], [5, 4]] as const) {
          const one = drawTrial({ protocol: protocol.name, n, m: protocol.faultsByDefault(n), seed, traitors: 2, strategies: [name] });
          expect(ran(protocol, one, strategy), repeatLine(one)).to.deep.equal(ran(protocol, one, anew));
        }
      });
    }

    it('answers alike where nothing else differs than what it says it does not depend on', () => {
      const answers = new Map<string, unknown>();
      for (const { round, to, lies, options } of asked(strategy)) {
        // The quorum is asked once an order, so what it is told is never given again.
        if (to === QUORUM) continue;
        const key = JSON.stringify([lies, dependsOn.includes('round') ? round : 0, dependsOn.includes('receiver') ? to : 0]);
        expect(options).to.deep.equal(answers.get(key) ?? options);
        answers.set(key, options);
      }
    });

    it('says of a message the honest one or lies that the protocol knows, whatever the round and the receiver, and always something or other', () => {
      for (const { honest, lies, options } of asked(strategy)) {
        expect(options.length).to.be.greaterThan(0);
        for (const { now, late } of options) for (const message of [...now, ...late]) expect([honest, ...lies]).to.include(message);
      }
    });

    it(`${COVERED.includes(name) ? 'does nothing that a search leaves out: one message, for each and in time' : 'is more than one message in the place of another, so that a search may leave out what it does'}`, () => {
      const isOne = strategy.wrap === undefined && asked(strategy).every(({ options }) => options.every(({ now, late }) => now.length === 1 && late.length === 0));
      expect(isOne).to.equal(COVERED.includes(name));
    });
  });
}

/** What becomes of a truth, where there are no lies, one and two, in each of some rounds, to each of the others. */
function asked(strategy: FaultStrategy) {
  const members = ids(5);
  const [from] = members;
  return [[], ['lie'], ['lie', 'other lie']].flatMap((lies) =>
    [1, 2, 3, 8].flatMap((round) =>
      [...members.slice(1), QUORUM].map((to: NodeId | Quorum) => ({ round, to, honest: 'truth', lies, options: strategy.says({ from: from!, to, round, members, honest: 'truth', lies }) })),
    ),
  );
}

/** Some orders of one army, its traitors by that strategy. */
function ran(protocol: AnyRoundsProtocol, one: Trial, strategy: FaultStrategy): RunResult[] {
  const spec = { ...one, draw: 0 };
  const choose = seeded(one.seed);
  const army = one.members.map((id): RoleInstance => {
    const loyal = { ...roleInstance({ ...spec, protocol: exchange.name }, id, undefined, choose, symbolicSigner(id)), protocol };
    return one.traitors.has(id) ? { ...loyal, protocol: traitorous(adversaryOf(protocol, { strategy, choose, spec })) } : loyal;
  });
  return Array.from({ length: COUNT }, (_, index) => {
    spec.draw = index + 1;
    return runInstances(army, one.order);
  });
}
