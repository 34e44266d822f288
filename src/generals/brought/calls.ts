/** Calls of code that was brought, each of which says what went wrong in it. */
import { CodeFault, type Fault } from '../../core/code-fault.ts';
import type { Context, Setting } from '../protocol.ts';
import { CHANGE, deedOf, isOfFrozen } from './deed.ts';
import { NOBODY, enter, wordOf } from './doing.ts';
import type { Check } from './garbage.ts';

/** In which line of its own it was thrown. */
export type PlaceOf = (error: unknown) => string | undefined;

/** Ends by force what does not come back, where it is called by who does not do so. */
export interface Limits {
  isWithin(): boolean;
  limited<T>(work: () => T): T;
}

/** In which part of an order, and whose. */
export type When = Pick<Fault, 'when' | 'at'>;

export interface Calls {
  /** Whose calls these are, by `wordOf`. */
  readonly of: number;
  readonly fault: (fault: Fault) => CodeFault;
  /** What to throw for what it threw. */
  readonly thrown: (error: unknown, about: When) => unknown;
  /** What to throw as it changed what it was given: done again where that is frozen, it tells in which line. */
  readonly changed: (about: When, again: () => unknown) => unknown;
  readonly wrapped: (key: string, call: ((one: unknown, other: unknown) => unknown) | undefined, check?: Check) => (one?: unknown, other?: unknown) => unknown;
  /** The same of one setting, with the answer about the last one. */
  readonly remembering: (key: string, call: (setting: Setting) => unknown, check: Check) => (setting: Setting) => unknown;
}

export function callsOf(owner: string, placeOf: PlaceOf, limits: Limits): Calls {
  const of = wordOf(owner);
  const fault = (one: Fault): CodeFault => new CodeFault(owner, one);
  const thrown = (error: unknown, about: When): unknown => (error instanceof CodeFault ? error : fault({ ...deedOf(error), ...about, place: placeOf(error) }));
  const wrapped: Calls['wrapped'] = (key, call, check) => {
    const [known, what] = [new Map<string, unknown>(), wordOf(key)];
    // None takes more than two words, and a list of them would take longer than most of what is called.
    const called = (one: unknown, other: unknown): unknown => {
      if (!limits.isWithin()) return apart(one, other);
      enter(of, what, 0, NOBODY);
      let result: unknown;
      try {
        result = call!(one, other);
      } catch (error) {
        throw thrown(error, { when: `in ${key}` });
      }
      const wrong = check?.(result);
      if (wrong !== undefined) throw fault({ ...wrong, when: `in ${key}` });
      return result;
    };
    const apart = (one: unknown, other: unknown): unknown => {
      const answer = (): unknown => limits.limited(() => called(one, other));
      return FIGURES.has(key) ? rememberedIn(known, JSON.stringify([one, other].map(settingIn)), answer) : answer();
    };
    return called;
  };
  return {
    of,
    fault,
    thrown,
    changed(about, again) {
      try {
        again();
      } catch (error) {
        if (isOfFrozen(error)) return thrown(error, about);
      }
      return fault({ ...CHANGE, ...about });
    },
    wrapped,
    remembering(key, call, check) {
      const called = wrapped(key, call as (one: unknown) => unknown, check);
      let [last, figure]: [Setting | undefined, unknown] = [undefined, undefined];
      return (setting) => {
        if (setting === last) return figure;
        figure = called(setting);
        last = setting;
        return figure;
      };
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
