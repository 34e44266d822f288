/**
 * Two honest generals under one name: the attack of Bano, Sonnino, Chursin, Perelman, Li, Ching and Malkhi, "Twins: BFT
 * systems made robust" (OPODIS 2021), for protocols in rounds. Each twin runs the protocol as it is, with the keys of the
 * one whose name they share, and hears from and speaks to its half of the others only: the left to the lower half by id,
 * the right to the rest. The twins of a commander are given different orders. What the left decides counts.
 *
 * No single message of a twin is a lie, so nothing of what they do is noted as tampered with.
 */
import { counterpart } from '../order.ts';
import type { NodeId } from '../../core/node.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsEvent, RoundsProtocol } from '../protocol.ts';
import { say, type FaultStrategy } from '../strategy.ts';

export const twins: FaultStrategy<'twins'> = {
  name: 'twins',
  summary: 'two honest copies under one name, each linked to half of the others; a commander gives both orders',
  dependsOn: [],
  says: ({ honest }) => [say(honest)],
  wrap: twinned,
};

interface TwinsState {
  readonly left: unknown;
  readonly right: unknown;
}

function twinned(protocol: AnyRoundsProtocol): RoundsProtocol<OrderVocabulary, TwinsState> {
  return {
    ...protocol,
    begin: (context) => ({ left: protocol.begin(context), right: protocol.begin(context) }),
    step(context, state, event) {
      const left = protocol.step(context, state.left, heardBy('left', context, event));
      const right = protocol.step(context, state.right, heardBy('right', context, event));
      return [...left.map((effect) => saidBy('left', context, effect)), ...right.filter(({ type }) => type === 'send').map((effect) => saidBy('right', context, effect))];
    },
  };
}

type Twin = 'left' | 'right';

function twinOf({ self, members }: Context, peer: NodeId): Twin {
  const others = members.filter((id) => id !== self);
  return others.indexOf(peer) < others.length / 2 ? 'left' : 'right';
}

const saidBy = (twin: Twin, context: Context, effect: RoundsEffect<OrderVocabulary>): RoundsEffect<OrderVocabulary> =>
  effect.type === 'send' ? { ...effect, to: effect.to.filter((peer) => twinOf(context, peer) === twin) } : effect;

function heardBy(twin: Twin, context: Context, event: RoundsEvent<OrderVocabulary>): RoundsEvent<OrderVocabulary> {
  if (event.type === 'round') return { ...event, inbox: event.inbox.filter(({ from }) => twinOf(context, from) === twin) };
  return event.type === 'input' && twin === 'right' ? { ...event, input: counterpart(event.input) } : event;
}
