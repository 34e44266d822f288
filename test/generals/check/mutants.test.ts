import { expect } from 'chai';
import { majorityOf } from '../../../src/generals/majority.ts';
import type { AnyRoundsProtocol, Context } from '../../../src/generals/protocol.ts';
import { strictMajority } from '../../../src/core/quorum.ts';
import { NOTHING, PLAIN } from '../../../src/generals/values.ts';
import { king } from '../../../src/generals/protocols/king.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { check } from '../../../src/generals/check/check.ts';
import type { CheckRequest } from '../../../src/generals/check/request.ts';
import { ids, omVariant } from './om-variant.ts';

/** Protocols with one mistake each, where the right one holds: a check that passes them would be worth nothing. */
describe('check catches', () => {
  it('counting all that was heard at once, instead of level by level', () => {
    const request = { members: 7, faults: 2, traitors: ids(1, 2), orders: ['attack'] as const };
    expect(typeOf({ ...request, protocol: oral })).to.equal('holds');
    expect(typeOf({ ...request, protocol: omVariant({ isFlat: true }) })).to.equal('violated');
  });

  it('a tie rule that differs between generals', () => {
    const protocol = omVariant({
      resolve: (votes, self) => (votes.attack === votes.retreat && self % 2 === 0 ? 'attack' : majorityOf(votes)),
    });
    expect(typeOf({ protocol: oral, members: 5, faults: 1 })).to.equal('holds');
    expect(typeOf({ protocol, members: 5, faults: 1 })).to.equal('violated');
  });

  it('a majority that is off by one', () => {
    const protocol = omVariant({ resolve: ({ attack, retreat }) => (attack >= strictMajority(attack + retreat) - 1 ? 'attack' : 'retreat') });
    expect(typeOf({ protocol: oral, members: 4, faults: 1 })).to.equal('holds');
    expect(typeOf({ protocol, members: 4, faults: 1 })).to.equal('violated');
  });

  // A default that all share keeps IC1 and IC2, whichever it is: what gives it away is under which order a lie can break them.
  it('attack for a default: three generals are then split by another order', () => {
    const protocol = omVariant({
      absent: 'attack',
      resolve: (votes) => (votes.attack === votes.retreat ? 'attack' : majorityOf(votes)),
    });
    const request = { members: 3, faults: 1, traitors: ids(2), m: 1 };
    expect(typeOf({ ...request, protocol: oral, orders: ['attack'] })).to.equal('violated');
    expect(typeOf({ ...request, protocol, orders: ['attack'] })).to.equal('holds');
    expect(typeOf({ ...request, protocol: oral, orders: ['retreat'] })).to.equal('holds');
    expect(typeOf({ ...request, protocol, orders: ['retreat'] })).to.equal('violated');
  });

  it('a signature that is not checked', () => {
    const checking: AnyRoundsProtocol = signed;
    const trusting: AnyRoundsProtocol = {
      ...checking,
      step: (context, state, event) =>
        checking.step({ ...context, signer: { ...context.signer, verify: () => true } }, state, event),
    };
    expect(typeOf({ protocol: signed, members: 3, faults: 1 })).to.equal('holds');
    expect(typeOf({ protocol: trusting, members: 3, faults: 1 })).to.equal('violated');
  });
});

/** The phase king with a mistake in what a general makes of one round's inbox, or believes to be the number of traitors. */
describe('check catches, in the phase king,', () => {
  const mutant = (change: Partial<AnyRoundsProtocol>): AnyRoundsProtocol => ({ ...(king as AnyRoundsProtocol), ...change });
  const request = { members: 4, faults: 1, m: 1 };

  it('a quorum that is off by one: proposals are believed as if there were no traitor', () => {
    const protocol = mutant({ step: (context, state, event) => king.step({ ...context, m: event.type === 'round' && event.round % 3 === 1 && event.round > 1 ? 0 : context.m }, state as never, event as never) });
    expect(typeOf({ ...request, protocol: king })).to.equal('holds');
    expect(typeOf({ ...request, protocol })).to.equal('violated');
  });

  it('a king that is not heeded', () => {
    const isKings = (round: number): boolean => round > 2 && round % 3 === 2;
    const protocol = mutant({ step: (context, state, event) => king.step(context, state as never, (event.type === 'round' && isKings(event.round) ? { ...event, inbox: [] } : event) as never) });
    expect(typeOf({ ...request, protocol })).to.equal('violated');
  });

  it('a proposal upon one value too few: two loyal generals may then propose different orders', () => {
    const isProposing = (round: number): boolean => round > 1 && (round - 2) % 3 === 1;
    expectCaught(kingVariant((context, round) => (isProposing(round) ? { ...context, m: context.m + 1 } : context)));
  });

  it('a king that is obeyed also by who is sure', () => {
    expectCaught(kingVariant((context) => context, (state) => void (state.sure = PLAIN.isSaid(NOTHING))));
  });

  it('a king about whom the generals differ', () => {
    const differing = kingVariant((context) => (context.self % 2 === 0 ? { ...context, members: context.members.toReversed() } : context));
    expectCaught({ ...differing, speaks: () => true });
  });

  it('a second word of a king that some obey though they are sure, while it claims that first words count: where the run does not fold, the cases go by that', () => {
    const protocol = mutant({
      step(context, state, event) {
        const mayBeOfKing = event.type === 'round' && event.round > 2 && event.round % 3 === 2 && context.self % 2 === 0;
        const second = mayBeOfKing ? event.inbox.find(({ from }) => from === context.members[(event.round - 5) / 3])?.messages[1] : undefined;
        const one = state as KingState;
        if (second !== undefined) one.value = context.values.orElse(context.values.through(king.wording!).valueOf(second as never), one.value);
        return king.step(context, one, event as never);
      },
    });
    expectCaught(protocol);
    expect(typeOf({ protocol, members: 4, faults: 1, traitors: ids(2), orders: ['attack'] })).to.equal('violated');
  });

  it('a phase that is left out', () => {
    expectCaught({ ...kingVariant((context) => ({ ...context, m: context.m - 1 })), rounds: (context) => king.rounds(context) - 3 });
  });

  function expectCaught(protocol: AnyRoundsProtocol): void {
    expect(typeOf({ protocol: king, members: 4, faults: 1 })).to.equal('holds');
    expect(typeOf({ protocol, members: 4, faults: 1 })).to.equal('violated');
  }
});

type KingState = ReturnType<typeof king.begin>;

/** The phase king, of which some generals see their situation otherwise, or remember something else after each round. */
function kingVariant(seen: (context: Context, round: number) => Context, after: (state: KingState) => void = () => undefined): typeof king {
  return {
    ...king,
    step(context, state, event) {
      const effects = king.step(event.type === 'round' ? seen(context, event.round) : context, state, event);
      after(state);
      return effects;
    },
  };
}

const typeOf = (request: CheckRequest): string => check(request).type;
