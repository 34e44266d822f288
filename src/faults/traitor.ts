import type { Choose } from '../core/choice.ts';
import { QUORUM, type NodeId } from '../core/node.ts';
import { counterpart, type Order } from '../core/order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../core/protocol.ts';
import type { Conduct, FaultStrategy } from '../core/strategy.ts';

/** What a traitor is made of, beside the protocol: a way, and whatever chooses among what that way allows. */
export interface Treason {
  readonly strategy: FaultStrategy;
  readonly choose: Choose;
  /** The number of the order, of which choices are made. */
  readonly order: number;
  /** Whether what is tampered with is noted for the trace; true if not given. */
  readonly isNoted?: boolean;
}

interface TraitorState {
  readonly honest: unknown;
  /** What was kept back in the round before. */
  late: { readonly to: NodeId; readonly message: unknown }[];
}

/**
 * The protocol as a traitor runs it: honest in all but what it sends. Each message that the protocol would send goes
 * through the strategy, and what was tampered with is noted for the trace.
 */
export function traitorous(honest: AnyRoundsProtocol, treason: Treason): RoundsProtocol<OrderVocabulary, TraitorState> {
  const protocol = treason.strategy.possess?.(honest) ?? honest;
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), late: [] }),
    step(context, state, event) {
      const effects = protocol.step(context, state.honest, event);
      return event.type === 'round' ? tampered(protocol, treason, context, state, event.round, effects) : effects;
    },
  };
}

/**
 * The ballot of a traitor that decided so: as unsteady as its other messages.
 * @returns undefined where it stays silent
 */
export function traitorousBallot(treason: Treason, context: Context, decision: Order): Order | undefined {
  const occasion = { from: context.self, to: QUORUM, members: context.members, honest: decision, lies: [counterpart(decision)] };
  const question = { about: 'treason', order: treason.order, round: 0, from: context.self, to: QUORUM, index: 0 } as const;
  return treason.choose(question, treason.strategy.says(occasion)).now[0];
}

function tampered(
  protocol: AnyRoundsProtocol,
  treason: Treason,
  context: Context,
  state: TraitorState,
  round: number,
  effects: readonly RoundsEffect<OrderVocabulary>[],
): RoundsEffect<OrderVocabulary>[] {
  const { strategy, choose, order, isNoted = true } = treason;
  const { self: from, members } = context;
  const result: RoundsEffect<OrderVocabulary>[] = state.late.map(({ to, message }) => ({ type: 'send', to: [to], messages: [message] }));
  state.late = [];
  /** How much has been said to each in this round. */
  const saidTo: number[] = [];
  // Most messages are for many receivers, and come by here for each of them.
  const known = new Map<unknown, readonly Conduct<unknown>[]>();
  for (const effect of effects) {
    if (effect.type !== 'send') {
      result.push(effect);
      continue;
    }
    for (const to of effect.to) {
      const said: unknown[] = [];
      let index = saidTo[to] ?? 0;
      for (const honest of effect.messages) {
        let conducts = known.get(honest);
        if (conducts === undefined) {
          conducts = strategy.says({ from, to, members, honest, lies: protocol.lies(context, honest) });
          if (strategy.minds !== 'receiver') known.set(honest, conducts);
        }
        const conduct = choose({ about: 'treason', order, round, from, to, index }, conducts);
        index += 1;
        if (isHonest(conduct, honest)) {
          said.push(honest);
          continue;
        }
        for (const message of conduct.now) said.push(message);
        for (const message of conduct.late) state.late.push({ to, message });
        if (isNoted) result.push({ type: 'note', fact: { type: 'tampered', round, from, to, honest, said: conduct.now, late: conduct.late } });
      }
      saidTo[to] = index;
      if (said.length > 0) result.push({ type: 'send', to: [to], messages: said });
    }
  }
  return result;
}

/** Strategies hand the honest message on as it is, so identity tells. */
const isHonest = (conduct: Conduct<unknown>, honest: unknown): boolean =>
  conduct.now.length === 1 && conduct.now[0] === honest && conduct.late.length === 0;
