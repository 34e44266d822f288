import { DEFAULT_ORDER, counterpart, type Order } from '../order.ts';
import type { NodeId } from '../../core/node.ts';
import { inWords, type AnyRoundsProtocol, type Context, type Heard } from '../protocol.ts';

/** What a general heard, round by round, the first at 0. */
export type Inboxes = readonly (readonly Heard<unknown>[])[];

/** One of the messages that fixed a decision. */
export interface Cause {
  readonly round: number;
  readonly from: NodeId;
  readonly message: unknown;
}

/** What a general decides that hears this: its part of the protocol is run again, on these inboxes alone. */
export function decisionOn(protocol: AnyRoundsProtocol, context: Context, inboxes: Inboxes): Order | undefined {
  const state = protocol.begin(context);
  for (let round = 1; round <= protocol.rounds(context) + 1; round += 1) {
    const effects = protocol.step(context, state, { type: 'round', round, inbox: inboxes[round - 2] ?? [] });
    for (const effect of effects) if (effect.type === 'output') return effect.output;
  }
  return undefined;
}

/**
 * The few messages that fixed a decision. With all others turned against it the decision is still the same; with any one
 * of these turned too, it is not. To be turned is to be missing where the decision was not the default; else to speak for
 * the other order, or to be missing where it cannot.
 * @returns none where even with all turned the decision stands, as for a default when nothing was heard
 */
export function causesOf(protocol: AnyRoundsProtocol, context: Context, inboxes: Inboxes, decision: Order): Cause[] {
  const all = inboxes.flatMap((inbox, index) => inbox.flatMap(({ messages }, entry) => messages.map((_, place) => ({ index, entry, place }))));
  const turned = inboxes.map((inbox) => inbox.map(({ messages }) => messages.map(() => false)));
  // Later messages first: what is left then is what was said first, which people find easier to follow.
  const kept = turnAll(all.toReversed()).toReversed();
  // Where more messages can make a decision weaker, the search may have kept one too many.
  const causes = kept.filter((one) => turnAll([one]).length > 0);
  return causes.map(({ index, entry, place }) => {
    const { from, messages } = inboxes[index]![entry]!;
    return { round: index + 1, from, message: messages[place] };
  });

  /** Turns as many of them as the decision bears. @returns those that it does not */
  function turnAll(messages: readonly Place[]): Place[] {
    if (messages.length === 0) return [];
    for (const { index, entry, place } of messages) turned[index]![entry]![place] = true;
    if (decisionOn(protocol, context, withTurned(protocol, context, inboxes, turned, decision)) === decision) return [];
    for (const { index, entry, place } of messages) turned[index]![entry]![place] = false;
    if (messages.length === 1) return [...messages];
    const half = messages.length >> 1;
    const first = turnAll(messages.slice(0, half));
    return [...first, ...turnAll(messages.slice(half))];
  }
}

/** Where a message stands: in the inbox of which round, in which of its entries, as which of the entry's messages. */
interface Place {
  readonly index: number;
  readonly entry: number;
  readonly place: number;
}

/** The inboxes as they would be with some messages turned against the decision. */
export const withTurned = (protocol: AnyRoundsProtocol, context: Context, inboxes: Inboxes, turned: readonly (readonly (readonly boolean[])[])[], decision: Order): Inboxes =>
  inboxes.map((inbox, index) =>
    inbox.flatMap(({ from, messages }, entry) => {
      const left = messages.flatMap((message, place) => (turned[index]?.[entry]?.[place] === true ? against(protocol, context, message, decision) : [message]));
      return left.length === 0 ? [] : [{ from, messages: left }];
    }),
  );

/** The message with which its sender would speak for the other order; none where there is none, or where silence is against the decision. */
function against(protocol: AnyRoundsProtocol, context: Context, message: unknown, decision: Order): unknown[] {
  if (decision !== DEFAULT_ORDER) return [];
  const word = counterpart(decision);
  return [message, ...protocol.lies(context, message)].filter((one) => inWords(protocol, context, one).split(/[^a-z]+/).includes(word)).slice(0, 1);
}
