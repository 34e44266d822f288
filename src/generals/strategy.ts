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
  /** In which it is to be said: 1, 2, 3 …; 0 for a ballot, which comes after all of them. */
  readonly round: number;
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
  /**
   * What its answer depends on beside the traitor and the honest message, so that an answer can be given again; on anything where this is
   * left out, which costs time.
   */
  readonly dependsOn?: readonly ('round' | 'receiver')[];
  /** What is run in the place of the honest protocol, where lying message by message is not all that the strategy does. */
  wrap?(protocol: AnyRoundsProtocol): AnyRoundsProtocol;
}

export const say = <Message>(...messages: Message[]): Action<Message> => ({ now: messages, late: [] });
