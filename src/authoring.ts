/** What code that somebody brings may take from 'generals': types to write it by, and what the protocols here have in common. */
import type { OrderVocabulary, RoundsProtocol } from './generals/protocol.ts';
import type { FaultStrategy } from './generals/strategy.ts';
import type { TypedVocabulary } from './core/byzantine.ts';
import type { OwnSystem, Problems, Solution } from './own/system.ts';

export { DEFAULT_ORDER, ORDERS, counterpart, parseOrder, type Order } from './generals/order.ts';
export { majority } from './generals/majority.ts';
export { say, type Action, type FaultStrategy, type SendContext } from './generals/strategy.ts';
export { byzantineMembers, byzantineQuorum, faultsTolerated, mostlyLoyal, oneLoyal } from './core/quorum.ts';
export type { Context as NodeContext, Effect, Event, Machine, Signer, Vocabulary } from './core/machine.ts';
export type { TypedVocabulary } from './core/byzantine.ts';
export type { Judge, MemberPlan, PlannedInput } from './runtime/virtual/members.ts';
export type { OwnSystem, Problems, Solution } from './own/system.ts';
export type { NodeId } from './core/node.ts';
export type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsEvent, RoundsProtocol, Setting, Vote } from './generals/protocol.ts';

/** A protocol in rounds, as it is: whoever writes one has its types at hand. */
export const defineProtocol = <Message, State, const Name extends string = string>(
  protocol: RoundsProtocol<OrderVocabulary & { readonly message: Message }, State, Name>,
): RoundsProtocol<OrderVocabulary & { readonly message: Message }, State, Name> => protocol;

/** A way of being a traitor, as it is. */
export const defineStrategy = <const Name extends string = string>(strategy: FaultStrategy<Name>): FaultStrategy<Name> => strategy;

/** A system of nodes, as it is: a machine that solves a problem which there is a judge for, or all of a system of one's own. */
export function defineSystem<Name extends keyof Problems, Message extends { readonly type: string }, State extends object, const System extends string = string>(system: Solution<Name, Message, State, System>): Solution<Name, Message, State, System>;
export function defineSystem<V extends TypedVocabulary, State extends object>(system: OwnSystem<V, State>): OwnSystem<V, State>;
export function defineSystem(system: object): object {
  return system;
}
