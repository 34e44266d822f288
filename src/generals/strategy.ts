import type { NodeId, Quorum } from '../core/node.ts';
import type { AnyRoundsProtocol } from './protocol.ts';

/** What becomes of one honest message of a traitor. */
export interface Action<Message> {
  /** What is said in its round: the honest message, a lie, nothing, or several things. */
  readonly now: readonly Message[];
  /** What is said one round too late. */
  readonly late: readonly Message[];
}

/** The honest message that a strategy is asked about. */
export interface SendContext<Message> {
  readonly from: NodeId;
  readonly to: NodeId | Quorum;
  /** All who may be spoken to, in ascending order. */
  readonly members: readonly NodeId[];
  readonly honest: Message;
  /** What could be said instead, as the protocol knows it. */
  readonly lies: readonly Message[];
}

/**
 * A way of being a traitor: for each message that an honest general would send, what might become of it. A chooser
 * picks one. No strategy can speak for another general or forge a signature.
 */
export interface FaultStrategy<Name extends string = string> {
  readonly name: Name;
  /** One line for people who choose among strategies. */
  readonly summary: string;
  says<Message>(occasion: SendContext<Message>): readonly Action<Message>[];
  /** Whether what might become of a message depends on who is to receive it. */
  readonly dependsOn?: 'receiver';
  /** What is run in the place of the honest protocol, where lying message by message is not all that the strategy does. */
  wrap?(protocol: AnyRoundsProtocol): AnyRoundsProtocol;
}

export const say = <Message>(...messages: Message[]): Action<Message> => ({ now: messages, late: [] });
