import type { Choose } from '../core/choice.ts';
import type { Briefing } from '../core/mission.ts';
import { QUORUM, type NodeId } from '../core/node.ts';
import { counterpart, type Order } from '../core/order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../core/protocol.ts';
import type { Conduct, FaultStrategy } from '../core/strategy.ts';

/** What a traitor is made of, beside the protocol: a way, and whatever chooses among what that way allows. */
export interface Treason {
  readonly strategy: FaultStrategy;
  readonly choose: Choose;
  /** Of which order choices are made. It is asked at each choice, so that one traitor can serve order after order. */
  readonly briefing: Pick<Briefing, 'draw'>;
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
  const conducts = conductsOf(protocol, treason.strategy);
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), late: [] }),
    step(context, state, event) {
      const effects = protocol.step(context, state.honest, event);
      return event.type === 'round' ? tampered(treason, conducts, context, state, event.round, effects) : effects;
    },
  };
}

/** What might become of an honest message. */
type Conducts = (context: Context, honest: unknown, to: NodeId) => readonly Conduct<unknown>[];

/** Most messages are for many receivers and come up in every order, so what might become of them is kept. */
function conductsOf(protocol: AnyRoundsProtocol, strategy: FaultStrategy): Conducts {
  const made = (context: Context, honest: unknown, to: NodeId): readonly Conduct<unknown>[] =>
    strategy.says({ from: context.self, to, members: context.members, honest, lies: protocol.lies(context, honest) });
  if (strategy.minds === 'receiver') return made;
  const known = new Map<unknown, readonly Conduct<unknown>[]>();
  let of: Context | undefined;
  return (context, honest, to) => {
    if (of !== context || known.size > KNOWN_MAX) {
      known.clear();
      of = context;
    }
    let conducts = known.get(honest);
    if (conducts === undefined) known.set(honest, (conducts = made(context, honest, to)));
    return conducts;
  };
}

/** Of one traitor: messages that are objects are never met again. */
const KNOWN_MAX = 1000;

/**
 * The ballot of a traitor that decided so: as unsteady as its other messages.
 * @returns undefined where it stays silent
 */
export function traitorousBallot(treason: Treason, context: Context, decision: Order): Order | undefined {
  const occasion = { from: context.self, to: QUORUM, members: context.members, honest: decision, lies: [counterpart(decision)] };
  const question = { about: 'treason', order: treason.briefing.draw, round: 0, from: context.self, to: QUORUM, index: 0 } as const;
  return treason.choose(question, treason.strategy.says(occasion)).now[0];
}

function tampered(
  { choose, briefing, isNoted = true }: Treason,
  conductsOf: Conducts,
  context: Context,
  state: TraitorState,
  round: number,
  effects: readonly RoundsEffect<OrderVocabulary>[],
): RoundsEffect<OrderVocabulary>[] {
  const from = context.self;
  const order = briefing.draw;
  const result: RoundsEffect<OrderVocabulary>[] = state.late.map(({ to, message }) => ({ type: 'send', to: [to], messages: [message] }));
  state.late = [];
  /** How much has been said to each in this round. */
  const saidTo: number[] = [];
  for (const effect of effects) {
    if (effect.type !== 'send') {
      result.push(effect);
      continue;
    }
    for (const to of effect.to) {
      const said: unknown[] = [];
      let index = saidTo[to] ?? 0;
      for (const honest of effect.messages) {
        const conduct = choose({ about: 'treason', order, round, from, to, index }, conductsOf(context, honest, to));
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
