/**
 * Generals that serve order after order, and remember. Protocols are pure: what a general does hangs on what it has heard since
 * the order began, and on nothing else. Where few messages come in a round, the same are soon heard again, and then it is known
 * what to do; where many do, hardly ever, and the general goes by its protocol from there on.
 */
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import { maySpeak, type AnyRoundsProtocol, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../core/protocol.ts';
import type { Betrayal, Conduit, Kept } from '../faults/traitor.ts';
import type { Inbox } from '../protocols/synchronizer.ts';
import { copied } from './copied.ts';
import type { Soldier } from './general.ts';
import { joined } from './inbox.ts';
import { MESSAGES_MAX, tellingsOf, type Telling } from './tellings.ts';

/** One general, as a loyal one or as a traitor. */
export interface Veteran {
  readonly soldier: Soldier;
  readonly self: NodeId;
  readonly betrayal: Betrayal | undefined;
  /** As an honest general would run it, a possessed one as what possesses it. */
  readonly protocol: AnyRoundsProtocol;
  readonly context: Context;
  readonly kept: Kept;
  /** By which a traitor acts. */
  readonly conduit: Conduit;
  /** Shared by a general's loyal self and the traitor, if both follow the same protocol. */
  readonly memory: Memory;
  /** Where it stands; undefined once it goes by its protocol. */
  at: Moment | undefined;
  /** Its protocol's, once it goes by that. */
  state: unknown;
  /** What came in this round, once it goes by its protocol. */
  inbox: Heard<unknown>[];
  /** What it does in this round. */
  deeds: Deeds;
  decision: Order | undefined;
  sent: number;
}

/** What one general remembers, by one protocol. */
interface Memory {
  readonly self: NodeId;
  readonly protocol: AnyRoundsProtocol;
  /** Where every order begins. */
  readonly first: Moment;
}

/** What a general has heard since the order began, up to somewhere in a round. */
interface Moment {
  /** Where this round began. */
  readonly dawn: Dawn;
  /** What was heard in this round. */
  readonly inbox: Inbox;
  readonly messages: number;
  /** What was heard last; undefined at the beginning of a round. */
  readonly telling: Telling | undefined;
  /** Where it leads to hear one more telling: the first such moment, and with each the next one. A list, for it has few. */
  after: Moment | undefined;
  readonly beside: Moment | undefined;
  /** What is done if nothing more comes in this round, and where the next one begins. */
  upon: { readonly deeds: Deeds; readonly next: Moment } | undefined;
}

/** The beginning of a round. */
interface Dawn {
  /** The protocol's. */
  readonly state: unknown;
  /** Whether more was heard in this round than is remembered. */
  isCrowded: boolean;
}

/** What a general does in a round. */
interface Deeds {
  readonly effects: readonly RoundsEffect<OrderVocabulary>[];
  /** What comes of them where it is loyal; undefined where that is not remembered. */
  readonly loyal: { readonly tellings: readonly Addressed[]; readonly sent: number; readonly decision: Order | undefined } | undefined;
}

/** A telling and who hears it. */
interface Addressed {
  readonly telling: Telling;
  readonly to: readonly NodeId[];
}

const IDLE: Deeds = { effects: [], loyal: undefined };

/** What all remember at the most, some megabytes: strategies may say all sorts of things. */
const MOMENTS_MAX = 20_000;

/** Veterans of one order, among whom an army is chosen time and again. */
export interface Company {
  readonly recruit: (soldier: Soldier) => Veteran;
  /**
   * Leads an army through all rounds of the order, from the start: as `march`, of which only what was decided and sent is told.
   * @param army recruits of this company, one for each member and in their order
   */
  readonly lead: (army: readonly Veteran[]) => void;
}

export function companyFor(order: Order): Company {
  const tellingOf = tellingsOf();
  /** By id. */
  const veterans: Veteran[] = [];
  const memories: Memory[] = [];
  let moments = 0;
  let round = 0;
  return { recruit, lead };

  function recruit(soldier: Soldier): Veteran {
    const { context, betrayal } = soldier;
    const protocol = betrayal?.protocol ?? soldier.protocol;
    const known = memories.find((memory) => memory.protocol === protocol && memory.self === context.self);
    const memory = known ?? { protocol, self: context.self, first: dawnAfter(begun(protocol, context)) };
    if (known === undefined) memories.push(memory);
    const veteran: Veteran = {
      soldier,
      self: context.self,
      betrayal,
      protocol,
      context,
      kept: { late: [] },
      conduit: { say: (to, messages) => say(veteran, to, messages), act: (effect) => perform(veteran, effect) },
      memory,
      at: memory.first,
      state: undefined,
      inbox: [],
      deeds: IDLE,
      decision: undefined,
      sent: 0,
    };
    return veteran;
  }

  function lead(army: readonly Veteran[]): void {
    for (const one of army) {
      one.at = one.memory.first;
      if (one.kept.late.length > 0) one.kept.late = [];
      one.decision = undefined;
      one.sent = 0;
      veterans[one.self] = one;
    }
    const { protocol, context } = army[0]!;
    const rounds = protocol.rounds(context);
    for (round = 1; round <= rounds + 1; round += 1) {
      for (const one of army) one.deeds = one.at === undefined ? reckoned(one) : recalled(one, one.at);
      for (const one of army) {
        const { effects, loyal } = one.deeds;
        if (one.betrayal !== undefined) one.betrayal.betray(one.context, one.kept, round, effects, one.conduit);
        else if (loyal === undefined) for (const effect of effects) perform(one, effect);
        else obey(one, loyal);
      }
    }
  }

  /** What it does upon what it heard, which is known from here on. */
  function recalled(one: Veteran, at: Moment): Deeds {
    const { deeds, next } = (at.upon ??= remembered(one, at));
    if (next.dawn.isCrowded) forget(one, next);
    else one.at = next;
    return deeds;
  }

  function remembered(one: Veteran, { dawn, inbox }: Moment): NonNullable<Moment['upon']> {
    const state = copied(dawn.state);
    const effects = one.protocol.step(one.context, state, { type: 'round', round, inbox });
    return { deeds: { effects, loyal: loyally(one, effects) }, next: dawnAfter(state) };
  }

  /** What it does upon what it heard, by its protocol. */
  function reckoned(one: Veteran): Deeds {
    const { inbox } = one;
    one.inbox = [];
    return { effects: one.protocol.step(one.context, one.state, { type: 'round', round, inbox }), loyal: undefined };
  }

  /** Has the general go by its protocol from that moment on, which stays as it is. */
  function forget(one: Veteran, { dawn, inbox }: Moment): void {
    one.at = undefined;
    one.state = copied(dawn.state);
    one.inbox = inbox.slice();
  }

  function begun(protocol: AnyRoundsProtocol, context: Context): unknown {
    const state = protocol.begin(context);
    if (context.self === context.commander) protocol.step(context, state, { type: 'input', input: order });
    return state;
  }

  function loyally(one: Veteran, effects: Deeds['effects']): NonNullable<Deeds['loyal']> {
    const tellings: Addressed[] = [];
    let sent = 0;
    let decision: Order | undefined;
    for (const effect of effects) {
      if (effect.type === 'output') decision ??= effect.output;
      if (effect.type !== 'send' || effect.messages.length === 0) continue;
      const to = effect.to.filter((id) => mayTell(one, id));
      tellings.push({ telling: tellingOf(one.self, effect.messages), to });
      sent += to.length * effect.messages.length;
    }
    return { tellings, sent, decision };
  }

  function obey(one: Veteran, { tellings, sent, decision }: NonNullable<Deeds['loyal']>): void {
    for (const { telling, to } of tellings) for (const id of to) tell(veterans[id], telling);
    one.sent += sent;
    one.decision ??= decision;
  }

  /** Accusations and notes change nothing of what is counted. */
  function perform(one: Veteran, effect: RoundsEffect<OrderVocabulary>): void {
    if (effect.type === 'output') one.decision ??= effect.output;
    else if (effect.type === 'send' && effect.messages.length > 0) {
      const telling = { from: one.self, messages: effect.messages, isKnown: false };
      for (const to of effect.to) if (mayTell(one, to)) {
        one.sent += effect.messages.length;
        tell(veterans[to], telling);
      }
    }
  }

  function say(one: Veteran, to: NodeId, messages: readonly unknown[]): void {
    if (!mayTell(one, to)) return;
    one.sent += messages.length;
    const hearer = veterans[to];
    if (hearer === undefined) return;
    if (hearer.at === undefined) hear(hearer, { from: one.self, messages });
    else take(hearer, hearer.at, tellingOf(one.self, messages));
  }

  function mayTell({ protocol, context, self }: Veteran, to: NodeId): boolean {
    return to !== self && maySpeak(protocol, context, round, self, to);
  }

  function tell(hearer: Veteran | undefined, telling: Telling): void {
    if (hearer === undefined) return;
    if (hearer.at === undefined) hear(hearer, telling);
    else take(hearer, hearer.at, telling);
  }

  function take(hearer: Veteran, at: Moment, telling: Telling): void {
    let then = at.after;
    while (then !== undefined && then.telling !== telling) then = then.beside;
    if (then !== undefined) hearer.at = then;
    else learn(hearer, at, telling);
  }

  function learn(hearer: Veteran, at: Moment, telling: Telling): void {
    const messages = at.messages + telling.messages.length;
    if (messages > MESSAGES_MAX) at.dawn.isCrowded = true;
    if (at.dawn.isCrowded || !telling.isKnown || moments >= MOMENTS_MAX) {
      forget(hearer, at);
      return hear(hearer, telling);
    }
    moments += 1;
    hearer.at = at.after = { dawn: at.dawn, inbox: joined(at.inbox.slice(), telling), messages, telling, after: undefined, beside: at.after, upon: undefined };
  }
}

function hear(hearer: Veteran, heard: Heard<unknown>): void {
  hearer.inbox = joined(hearer.inbox, heard);
}

const dawnAfter = (state: unknown): Moment => ({ dawn: { state, isCrowded: false }, inbox: [], messages: 0, telling: undefined, after: undefined, beside: undefined, upon: undefined });
