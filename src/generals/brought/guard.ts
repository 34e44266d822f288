/**
 * Code that somebody brought, as the rest of the program may run it: it is held to what ours is held to by tests. What it throws, or puts
 * out that is nothing, or changes of what it was given becomes a `CodeFault` that names it.
 */
import { nameOf } from '../../core/node.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, RoundsEvent, Setting } from '../protocol.ts';
import type { Action, FaultStrategy, SendContext } from '../strategy.ts';
import { PLAIN } from '../values.ts';
import { callsOf, type Calls, type Limits, type PlaceOf, type When } from './calls.ts';
import { NOBODY, enter, wordOf } from './doing.ts';
import { CHECKS, garbageIn, garbageInActions, garbageSaid, list } from './garbage.ts';
import { SHAPES } from './shape.ts';
import { Sample, copyOfContext, copyOfEvent, frozen, isUnchanged, restore } from './unchanged.ts';

/** A thread has somebody who ends it as a whole. */
const NO_LIMITS: Limits = { isWithin: () => true, limited: (work) => work() };

/** What is called with each message, by `wordOf`. */
const [BEGIN, STEP, SPEAKS] = ['begin', 'step', 'speaks'].map(wordOf) as [number, number, number];
const [PARSE, LIES, SAYS] = ['parse', 'lies', 'says'].map(wordOf) as [number, number, number];

type Event = RoundsEvent<OrderVocabulary>;

export function guardedProtocol(given: AnyRoundsProtocol, placeOf: PlaceOf, limits = NO_LIMITS): AnyRoundsProtocol {
  const calling = callsOf(`the protocol ${given.name}`, placeOf, limits);
  const guarded = picked(given, 'protocol');
  const wrap = <Key extends keyof AnyRoundsProtocol>(key: Key, wrapped: AnyRoundsProtocol[Key] | undefined): void => {
    if (given[key] !== undefined) guarded[key] = wrapped as AnyRoundsProtocol[Key];
  };
  for (const key of CALLED) wrap(key, calling.wrapped(key, (given[key] as ((...words: unknown[]) => unknown) | undefined)?.bind(given), CHECKS[key]) as never);
  for (const key of COUNTED) wrap(key, calling.remembering(key, given[key].bind(given) as (setting: Setting) => unknown, CHECKS[key]!) as AnyRoundsProtocol[typeof key]);
  wrap('speaks', speaksBy(given, calling, limits));
  wrap('parse', parseBy(given, calling, limits));
  wrap('lies', liesBy(given, calling, limits));
  const sample = new Sample();
  wrap('begin', beginBy(given, calling, limits, sample));
  wrap('step', stepBy(given, calling, limits, sample));
  // What is made at one go is faster to look into.
  return { ...guarded } as AnyRoundsProtocol;
}

/** What is called now and then, of which one shape of a call will do. What is called with each message has its own below: V8 builds it in. */
const CALLED = ['membersNeeded', 'faultsByDefault', 'refuses', 'path', 'describe', 'forged', 'evidence', 'votes'] as const;

/** What is asked for with each order, and hangs on nothing but the generals, who are the same time and again. */
const COUNTED = ['rounds', 'messages'] as const;

function beginBy(given: AnyRoundsProtocol, { of, thrown, ...calling }: Calls, limits: Limits, sample: Sample): AnyRoundsProtocol['begin'] {
  const whenBegun = (context: Context): When => ({ when: 'when it began', at: nameOf(context.self) });
  const looked = (context: Context): unknown => {
    const copy = [copyOfContext(context), undefined] as const;
    const state = given.begin(context);
    if (isUnchanged([context, undefined], copy)) return state;
    restore([context, undefined], copy);
    throw calling.changed(whenBegun(context), () => given.begin(frozen(copyOfContext(context))));
  };
  const apart = (context: Context): unknown => limits.limited(() => begin(context));
  const begin = (context: Context): unknown => {
    if (!limits.isWithin()) return apart(context);
    enter(of, BEGIN, 0, context.self);
    try {
      return sample.takes(context) ? looked(context) : given.begin(context);
    } catch (error) {
      throw thrown(error, whenBegun(context));
    }
  };
  return begin;
}

/** A step is short, and there are millions: what is not done in each is in functions of its own, so that it takes no room in this. */
function stepBy(given: AnyRoundsProtocol, { of, thrown, ...calling }: Calls, limits: Limits, sample: Sample): AnyRoundsProtocol['step'] {
  const parse = parseBy(given, { of, thrown, ...calling }, limits);
  const looked = (context: Context, state: unknown, event: Event): RoundsEffect<OrderVocabulary>[] => {
    const copy = [copyOfContext(context), copyOfEvent(event)] as const;
    const effects = given.step(context, state, event);
    if (isUnchanged([context, event], copy)) return effects;
    restore([context, event], copy);
    throw calling.changed(whenAt(context, event), () => given.step(frozen(copyOfContext(context)), state, frozen(copyOfEvent(event))));
  };
  const apart = (context: Context, state: unknown, event: Event): RoundsEffect<OrderVocabulary>[] => limits.limited(() => step(context, state, event));
  const step = (context: Context, state: unknown, event: Event): RoundsEffect<OrderVocabulary>[] => {
    if (!limits.isWithin()) return apart(context, state, event);
    enter(of, STEP, event.type === 'round' ? event.round : 0, context.self);
    // Symbols are told apart by what they are, and a copy is another.
    const isPlain = context.values === PLAIN;
    const isLooked = isPlain && sample.takes(context);
    let effects: RoundsEffect<OrderVocabulary>[];
    try {
      effects = isLooked ? looked(context, state, event) : given.step(context, state, event);
    } catch (error) {
      throw thrown(error, whenAt(context, event));
    }
    const garbage = garbageIn(context, effects, isPlain) ?? (isLooked ? garbageSaid(parse, effects) : undefined);
    if (garbage !== undefined) throw calling.fault({ ...garbage, ...whenAt(context, event) });
    return effects;
  };
  return step;
}

/** Whom it lets speak: asked of each message of each order, so that it is called as ours is, and nothing beside it. */
function speaksBy(given: AnyRoundsProtocol, { of, thrown }: Calls, limits: Limits): NonNullable<AnyRoundsProtocol['speaks']> {
  const apart: typeof speaks = (...words) => limits.limited(() => speaks(...words));
  const speaks: NonNullable<AnyRoundsProtocol['speaks']> = (setting, round, from, to) => {
    if (!limits.isWithin()) return apart(setting, round, from, to);
    enter(of, SPEAKS, 0, NOBODY);
    try {
      return given.speaks!(setting, round, from, to);
    } catch (error) {
      throw thrown(error, { when: 'in speaks' });
    }
  };
  return speaks;
}

/** What it takes for a message: asked of each that comes off a port. */
function parseBy(given: AnyRoundsProtocol, { of, thrown }: Calls, limits: Limits): AnyRoundsProtocol['parse'] {
  const apart = (input: unknown): unknown => limits.limited(() => parse(input));
  const parse = (input: unknown): unknown => {
    if (!limits.isWithin()) return apart(input);
    enter(of, PARSE, 0, NOBODY);
    try {
      return given.parse(input);
    } catch (error) {
      throw thrown(error, { when: 'in parse' });
    }
  };
  return parse;
}

/** What traitors could say: asked of each message of theirs. */
function liesBy(given: AnyRoundsProtocol, { of, thrown, fault }: Calls, limits: Limits): AnyRoundsProtocol['lies'] {
  const apart = (context: Context, honest: unknown): unknown[] => limits.limited(() => lies(context, honest));
  const lies = (context: Context, honest: unknown): unknown[] => {
    if (!limits.isWithin()) return apart(context, honest);
    enter(of, LIES, 0, NOBODY);
    let said: unknown[];
    try {
      said = given.lies(context, honest);
    } catch (error) {
      throw thrown(error, { when: 'in lies' });
    }
    if (!Array.isArray(said)) throw fault({ ...list(said)!, when: 'in lies' });
    return said;
  };
  return lies;
}

export function guardedStrategy(given: FaultStrategy, placeOf: PlaceOf, limits = NO_LIMITS): FaultStrategy {
  const calling = callsOf(`the strategy ${given.name}`, placeOf, limits);
  const { of } = calling;
  const wrap = given.wrap?.bind(given);
  return {
    ...picked(given, 'strategy'),
    says<Message>(occasion: SendContext<Message>): readonly Action<Message>[] {
      if (!limits.isWithin()) return limits.limited(() => this.says(occasion));
      enter(of, SAYS, occasion.round, occasion.from);
      let actions: readonly Action<Message>[];
      try {
        actions = given.says(occasion);
      } catch (error) {
        throw calling.thrown(error, whenSaid(occasion));
      }
      const garbage = garbageInActions(occasion, actions);
      if (garbage !== undefined) throw calling.fault({ ...garbage, ...whenSaid(occasion) });
      return actions;
    },
    ...(wrap === undefined ? {} : { wrap: calling.wrapped('wrap', wrap as (...words: unknown[]) => unknown) as NonNullable<FaultStrategy['wrap']> }),
  };
}

/** What is known of the shape, and nothing else, with the methods of a class as well. */
function picked<Given extends AnyRoundsProtocol | FaultStrategy>(given: Given, kind: keyof typeof SHAPES): { -readonly [Key in keyof Given]: Given[Key] } {
  const own: Partial<Given> = {};
  for (const key of Object.keys(SHAPES[kind]) as (keyof Given)[]) if (given[key] !== undefined) own[key] = given[key];
  return own as Given;
}

const whenSaid = ({ round, from }: Pick<SendContext<unknown>, 'round' | 'from'>): When => ({ when: round === 0 ? 'in a ballot' : `in round ${round}`, at: nameOf(from) });

const whenAt = (context: Context, event: Event): When => ({
  when: event.type === 'round' ? `in round ${event.round}` : 'when it was given its order',
  at: nameOf(context.self),
});
