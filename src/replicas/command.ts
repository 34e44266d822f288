import type { NodeId } from '../core/node.ts';

/** Who commands, as one replica sees it. */
export interface Command {
  readonly view: number;
  readonly commander: NodeId;
  /** Whether the view has begun; before, it is only asked for. */
  readonly hasBegun: boolean;
}

/**
 * Where a user’s request is to go, who came to `self`: to who commands, if that is sure. A replica that is changing its view
 * takes it itself, and has all others told of it: sent from one to the other it would reach nobody, no timer would run, and
 * no view begin.
 */
export const doorOf = ({ commander, hasBegun }: Command, self: NodeId): NodeId => (hasBegun ? commander : self);
