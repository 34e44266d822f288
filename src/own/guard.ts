/** A machine that somebody brought, as the simulator may run it: what it does that none may do becomes a `CodeFault` that names it. */
import type { TypedVocabulary } from '../core/byzantine.ts';
import { CodeFault } from '../core/code-fault.ts';
import type { Context, Effect, Event, Machine } from '../core/machine.ts';
import { quoted } from '../core/user-error.ts';
import { deedOf, shown, type Deed } from '../generals/brought/deed.ts';
import { NOBODY, enterNode, wordOf } from '../generals/brought/doing.ts';

type AnyOwn = Machine<TypedVocabulary, object>;

/** @param placeOf in which line of its own something was thrown */
export function guardedMachine(name: string, given: AnyOwn, placeOf: (error: unknown) => string | undefined): AnyOwn {
  const of = `the system ${name}`;
  const owner = wordOf(of);
  const doing = <T>(key: string, at: number, when: string | undefined, work: () => T): T => {
    enterNode(owner, wordOf(key), at);
    try {
      return work();
    } catch (error) {
      if (error instanceof CodeFault) throw error;
      throw new CodeFault(of, { ...deedOf(error), when, at: at === NOBODY ? undefined : `node ${at}`, place: placeOf(error) });
    }
  };
  const parse = (input: unknown): TypedVocabulary['message'] | undefined => {
    const message: unknown = doing('parse', NOBODY, 'in parse', () => given.parse(input));
    if (message === undefined) return undefined;
    if (typeof message !== 'object' || typeof (message as { readonly type?: unknown } | null)?.type !== 'string') throw new CodeFault(of, { did: `gave ${shown(message)}`, when: 'in parse', why: "a message is an object with a type, such as { type: 'echo' }, or undefined" });
    return message as TypedVocabulary['message'];
  };
  return {
    begin: (context) => doing('begin', context.self, 'when it began', () => given.begin(frozen(context))),
    parse,
    step(context, state, event) {
      const all: Effect<TypedVocabulary>[] = [];
      // What a node says to itself it hears at once, before anything else.
      const events: Event<TypedVocabulary>[] = [event];
      for (let count = 0; events.length > 0; count += 1) {
        const next = events.shift()!;
        const when = whenOf(next);
        if (count > TALK_MAX) throw new CodeFault(of, { did: 'talked to itself', when, at: `node ${context.self}`, why: `it did so ${TALK_MAX} times without an end` });
        const effects = doing('step', context.self, when, () => given.step(frozen(context), state, frozenDeep(next)));
        const garbage = garbageIn(context, effects, parse);
        if (garbage !== undefined) throw new CodeFault(of, { ...garbage, when, at: `node ${context.self}` });
        for (const effect of effects) {
          if (effect.type !== 'send' || !effect.to.includes(context.self)) all.push(effect);
          else {
            const others = effect.to.filter((to) => to !== context.self);
            if (others.length > 0) all.push({ ...effect, to: others });
            events.push({ type: 'message', from: context.self, message: effect.message });
          }
        }
      }
      return all;
    },
    ...(given.recover === undefined ? {} : { recover: (context: Context, records: readonly unknown[]) => doing('recover', context.self, 'when it was restarted', () => given.recover!(context, records)) }),
    lies(context, honest) {
      const lies = doing('lies', context.self, 'in lies', () => given.lies?.(context, honest) ?? []);
      if (!Array.isArray(lies)) throw new CodeFault(of, { did: `gave ${shown(lies)}`, when: 'in lies', why: 'a list is wanted' });
      return lies;
    },
    ...(given.about === undefined ? {} : { about: (message: TypedVocabulary['message']) => given.about!(message) }),
  };
}

/** So often may a node hear itself upon one event. */
const TALK_MAX = 1_000;

/** What of these effects no host can do; undefined if all can be done. */
function garbageIn({ members }: Context, effects: unknown, parse: (input: unknown) => unknown): Deed | undefined {
  if (!Array.isArray(effects)) return { did: `gave ${shown(effects)}`, why: 'a list of effects is wanted' };
  for (const effect of effects as readonly (Effect<TypedVocabulary> | undefined)[]) {
    switch (effect?.type) {
      case 'send': {
        if (!Array.isArray(effect.to)) return { did: `gave ${shown(effect)}`, why: "wanted is { type: 'send', to: […], message: … }" };
        const stranger = effect.to.find((to) => !members.includes(to));
        if (stranger !== undefined) return { did: `sent a message to ${shown(stranger)}`, why: 'that is none of the nodes' };
        if (parse(effect.message) === undefined) return { did: `sent ${shown(effect.message)}`, why: 'its own parse takes that for no message' };
        break;
      }
      case 'set-timer':
        if (typeof effect.timer !== 'string' || !Number.isFinite(effect.after) || effect.after < 1) return { did: `gave ${shown(effect)}`, why: "wanted is { type: 'set-timer', timer: 'name', after: milliseconds }, 1 or more" };
        break;
      case 'save':
      case 'cancel-timer':
      case 'output':
      case 'accuse':
        break;
      default:
        return { did: `gave the effect ${shown(effect)}`, why: 'its type is to be send, output, set-timer, cancel-timer, save or accuse' };
    }
  }
  return undefined;
}

function whenOf(event: Event<TypedVocabulary>): string {
  switch (event.type) {
    case 'message':
      return `upon ${quoted(event.message.type)} of node ${event.from}`;
    case 'timeout':
      return `when the timer ${quoted(event.timer)} went off`;
    default:
      return `upon ${event.type}`;
  }
}

function frozen(context: Context): Context {
  if (Object.isFrozen(context)) return context;
  Object.freeze(context.members);
  return Object.freeze(context);
}

/** Nodes share what was said to several of them. */
function frozenDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozenDeep(part);
  return value;
}
