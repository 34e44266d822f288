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

/** What a traitor makes of what the protocol asks for. */
export interface Betrayal {
  /** What it follows: the honest protocol, or what possesses it. */
  readonly protocol: AnyRoundsProtocol;
  /**
   * Betrays in one round.
   * @param kept what was kept back in the round before; takes what is kept back now
   * @param effects what the protocol asks for
   * @param conduit takes what is done instead
   */
  readonly betray: (context: Context, kept: Kept, round: number, effects: Effects, conduit: Conduit) => void;
}

/** What is to be said one round too late. */
export interface Kept {
  late: { readonly to: NodeId; readonly message: unknown }[];
}

type Effects = readonly RoundsEffect<OrderVocabulary>[];

/** By which a traitor acts. */
export interface Conduit {
  /** Says these, at least one. */
  readonly say: (to: NodeId, messages: readonly unknown[]) => void;
  /** Does what is no message. */
  readonly act: (effect: Exclude<Effects[number], { type: 'send' }>) => void;
}

interface TraitorState extends Kept {
  readonly honest: unknown;
}

/**
 * The protocol as a traitor runs it: honest in all but what it sends. Each message that the protocol would send goes
 * through the strategy, and what was tampered with is noted for the trace.
 */
export function traitorous({ protocol, betray }: Betrayal): RoundsProtocol<OrderVocabulary, TraitorState> {
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), late: [] }),
    step(context, state, event) {
      const effects = protocol.step(context, state.honest, event);
      if (event.type !== 'round') return effects;
      const done: RoundsEffect<OrderVocabulary>[] = [];
      betray(context, state, event.round, effects, { say: (to, messages) => done.push({ type: 'send', to: [to], messages }), act: (effect) => done.push(effect) });
      return done;
    },
  };
}

export function betrayal(honest: AnyRoundsProtocol, treason: Treason): Betrayal {
  const { strategy, choose, briefing, isNoted = true } = treason;
  const protocol = strategy.possess?.(honest) ?? honest;
  const conductsOf = conductsBy(protocol, strategy);
  return { protocol, betray };

  function betray(context: Context, kept: Kept, round: number, effects: Effects, { say, act }: Conduit): void {
    const from = context.self;
    const order = briefing.draw;
    const late = kept.late;
    if (late.length > 0) kept.late = [];
    for (const { to, message } of late) say(to, [message]);
    /** How much has been said to each in this round. */
    const saidTo: number[] = [];
    for (const effect of effects) {
      if (effect.type !== 'send') {
        act(effect);
        continue;
      }
      const { messages } = effect;
      for (const to of effect.to) {
        const index = saidTo[to] ?? 0;
        if (effects.length > 1) saidTo[to] = index + messages.length;
        // One message is said by the conduct's own list, which those who remember know again.
        const said = messages.length === 1 ? instead(messages[0], to, index) : insteadOfAll(messages, to, index);
        if (said.length > 0) say(to, said);
      }
    }

    function insteadOfAll(messages: readonly unknown[], to: NodeId, index: number): readonly unknown[] {
      const said = messages.slice();
      let length = 0;
      for (let place = 0; place < messages.length; place += 1) for (const message of instead(messages[place], to, index + place)) said[length++] = message;
      return length === said.length ? said : said.slice(0, length);
    }

    /** @returns what is said in this round */
    function instead(honest: unknown, to: NodeId, index: number): readonly unknown[] {
      const conduct = choose({ about: 'treason', order, round, from, to, index }, conductsOf(context, honest, to));
      for (const message of conduct.late) kept.late.push({ to, message });
      if (isNoted && !isHonest(conduct, honest)) act({ type: 'note', fact: { type: 'tampered', round, from, to, honest, said: conduct.now, late: conduct.late } });
      return conduct.now;
    }
  }
}

/** Strategies hand the honest message on as it is, so identity tells. */
const isHonest = (conduct: Conduct<unknown>, honest: unknown): boolean =>
  conduct.now.length === 1 && conduct.now[0] === honest && conduct.late.length === 0;

/** What might become of an honest message to somebody. */
type Conducts = (context: Context, honest: unknown, to: NodeId) => readonly Conduct<unknown>[];

/** Most messages are for many receivers and come up in every order, so what might become of them is kept. */
function conductsBy(protocol: AnyRoundsProtocol, strategy: FaultStrategy): Conducts {
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
 * Gives the ballot of a traitor that decided so: as unsteady as its other messages; undefined where it stays silent.
 * @param context of the one traitor whose ballots these are
 */
export function traitorousBallots({ strategy, choose, briefing }: Treason, context: Context): (decision: Order) => Order | undefined {
  const from = context.self;
  const conductsOf = (honest: Order): readonly Conduct<Order>[] => strategy.says({ from, to: QUORUM, members: context.members, honest, lies: [counterpart(honest)] });
  const conducts = { attack: conductsOf('attack'), retreat: conductsOf('retreat') };
  return (decision) => choose({ about: 'treason', order: briefing.draw, round: 0, from, to: QUORUM, index: 0 }, decision === 'attack' ? conducts.attack : conducts.retreat).now[0];
}
