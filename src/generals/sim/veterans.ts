/**
 * Generals that serve order after order, and remember. Protocols are pure: what a general does depends on what it has heard since
 * the order began, and on nothing else. Where few messages come in a round, the same are soon heard again, and then it is known
 * what to do; where many do, hardly ever, and the general goes by its protocol from there on.
 */
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { maySpeak, type AnyRoundsProtocol, type Context, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import type { Betrayal, Conduit, Kept, Plan } from '../faults/traitor.ts';
import { copied } from './copied.ts';
import type { Soldier } from '../general.ts';
import { MESSAGES_MAX, TELLINGS_MAX, strange, tellingsOf, type Telling } from './tellings.ts';

/** One general, as a loyal one or as a traitor. */
export interface Veteran {
  readonly soldier: Soldier;
  readonly self: NodeId;
  readonly betrayal: Betrayal | undefined;
  /** As an honest general would run it, a possessed one as what possesses it. */
  readonly protocol: AnyRoundsProtocol;
  readonly context: Context;
  /** Whom it may speak to, by round and id. */
  readonly audiences: (readonly boolean[])[];
  readonly kept: Kept;
  /** By which a traitor acts. */
  readonly conduit: Conduit<Telling>;
  /** What it has done where an order begins: nothing. */
  readonly idle: Deeds;
  /** Its protocol's, once it goes by that. */
  state: unknown;
  /** What it has heard for the next round: the first `count`, by sender, nobody twice. */
  readonly heard: Telling[];
  count: number;
  /** Of all that is in `heard`. */
  weight: number;
  /** The numbers of all that is in `heard`, as digits; of no meaning where they weigh too much. */
  key: number;
  /** What it does in this round, or did in the last. */
  deeds: Deeds;
  decision: Order | undefined;
  sent: number;
}

/** The beginning of a round, after all that was heard before. */
interface Dawn {
  /** The protocol's. */
  readonly state: unknown;
  /** The order in which it came up first. What is done from there on is remembered in later ones only, for most days dawn only once. */
  readonly since: number;
  /** What is done in this round if nothing was heard. */
  quiet: Deeds | undefined;
  /** And by the key of what was heard. */
  readonly known: Map<number, Deeds>;
}

/** What a general does in a round. */
interface Deeds {
  readonly effects: readonly RoundsEffect<OrderVocabulary>[];
  /** What it says where it is loyal; undefined where that is not remembered. */
  readonly tellings: readonly Telling[] | undefined;
  /** To whom it says each of `tellings`. */
  readonly hearers: readonly NodeId[];
  /** How many messages that are, whoever hears them. */
  readonly sent: number;
  readonly decision: Order | undefined;
  /** What may come of the effects where it is a traitor; undefined as long as it is not set out. */
  plan: Plan<Telling> | undefined;
  /** Where the next round begins; undefined where that is not remembered. */
  readonly next: Dawn | undefined;
}

/** How often all remember what to do at the most, up to some thirty megabytes: strategies may say all sorts of things. */
const DEEDS_MAX = 20_000;

/** Veterans of one order, among whom an army is chosen time and again. */
export interface Company {
  /** Both selves of one general, of which each army has one. What one of them remembers, both do, if they follow the same protocol. */
  readonly recruit: (loyal: Soldier, traitor: Soldier) => { readonly loyal: Veteran; readonly traitor: Veteran };
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
  /** What is done in the last round by who does nothing but decide: the same for all, so that there is less to look through. */
  const ends: { [decision in Order]?: Deeds } = {};
  let remembered = 0;
  /** How many have been given. */
  let orders = 0;
  let rounds = 0;
  let round = 0;
  return { recruit, lead };

  function recruit(loyal: Soldier, traitor: Soldier): ReturnType<Company['recruit']> {
    const veteran = veteranOf(loyal);
    return { loyal: veteran, traitor: veteranOf(traitor, veteran) };
  }

  /** @param other the general's other self, if there is one yet */
  function veteranOf(soldier: Soldier, other?: Veteran): Veteran {
    const { context, betrayal } = soldier;
    const protocol = betrayal?.protocol ?? soldier.protocol;
    const idle = other?.protocol === protocol ? other.idle : deedsOf([], dawnAfter(begun(protocol, context), 0), NOTHING);
    const veteran: Veteran = {
      soldier,
      self: context.self,
      betrayal,
      protocol,
      context,
      audiences: [],
      kept: { late: [] },
      conduit: { voice: (messages) => tellingOf(round, context.self, messages), say: (to, telling) => say(veteran, to, telling), act: (effect) => perform(veteran, effect) },
      idle,
      state: undefined,
      heard: [],
      count: 0,
      weight: 0,
      key: 0,
      deeds: idle,
      decision: undefined,
      sent: 0,
    };
    return veteran;
  }

  function lead(army: readonly Veteran[]): void {
    orders += 1;
    rounds = army[0]!.protocol.rounds(army[0]!.context);
    // These loops go by number: a twentieth of the exchange among 7 was lost by going through the list itself.
    for (let place = 0; place < army.length; place += 1) {
      const one = army[place]!;
      one.deeds = one.idle;
      if (one.kept.late.length > 0) one.kept.late = [];
      one.decision = undefined;
      one.sent = 0;
      veterans[one.self] = one;
      empty(one);
    }
    for (round = 1; round <= rounds + 1; round += 1) {
      for (let place = 0; place < army.length; place += 1) {
        const one = army[place]!;
        const dawn = one.deeds.next;
        one.deeds = dawn === undefined ? reckoned(one) : recalled(one, dawn);
        empty(one);
      }
      for (let place = 0; place < army.length; place += 1) {
        const one = army[place]!;
        const { betrayal, deeds } = one;
        if (betrayal !== undefined) betrayal.betray(one.context, one.kept, round, (deeds.plan ??= betrayal.plan(one.context, deeds.effects, one.conduit)), one.conduit);
        else if (deeds.tellings === undefined) for (const effect of deeds.effects) perform(one, effect);
        else obey(one, deeds, deeds.tellings);
      }
    }
  }

  /** What it does upon what it heard, which is known from here on. */
  function recalled(one: Veteran, dawn: Dawn): Deeds {
    if (one.weight > MESSAGES_MAX || dawn.since === orders) return forgotten(one, dawn);
    return (one.count === 0 ? dawn.quiet : dawn.known.get(one.key)) ?? learnt(one, dawn);
  }

  function learnt(one: Veteran, dawn: Dawn): Deeds {
    if (remembered === DEEDS_MAX) return forgotten(one, dawn);
    remembered += 1;
    const state = copied(dawn.state);
    const effects = stepped(one, state);
    const loyal = loyally(one, effects);
    const [effect, ...others] = effects;
    const isEnd = round > rounds && effect?.type === 'output' && others.length === 0;
    const deeds = isEnd ? (ends[effect.output] ??= deedsOf(effects, undefined, loyal)) : deedsOf(effects, dawnAfter(state, orders), loyal);
    if (one.count === 0) dawn.quiet = deeds;
    else dawn.known.set(one.key, deeds);
    return deeds;
  }

  /** What it does upon what it heard, by its protocol, and so for the rest of the order. */
  function forgotten(one: Veteran, dawn: Dawn): Deeds {
    one.state = copied(dawn.state);
    return reckoned(one);
  }

  function reckoned(one: Veteran): Deeds {
    return deedsOf(stepped(one, one.state), undefined, UNKNOWN);
  }

  function stepped({ protocol, context, heard, count }: Veteran, state: unknown): Deeds['effects'] {
    return protocol.step(context, state, { type: 'round', round, inbox: heard.slice(0, count) });
  }

  function begun(protocol: AnyRoundsProtocol, context: Context): unknown {
    const state = protocol.begin(context);
    if (context.self === context.commander) protocol.step(context, state, { type: 'input', input: order });
    return state;
  }

  function loyally(one: Veteran, effects: Deeds['effects']): Loyal {
    const tellings: Telling[] = [];
    const hearers: NodeId[] = [];
    let sent = 0;
    let decision: Order | undefined;
    for (const effect of effects) {
      if (effect.type === 'output') decision ??= effect.output;
      if (effect.type !== 'send' || effect.messages.length === 0) continue;
      const telling = tellingOf(round, one.self, effect.messages);
      for (const to of effect.to) if (mayTell(one, to)) {
        sent += effect.messages.length;
        tellings.push(telling);
        hearers.push(to);
      }
    }
    return { tellings, hearers, sent, decision };
  }

  function obey(one: Veteran, { hearers, sent, decision }: Deeds, tellings: readonly Telling[]): void {
    for (let place = 0; place < tellings.length; place += 1) tell(veterans[hearers[place]!], tellings[place]!);
    one.sent += sent;
    one.decision ??= decision;
  }

  /** Accusations and notes change nothing of what is counted. */
  function perform(one: Veteran, effect: RoundsEffect<OrderVocabulary>): void {
    if (effect.type === 'output') one.decision ??= effect.output;
    else if (effect.type === 'send' && effect.messages.length > 0) {
      const telling = strange(one.self, effect.messages);
      for (const to of effect.to) if (mayTell(one, to)) {
        one.sent += effect.messages.length;
        tell(veterans[to], telling);
      }
    }
  }

  function say(one: Veteran, to: NodeId, telling: Telling): void {
    if (!mayTell(one, to)) return;
    one.sent += telling.messages.length;
    tell(veterans[to], telling);
  }

  function mayTell(one: Veteran, to: NodeId): boolean {
    return (one.audiences[round] ??= audienceOf(one))[to] ?? false;
  }

  function audienceOf({ protocol, context, self }: Veteran): readonly boolean[] {
    const audience: boolean[] = [];
    for (let id = 0; id <= context.members.at(-1)!; id += 1) audience.push(id !== self && maySpeak(protocol, context, round, self, nodeId(id)));
    return audience;
  }

  function tell(hearer: Veteran | undefined, telling: Telling): void {
    if (hearer === undefined) return;
    const { heard, count } = hearer;
    if (count > 0 && heard[count - 1]!.from === telling.from) return tellMore(hearer, heard[count - 1]!, telling);
    heard[count] = telling;
    hearer.count = count + 1;
    hearer.weight += telling.weight;
    hearer.key = (hearer.key << KEY_BITS) | telling.number;
  }

  /** Makes one telling of the last two, which are of the same general. */
  function tellMore(hearer: Veteran, last: Telling, { from, messages }: Telling): void {
    const whole = tellingOf(round, from, [...last.messages, ...messages]);
    hearer.heard[hearer.count - 1] = whole;
    hearer.weight += whole.weight - last.weight;
    hearer.key = (hearer.key & ~TELLINGS_MAX) | whole.number;
  }
}

/** Has it heard nothing. */
function empty(one: Veteran): void {
  one.count = 0;
  one.weight = 0;
  one.key = 0;
}

/** Of a telling's number. As many as may be remembered fit a number of 32 bits. */
const KEY_BITS = Math.log2(TELLINGS_MAX + 1);

/** What comes of effects where a general is loyal, as `Deeds` has it. */
type Loyal = Pick<Deeds, 'tellings' | 'hearers' | 'sent' | 'decision'>;

const NOTHING: Loyal = { tellings: [], hearers: [], sent: 0, decision: undefined };
const UNKNOWN: Loyal = { ...NOTHING, tellings: undefined };

function deedsOf(effects: Deeds['effects'], next: Dawn | undefined, { tellings, hearers, sent, decision }: Loyal): Deeds {
  return { effects, tellings, hearers, sent, decision, plan: undefined, next };
}

const dawnAfter = (state: unknown, since: number): Dawn => ({ state, since, quiet: undefined, known: new Map() });
