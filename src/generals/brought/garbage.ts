/** What code that was brought puts out, and nobody could do. */
import type { NodeId } from '../../core/node.ts';
import { parseOrder } from '../order.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect } from '../protocol.ts';
import type { Action, SendContext } from '../strategy.ts';
import { shown, type Deed } from './deed.ts';
import { isLine } from './shape.ts';

/** What is wrong with what it gives, if anything. */
export type Check = (result: unknown) => Deed | undefined;

/** The most rounds that a protocol may have, so that none is waited for in vain. */
const ROUNDS_MAX = 10_000;

const whole = (what: string, max = Infinity): Check => (result) => {
  if (Number.isSafeInteger(result) && (result as number) >= 0 && (result as number) <= max) return undefined;
  return { did: `gave ${shown(result)}`, why: `${what} is a whole number from 0 ${max === Infinity ? 'on' : `to ${max}`}` };
};

export const list: Check = (result) => (Array.isArray(result) ? undefined : { did: `gave ${shown(result)}`, why: 'a list is wanted' });

/** By what is called. */
export const CHECKS: Readonly<Record<string, Check>> = {
  membersNeeded: whole('a number of generals'),
  faultsByDefault: whole('a number of traitors'),
  rounds: whole('a number of rounds', ROUNDS_MAX),
  messages: whole('a number of messages'),
  refuses: (result) => (result === undefined || isLine(result) ? undefined : { did: `gave ${shown(result)}`, why: 'a line is wanted, or undefined' }),
  describe: (result) => (isLine(result) ? undefined : { did: `gave ${shown(result)}`, why: 'a line is wanted' }),
  evidence: (result) => (Array.isArray(result) && result.every(isLine) ? undefined : { did: `gave ${shown(result)}`, why: 'a list of lines is wanted' }),
  votes: list,
};

/** What of the effects of a step no host can do, in words; undefined if all can be done. @param isPlain whether values are orders, and not symbols */
export function garbageIn(context: Context, effects: unknown, isPlain: boolean): Deed | undefined {
  if (!Array.isArray(effects)) return { did: `gave ${shown(effects)}`, why: 'a list of effects is wanted' };
  for (let place = 0; place < effects.length; place += 1) {
    const effect = effects[place] as RoundsEffect<OrderVocabulary> | undefined;
    switch (effect?.type) {
      case 'send': {
        const { to, messages } = effect;
        if (!Array.isArray(to) || !Array.isArray(messages)) return { did: `gave ${shown(effect)}`, why: "wanted is { type: 'send', to: […], messages: […] }" };
        const wrong = wrongHearer(context, to);
        if (wrong !== undefined) return wrong;
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
}

/** What it says that is no message of its own. */
export function garbageSaid(parse: AnyRoundsProtocol['parse'], effects: readonly RoundsEffect<OrderVocabulary>[]): Deed | undefined {
  for (const effect of effects) {
    if (effect.type !== 'send') continue;
    const stranger = effect.messages.findIndex((message) => parse(message) === undefined);
    if (stranger >= 0) return { did: `sent ${shown(effect.messages[stranger])}`, why: 'its own parse takes that for no message' };
  }
  return undefined;
}

function wrongHearer({ members, self }: Context, hearers: readonly NodeId[]): Deed | undefined {
  // Hearers come in the order of the members nearly always: then it goes through both once.
  let at = 0;
  for (let place = 0; place < hearers.length; place += 1) {
    const to = hearers[place]!;
    // Generals that nobody has left are numbered from one on. Nobody stands at no place: else who is undefined would be found there.
    if (members[to - 1] === to && to !== self && to !== (undefined as unknown)) continue;
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

/** What is wrong with what a strategy allows, if anything. */
export function garbageInActions<Message>({ honest, lies }: SendContext<Message>, actions: unknown): Deed | undefined {
  if (!Array.isArray(actions) || actions.length === 0) return { did: `gave ${shown(actions)}`, why: 'wanted is a list of what may become of the message' };
  for (const action of actions as readonly (Partial<Action<Message>> | undefined)[]) {
    const { now: said, late } = action ?? {};
    if (!Array.isArray(said) || !Array.isArray(late)) return { did: `gave ${shown(action)}`, why: 'wanted is { now: […], late: […] }' };
    const stranger = [...said, ...late].find((message: Message) => message !== honest && !lies.includes(message));
    if (stranger !== undefined) return { did: `said ${shown(stranger)}`, why: 'that is neither the honest message nor one of its lies' };
  }
  return undefined;
}
