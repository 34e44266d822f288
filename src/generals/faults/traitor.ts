import type { Choose } from '../../core/choice.ts';
import type { Briefing } from '../mission.ts';
import { QUORUM, type NodeId } from '../../core/node.ts';
import { counterpart, type Order } from '../order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../protocol.ts';
import type { Conduct, FaultStrategy } from '../strategy.ts';

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
  /** Sets out what it may do in the place of these effects, to be betrayed by in that round, once or in every order. */
  readonly plan: <Said>(context: Context, effects: Effects, conduit: Conduit<Said>) => Plan<Said>;
  /**
   * Betrays in one round.
   * @param kept what was kept back in the round before; takes what is kept back now
   * @param conduit takes what is done
   */
  readonly betray: <Said>(context: Context, kept: Kept, round: number, plan: Plan<Said>, conduit: Conduit<Said>) => void;
}

/** What is to be said one round too late. */
export interface Kept {
  late: { readonly to: NodeId; readonly message: unknown }[];
}

type Effects = readonly RoundsEffect<OrderVocabulary>[];

/** By which a traitor acts. */
export interface Conduit<Said> {
  /** What these messages, at least one, are to those who hear them. */
  readonly voice: (messages: readonly unknown[]) => Said;
  readonly say: (to: NodeId, said: Said) => void;
  /** Does what is no message. */
  readonly act: (effect: Deed) => void;
}

type Deed = Exclude<Effects[number], { type: 'send' }>;

/** What a traitor may do in one round, in the order in which the protocol does it. */
export type Plan<Said> = readonly (Deed | Temptation<Said>)[];

/** What may be said to one receiver in the place of honest messages. */
interface Temptation<Said> {
  readonly type: 'tempt';
  readonly to: NodeId;
  /** How many messages were for it before in this round. */
  readonly index: number;
  readonly honest: readonly unknown[];
  /** For each message. */
  readonly options: readonly (readonly Option<Said>[])[];
}

interface Option<Said> extends Conduct<unknown> {
  /** What is said by it in its round, if it is about the only message; undefined if that is nothing. */
  readonly said?: Said | undefined;
}

interface TraitorState extends Kept {
  readonly honest: unknown;
}

/**
 * The protocol as a traitor runs it: honest in all but what it sends. Each message that the protocol would send goes
 * through the strategy, and what was tampered with is noted for the trace.
 */
export function traitorous({ protocol, plan, betray }: Betrayal): RoundsProtocol<OrderVocabulary, TraitorState> {
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), late: [] }),
    step(context, state, event) {
      const effects = protocol.step(context, state.honest, event);
      if (event.type !== 'round') return effects;
      const done: RoundsEffect<OrderVocabulary>[] = [];
      const conduit: Conduit<readonly unknown[]> = {
        voice: (messages) => messages,
        say: (to, messages) => done.push({ type: 'send', to: [to], messages }),
        act: (effect) => done.push(effect),
      };
      betray(context, state, event.round, plan(context, effects, conduit), conduit);
      return done;
    },
  };
}

export function betrayal(honest: AnyRoundsProtocol, treason: Treason): Betrayal {
  const { strategy, choose, briefing, isNoted = true } = treason;
  const protocol = strategy.possess?.(honest) ?? honest;
  const conductsOf = conductsBy(protocol, strategy);
  return { protocol, plan, betray };

  function plan<Said>(context: Context, effects: Effects, { voice }: Conduit<Said>): Plan<Said> {
    const steps: (Deed | Temptation<Said>)[] = [];
    /** How many messages are for each. */
    const messagesFor: number[] = [];
    for (const effect of effects) {
      if (effect.type !== 'send') {
        steps.push(effect);
        continue;
      }
      const honest = effect.messages;
      let options: Temptation<Said>['options'] | undefined;
      for (const to of effect.to) {
        if (options === undefined || strategy.minds === 'receiver') options = optionsFor(context, honest, to, voice);
        const index = messagesFor[to] ?? 0;
        if (effects.length > 1) messagesFor[to] = index + honest.length;
        steps.push({ type: 'tempt', to, index, honest, options });
      }
    }
    return steps;
  }

  function optionsFor<Said>(context: Context, honest: readonly unknown[], to: NodeId, voice: Conduit<Said>['voice']): Temptation<Said>['options'] {
    const options = honest.map((message) => conductsOf(context, message, to));
    if (options.length !== 1) return options;
    return [options[0]!.map(({ now, late }) => ({ now, late, said: now.length === 0 ? undefined : voice(now) }))];
  }

  function betray<Said>(context: Context, kept: Kept, round: number, steps: Plan<Said>, { voice, say, act }: Conduit<Said>): void {
    const from = context.self;
    const order = briefing.draw;
    if (kept.late.length > 0) {
      const { late } = kept;
      kept.late = [];
      for (const { to, message } of late) say(to, voice([message]));
    }
    for (let number = 0; number < steps.length; number += 1) {
      const step = steps[number]!;
      if (step.type !== 'tempt') {
        act(step);
        continue;
      }
      const { to, index, honest, options } = step;
      const several = honest.length === 1 ? undefined : honest.slice();
      let said: Said | undefined;
      let length = 0;
      for (let place = 0; place < options.length; place += 1) {
        const chosen = choose({ about: 'treason', order, round, from, to, index: index + place }, options[place]!);
        for (const message of chosen.late) kept.late.push({ to, message });
        if (isNoted && !isHonest(chosen, honest[place])) act({ type: 'note', fact: { type: 'tampered', round, from, to, honest: honest[place], said: chosen.now, late: chosen.late } });
        if (several === undefined) said = chosen.said;
        else for (const message of chosen.now) several[length++] = message;
      }
      if (several !== undefined && length > 0) said = voice(length === several.length ? several : several.slice(0, length));
      if (said !== undefined) say(to, said);
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
