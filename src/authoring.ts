/** What code that somebody brings may take from 'generals': types to write it by, and what the protocols here have in common. */
import type { OrderVocabulary, RoundsProtocol } from './generals/protocol.ts';
import type { FaultStrategy } from './generals/strategy.ts';

export { DEFAULT_ORDER, ORDERS, counterpart, parseOrder, type Order } from './generals/order.ts';
export { majority } from './generals/majority.ts';
export { say, type Action, type FaultStrategy, type SendContext } from './generals/strategy.ts';
export { byzantineMembers, faultsTolerated } from './core/quorum.ts';
export type { NodeId } from './core/node.ts';
export type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsEvent, RoundsProtocol, Setting, Vote } from './generals/protocol.ts';

/** A protocol in rounds, as it is: whoever writes one has its types at hand. */
export const defineProtocol = <Message, State, const Name extends string = string>(
  protocol: RoundsProtocol<OrderVocabulary & { readonly message: Message }, State, Name>,
): RoundsProtocol<OrderVocabulary & { readonly message: Message }, State, Name> => protocol;

/** A way of being a traitor, as it is. */
export const defineStrategy = <const Name extends string = string>(strategy: FaultStrategy<Name>): FaultStrategy<Name> => strategy;
