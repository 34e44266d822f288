/**
 * Code that somebody brought, as the rest of the program may run it: it is held to what ours is held to by tests. What it throws, or puts
 * out that is nothing, or changes of what it was given becomes a `CodeFault` that names it.
 */
import { CodeFault, type Fault } from '../../core/code-fault.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { quoted } from '../../core/user-error.ts';
import type { Ends } from '../../runtime/brought-code.ts';
import { parseOrder } from '../order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsEvent } from '../protocol.ts';
import type { Action, FaultStrategy, SendContext } from '../strategy.ts';
import { PLAIN } from '../values.ts';
import { SHAPES } from './shape.ts';
import { Sample, copyOfContext, copyOfEvent, frozen, isUnchanged } from './unchanged.ts';

/** In which line of its own it was thrown. */
export type PlaceOf = (error: unknown) => string | undefined;

/** What code that was brought is doing at the moment: who ends it by force has to say of whom, and where. */
const now = { of: '', key: '', round: 0, at: 0 };

/** What becomes of work with what runs now, if that has so many milliseconds. */
export const endsAfter = (milliseconds: number): Ends => ({
  late: () => stopped(`did not come back from ${now.key === '' ? 'a call' : now.key}`, `it was waited for ${milliseconds / 1000} s`),
  left: () => lastOwner(),
  greedy: (gigabytes) => stopped(`was in ${now.key === '' ? 'a call' : now.key}`, `the program had taken ${gigabytes} GB of memory by then`),
});

/** Whose code ran last, for who finds that it left something behind. */
export const lastOwner = (): string => (now.of === '' ? 'the code that was brought' : now.of);

const stopped = (did: string, why: string): CodeFault =>
  new CodeFault(lastOwner(), { did, when: now.round === 0 ? undefined : `in round ${now.round}`, at: now.at === 0 ? undefined : nameOf(now.at as NodeId), why });

/** Threads with such code were ended for their memory. @param bytes what they may take */
export const greedyThreads = (bytes: number): CodeFault => new CodeFault('the code that was brought', { did: `took more than ${Math.floor(bytes / 2 ** 20)} MB of memory in a thread` });

/** The most rounds that a protocol may have, so that none is waited for in vain. */
const ROUNDS_MAX = 10_000;

/** Ends by force what does not come back, where it is called by who does not do so. */
export interface Limits {
  isWithin(): boolean;
  limited<T>(work: () => T): T;
}

/** A thread has somebody who ends it as a whole. */
const NO_LIMITS: Limits = { isWithin: () => true, limited: (work) => work() };

export function guardedProtocol(given: AnyRoundsProtocol, placeOf: PlaceOf, limits = NO_LIMITS): AnyRoundsProtocol {
  const of = `the protocol ${given.name}`;
  const guarded = picked(given, 'protocol');
  const calling = callsOf(of, placeOf, limits);
  for (const key of ['membersNeeded', 'faultsByDefault', 'refuses', 'rounds', 'messages', 'lies', 'path', 'describe', 'forged', 'evidence', 'votes', 'parse'] as const) {
    if (given[key] !== undefined) Object.assign(guarded, { [key]: calling.wrapped(key, (given[key] as (...words: unknown[]) => unknown).bind(given), CHECKS[key]) });
  }
  if (given.speaks !== undefined) Object.assign(guarded, { speaks: speaksBy(given, calling, of, limits) });
  const garbageIn = garbageBy(given, calling);
  const sample = new Sample();
  /** What is done by copies of what is given, of which nothing may be changed. */
  const unchanging = <T>(context: Context, event: RoundsEvent<OrderVocabulary> | undefined, about: () => Pick<Fault, 'when' | 'at'>, work: (context: Context, event: RoundsEvent<OrderVocabulary> | undefined) => T): T => {
    const copy = [copyOfContext(context), event && copyOfEvent(event)] as const;
    const done = work(...copy);
    if (isUnchanged(context, event, copy)) return done;
    // Once more, to see in which line: what comes of it does not matter any more.
    try {
      work(frozen(copyOfContext(context)), event && frozen(copyOfEvent(event)));
    } catch (error) {
      if (isOfFrozen(error)) throw calling.thrown(error, about());
    }
    throw calling.fault({ ...CHANGE, ...about() });
  };
  const begin = (context: Context): unknown => {
    const about = (): Pick<Fault, 'when' | 'at'> => ({ when: 'when it began', at: nameOf(context.self) });
    enter(of, 'begin', 0, context.self);
    try {
      return sample.takes(context) ? unchanging(context, undefined, about, (own) => given.begin(own)) : given.begin(context);
    } catch (error) {
      throw calling.thrown(error, about());
    }
  };
  const step = (context: Context, state: unknown, event: RoundsEvent<OrderVocabulary>): RoundsEffect<OrderVocabulary>[] => {
    enter(of, 'step', event.type === 'round' ? event.round : 0, context.self);
    const isPlain = context.values === PLAIN;
    let effects: RoundsEffect<OrderVocabulary>[];
    try {
      // Symbols are told apart by what they are, and a copy is another.
      effects = isPlain && sample.takes(context) ? unchanging(context, event, () => whenAt(context, event), (own, heard) => given.step(own, state, heard!)) : given.step(context, state, event);
    } catch (error) {
      throw calling.thrown(error, whenAt(context, event));
    }
    const garbage = garbageIn(context, effects, isPlain);
    if (garbage !== undefined) throw calling.fault({ ...garbage, ...whenAt(context, event) });
    return effects;
  };
  return Object.assign(guarded, {
    begin: (context: Context) => (limits.isWithin() ? begin(context) : limits.limited(() => begin(context))),
    step: (context: Context, state: unknown, event: RoundsEvent<OrderVocabulary>) =>
      (limits.isWithin() ? step(context, state, event) : limits.limited(() => step(context, state, event))),
  });
}

/** Whom it lets speak: asked of each message of each order, so that it is called as ours is, and nothing beside it. */
function speaksBy(given: AnyRoundsProtocol, calling: Calls, of: string, limits: Limits): NonNullable<AnyRoundsProtocol['speaks']> {
  const speaks: NonNullable<AnyRoundsProtocol['speaks']> = (setting, round, from, to) => {
    if (!limits.isWithin()) return limits.limited(() => speaks(setting, round, from, to));
    enter(of, 'speaks', 0, 0);
    try {
      return given.speaks!(setting, round, from, to);
    } catch (error) {
      throw calling.thrown(error, { when: 'in speaks' });
    }
  };
  return speaks;
}

export function guardedStrategy(given: FaultStrategy, placeOf: PlaceOf, limits = NO_LIMITS): FaultStrategy {
  const of = `the strategy ${given.name}`;
  const calling = callsOf(of, placeOf, limits);
  const wrap = given.wrap?.bind(given);
  return {
    ...picked(given, 'strategy'),
    says<Message>(occasion: SendContext<Message>): readonly Action<Message>[] {
      if (!limits.isWithin()) return limits.limited(() => this.says(occasion));
      const { round, from } = occasion;
      enter(of, 'says', round, from);
      const about = { when: round === 0 ? 'in a ballot' : `in round ${round}`, at: nameOf(from) };
      let actions: readonly Action<Message>[];
      try {
        actions = given.says(occasion);
      } catch (error) {
        throw calling.thrown(error, about);
      }
      const garbage = garbageInActions(occasion, actions);
      if (garbage !== undefined) throw calling.fault({ ...garbage, ...about });
      return actions;
    },
    ...(wrap === undefined ? {} : { wrap: calling.wrapped('wrap', wrap as (...words: unknown[]) => unknown) as NonNullable<FaultStrategy['wrap']> }),
  };
}

/** What is known of the shape, and nothing else, with the methods of a class as well. */
function picked<Given extends AnyRoundsProtocol | FaultStrategy>(given: Given, kind: keyof typeof SHAPES): Given {
  const own: Partial<Given> = {};
  for (const key of Object.keys(SHAPES[kind]) as (keyof Given)[]) if (given[key] !== undefined) own[key] = given[key];
  return own as Given;
}

interface Calls {
  fault(fault: Fault): CodeFault;
  /** What to throw for what it threw. */
  thrown(error: unknown, about: Pick<Fault, 'when' | 'at'>): unknown;
  wrapped(key: string, call: (one: unknown, other: unknown) => unknown, check?: (result: unknown) => Deed | undefined): (one?: unknown, other?: unknown) => unknown;
}

function callsOf(of: string, placeOf: PlaceOf, limits: Limits): Calls {
  const fault = (one: Fault): CodeFault => new CodeFault(of, one);
  const thrown = (error: unknown, about: Pick<Fault, 'when' | 'at'>): unknown => (error instanceof CodeFault ? error : fault({ ...deedOf(error), ...about, place: placeOf(error) }));
  return {
    fault,
    thrown,
    wrapped(key, call, check) {
      const known = new Map<string, unknown>();
      // None takes more than two words, and a list of them would take longer than most of what is called.
      const called = (one: unknown, other: unknown): unknown => {
        if (!limits.isWithin()) {
          const answer = (): unknown => limits.limited(() => called(one, other));
          return FIGURES.has(key) ? rememberedIn(known, JSON.stringify([one, other].map(settingIn)), answer) : answer();
        }
        enter(of, key, 0, 0);
        let result: unknown;
        try {
          result = call(one, other);
        } catch (error) {
          throw thrown(error, { when: `in ${key}` });
        }
        const wrong = check?.(result);
        if (wrong !== undefined) throw fault({ ...wrong, when: `in ${key}` });
        return result;
      };
      return called;
    },
  };
}

/**
 * What it says of itself: that hangs on nothing but what is asked, and is asked for with each order, when to limit it takes a tenth
 * of a millisecond.
 */
const FIGURES: ReadonlySet<string> = new Set(['membersNeeded', 'faultsByDefault', 'refuses', 'rounds', 'messages']);

/** Of a context what a figure may hang on. */
const settingIn = (word: unknown): unknown => {
  if (typeof word !== 'object' || word === null) return word;
  const { members, commander, m } = word as Partial<Context>;
  return [members, commander, m];
};

/** The most answers that are remembered. */
const ANSWERS_MAX = 1000;

function rememberedIn(known: Map<string, unknown>, key: string, answer: () => unknown): unknown {
  if (known.has(key)) return known.get(key);
  const given = answer();
  if (known.size < ANSWERS_MAX) known.set(key, given);
  return given;
}

function enter(of: string, key: string, round: number, at: number): void {
  now.of = of;
  now.key = key;
  now.round = round;
  now.at = at;
}

const CHANGE = { did: 'changed what it was given' };

/** A frozen thing that is changed throws so, as modules are strict. */
const CHANGED = /read only property|not extensible|Cannot delete property/;

const isOfFrozen = (error: unknown): error is TypeError => error instanceof TypeError && CHANGED.test(error.message);

/** What was done, and what is wrong with it. */
type Deed = Pick<Fault, 'did' | 'why'>;

function deedOf(error: unknown): Deed {
  const said = quoted(textOf(error).split('\n')[0]!, 200);
  return isOfFrozen(error) ? { ...CHANGE, why: said } : { did: `threw ${said}` };
}

/** What was thrown, in words. That may be anything, even what cannot be made words of. */
export function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'what has no words';
  }
}

const whenAt = (context: Context, event: RoundsEvent<OrderVocabulary>): Pick<Fault, 'when' | 'at'> => ({
  when: event.type === 'round' ? `in round ${event.round}` : 'when it was given its order',
  at: nameOf(context.self),
});

const whole = (what: string, max?: number) => (result: unknown): Deed | undefined =>
  Number.isSafeInteger(result) && (result as number) >= 0 && (max === undefined || (result as number) <= max) ? undefined : { did: `gave ${shown(result)}`, why: `${what} is a whole number from 0 ${max === undefined ? 'on' : `to ${max}`}` };

const list = (result: unknown): Deed | undefined => (Array.isArray(result) ? undefined : { did: `gave ${shown(result)}`, why: 'a list is wanted' });

const CHECKS: Readonly<Record<string, (result: unknown) => Deed | undefined>> = {
  membersNeeded: whole('a number of generals'),
  faultsByDefault: whole('a number of traitors'),
  rounds: whole('a number of rounds', ROUNDS_MAX),
  messages: whole('a number of messages'),
  refuses: (result) => (result === undefined || typeof result === 'string' ? undefined : { did: `gave ${shown(result)}`, why: 'a line is wanted, or undefined' }),
  lies: list,
  evidence: list,
  votes: list,
};

/** The most words that are remembered as messages. */
const KNOWN_MAX = 10_000;

/** Tells what of the effects of a step no host can do, in words; undefined if all can be done. */
function garbageBy(given: AnyRoundsProtocol, calling: Calls): (context: Context, effects: unknown, isPlain: boolean) => Deed | undefined {
  /** What its own `parse` takes for messages: a step says the same ones again and again. */
  const known = new Set<unknown>();
  const parse = calling.wrapped('parse', given.parse.bind(given));
  const isMessage = (message: unknown): boolean => {
    if (parse(message) === undefined) return false;
    if (typeof message !== 'object' && known.size < KNOWN_MAX) known.add(message);
    return true;
  };
  return (context, effects, isPlain) => {
    if (!Array.isArray(effects)) return { did: `gave ${shown(effects)}`, why: 'a list of effects is wanted' };
    for (let place = 0; place < effects.length; place += 1) {
      const effect = effects[place] as RoundsEffect<OrderVocabulary> | undefined;
      switch (effect?.type) {
        case 'send': {
          const { to, messages } = effect;
          if (!Array.isArray(to) || !Array.isArray(messages)) return { did: `gave ${shown(effect)}`, why: "wanted is { type: 'send', to: […], messages: […] }" };
          const wrong = wrongHearer(context, to);
          if (wrong !== undefined) return wrong;
          if (!isPlain) break;
          for (let number = 0; number < messages.length; number += 1) {
            const message: unknown = messages[number];
            if (!known.has(message) && !isMessage(message)) return { did: `sent ${shown(message)}`, why: 'its own parse takes that for no message' };
          }
          break;
        }
        case 'output':
          if (isPlain && parseOrder(effect.output) === undefined) return { did: `decided ${shown(effect.output)}`, why: 'that is neither attack nor retreat' };
          break;
        case 'accuse':
        case 'note':
          break;
        default:
          return { did: `gave the effect ${shown(effect)}`, why: 'its type is to be send, output, accuse or note' };
      }
    }
    return undefined;
  };
}

function wrongHearer({ members, self }: Context, hearers: readonly NodeId[]): Deed | undefined {
  // Hearers come in the order of the members nearly always: then it goes through both once.
  let at = 0;
  for (let place = 0; place < hearers.length; place += 1) {
    const to = hearers[place]!;
    while (at < members.length && members[at] !== to) at += 1;
    if (at < members.length || members.includes(to)) {
      if (to === self) return { did: 'sent a message to itself' };
      if (at === members.length) at = 0;
      continue;
    }
    return { did: `sent a message to ${shown(to)}`, why: 'that is none of the generals' };
  }
  return undefined;
}

function garbageInActions<Message>({ honest, lies }: SendContext<Message>, actions: unknown): Deed | undefined {
  if (!Array.isArray(actions) || actions.length === 0) return { did: `gave ${shown(actions)}`, why: 'wanted is a list of what may become of the message' };
  for (const action of actions as readonly (Partial<Action<Message>> | undefined)[]) {
    const { now: said, late } = action ?? {};
    if (!Array.isArray(said) || !Array.isArray(late)) return { did: `gave ${shown(action)}`, why: 'wanted is { now: […], late: […] }' };
    const stranger = [...said, ...late].find((message: Message) => message !== honest && !lies.includes(message));
    if (stranger !== undefined) return { did: `said ${shown(stranger)}`, why: 'that is neither the honest message nor one of its lies' };
  }
  return undefined;
}

function shown(value: unknown): string {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return value === undefined ? 'undefined' : `a ${typeof value}`;
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  try {
    const text = JSON.stringify(value);
    return typeof value === 'string' ? quoted(value) : text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
  } catch {
    return 'what is no plain data';
  }
}
