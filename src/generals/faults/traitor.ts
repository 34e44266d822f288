import type { Tampered } from '../fact.ts';
import type { Choose } from '../../core/choice.ts';
import type { NodeSpec } from '../run-spec.ts';
import { QUORUM, type NodeId } from '../../core/node.ts';
import { counterpart, type Order } from '../order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../protocol.ts';
import type { Action, FaultStrategy } from '../strategy.ts';

/** What a traitor is made of, beside the protocol: a way, and whatever chooses among what that way allows. */
export interface AdversaryOptions {
  readonly strategy: FaultStrategy;
  readonly choose: Choose;
  /** Of which order choices are made. It is asked at each choice, so that one traitor can serve order after order. */
  readonly spec: Pick<NodeSpec, 'draw'>;
  /** Whether what is tampered with is noted for the trace; true if not given. */
  readonly isNoted?: boolean;
}

/** What a traitor makes of what the protocol asks for. */
export interface Adversary {
  /** What it follows: the honest protocol, or what possesses it. */
  readonly protocol: AnyRoundsProtocol;
  /** Sets out what it may do in the place of these effects, to be acted on in that round, once or in every order. */
  readonly plan: <Said>(context: Context, round: number, effects: Effects, sink: Sink<Said>) => Plan<Said>;
  /**
   * Acts in one round.
   * @param kept what was kept back in the round before; takes what is kept back now
   * @param sink takes what is done
   */
  readonly act: <Said>(context: Context, delayed: Delayed, round: number, plan: Plan<Said>, sink: Sink<Said>) => void;
}

/** What is to be said one round too late. */
export interface Delayed {
  late: { readonly to: NodeId; readonly message: unknown }[];
}

type Effects = readonly RoundsEffect<OrderVocabulary>[];

/** By which a traitor acts. */
export interface Sink<Said> {
  /** What these messages, at least one, are to those who hear them. */
  readonly intern: (messages: readonly unknown[]) => Said;
  readonly send: (to: NodeId, said: Said) => void;
  /** Does what is no message. */
  readonly perform: (effect: OtherEffect) => void;
}

type OtherEffect = Exclude<Effects[number], { type: 'send' }>;

/** What a traitor may do in one round, in the order in which the protocol does it. */
export type Plan<Said> = readonly (OtherEffect | ChoicePoint<Said>)[];

/** What may be said to one receiver in the place of honest messages. */
interface ChoicePoint<Said> {
  readonly type: 'choice';
  readonly to: NodeId;
  /** How many messages were for it before in this round. */
  readonly index: number;
  readonly honest: readonly unknown[];
  /** For each message. */
  readonly options: readonly (readonly Option<Said>[])[];
}

interface Option<Said> extends Action<unknown> {
  /** What is said by it in its round, if it is about the only message; undefined if that is nothing. */
  readonly said?: Said | undefined;
}

interface TraitorState extends Delayed {
  readonly honest: unknown;
}

/**
 * The protocol as a traitor runs it: honest in all but what it sends. Each message that the protocol would send goes
 * through the strategy, and what was tampered with is noted for the trace.
 */
export function traitorous({ protocol, plan, act }: Adversary): RoundsProtocol<OrderVocabulary, TraitorState> {
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), late: [] }),
    step(context, state, event) {
      const effects = protocol.step(context, state.honest, event);
      if (event.type !== 'round') return effects;
      const done: RoundsEffect<OrderVocabulary>[] = [];
      const sink: Sink<readonly unknown[]> = {
        intern: (messages) => messages,
        send: (to, messages) => done.push({ type: 'send', to: [to], messages }),
        perform: (effect) => done.push(effect),
      };
      act(context, state, event.round, plan(context, event.round, effects, sink), sink);
      return done;
    },
  };
}

export function adversaryOf(honest: AnyRoundsProtocol, options: AdversaryOptions): Adversary {
  const { strategy, choose, spec, isNoted = true } = options;
  const protocol = strategy.wrap?.(honest) ?? honest;
  const actionsOf = actionsBy(protocol, strategy);
  const isForAll = strategy.dependsOn?.includes('receiver') === false;
  return { protocol, plan, act };

  function plan<Said>(context: Context, round: number, effects: Effects, { intern }: Sink<Said>): Plan<Said> {
    const steps: (OtherEffect | ChoicePoint<Said>)[] = [];
    /** How many messages are for each. */
    const messagesFor: number[] = [];
    for (const effect of effects) {
      if (effect.type !== 'send') {
        steps.push(effect);
        continue;
      }
      const honest = effect.messages;
      let options: ChoicePoint<Said>['options'] | undefined;
      for (const to of effect.to) {
        if (options === undefined || !isForAll) options = optionsFor(context, round, honest, to, intern);
        const index = messagesFor[to] ?? 0;
        if (effects.length > 1) messagesFor[to] = index + honest.length;
        steps.push({ type: 'choice', to, index, honest, options });
      }
    }
    return steps;
  }

  function optionsFor<Said>(context: Context, round: number, honest: readonly unknown[], to: NodeId, intern: Sink<Said>['intern']): ChoicePoint<Said>['options'] {
    const options = honest.map((message) => actionsOf(context, round, message, to));
    if (options.length !== 1) return options;
    return [options[0]!.map(({ now, late }) => ({ now, late, said: now.length === 0 ? undefined : intern(now) }))];
  }

  function act<Said>(context: Context, delayed: Delayed, round: number, steps: Plan<Said>, { intern, send, perform }: Sink<Said>): void {
    const from = context.self;
    const order = spec.draw;
    if (delayed.late.length > 0) {
      const { late } = delayed;
      delayed.late = [];
      for (const { to, message } of late) send(to, intern([message]));
    }
    for (let number = 0; number < steps.length; number += 1) {
      const step = steps[number]!;
      if (step.type !== 'choice') {
        perform(step);
        continue;
      }
      const { to, index, honest, options } = step;
      const several = honest.length === 1 ? undefined : honest.slice();
      let said: Said | undefined;
      let length = 0;
      for (let place = 0; place < options.length; place += 1) {
        const chosen = choose({ about: 'message', order, round, from, to, index: index + place }, options[place]!);
        for (const message of chosen.late) delayed.late.push({ to, message });
        if (isNoted && !isHonest(chosen, honest[place])) perform({ type: 'note', fact: { type: 'tampered', round, from, to, honest: honest[place], said: chosen.now, late: chosen.late, ...forgeriesIn(context, chosen) } });
        if (several === undefined) said = chosen.said;
        else for (const message of chosen.now) several[length++] = message;
      }
      if (several !== undefined && length > 0) said = intern(length === several.length ? several : several.slice(0, length));
      if (said !== undefined) send(to, said);
    }
  }

  /** What of it a traitor signed in the name of somebody else, or put its own signature under. */
  function forgeriesIn(context: Context, { now, late }: Action<unknown>): Partial<Pick<Tampered, 'forged'>> {
    if (protocol.forged === undefined) return {};
    const forged = [...now, ...late].filter((message) => protocol.forged!(context, message) !== undefined);
    return forged.length === 0 ? {} : { forged };
  }
}

/** Strategies hand the honest message on as it is, so identity tells. */
const isHonest = (action: Action<unknown>, honest: unknown): boolean =>
  action.now.length === 1 && action.now[0] === honest && action.late.length === 0;

/** What might become of an honest message to somebody. */
type ActionsFor = (context: Context, round: number, honest: unknown, to: NodeId) => readonly Action<unknown>[];

/** Most messages are for many receivers and come up in every order, so what might become of them is kept. */
function actionsBy(protocol: AnyRoundsProtocol, strategy: FaultStrategy): ActionsFor {
  const made: ActionsFor = (context, round, honest, to) =>
    strategy.says({ from: context.self, to, round, members: context.members, honest, lies: protocol.lies(context, honest) });
  const { dependsOn } = strategy;
  if (dependsOn === undefined || dependsOn.includes('receiver')) return made;
  const isOfRound = dependsOn.includes('round');
  const known = new Map<unknown, readonly Action<unknown>[]>();
  let [of, at]: [Context | undefined, number] = [undefined, 0];
  return (context, round, honest, to) => {
    if (of !== context || (isOfRound && at !== round) || known.size > KNOWN_MAX) {
      known.clear();
      of = context;
      at = round;
    }
    let actions = known.get(honest);
    if (actions === undefined) known.set(honest, (actions = made(context, round, honest, to)));
    return actions;
  };
}

/** Of one traitor: messages that are objects are never met again. */
const KNOWN_MAX = 1000;

/**
 * Gives the ballot of a traitor that decided so: as unsteady as its other messages; undefined where it stays silent.
 * @param context of the one traitor whose ballots these are
 */
export function traitorousBallots({ strategy, choose, spec }: AdversaryOptions, context: Context): (decision: Order) => Order | undefined {
  const from = context.self;
  const actionsOf = (honest: Order): readonly Action<Order>[] => strategy.says({ from, to: QUORUM, round: 0, members: context.members, honest, lies: [counterpart(honest)] });
  const actions = { attack: actionsOf('attack'), retreat: actionsOf('retreat') };
  return (decision) => choose({ about: 'ballot', order: spec.draw, round: 0, from, to: QUORUM, index: 0 }, decision === 'attack' ? actions.attack : actions.retreat).now[0];
}
