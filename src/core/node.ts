/** The id of a general (1, 2, 3 …), never used again after the general has left. */
export type NodeId = number & { readonly __brand: 'NodeId' };

export const nodeId = (n: number): NodeId => n as NodeId;

/** Where ballots go, which no node is: replica 0 has the same number, and is never taken for it. */
export type Quorum = 0 & { readonly __brand: 'Quorum' };

export const QUORUM = 0 as Quorum;

/** How a general is written wherever people read: `G3`. */
export const nameOf = (id: NodeId): string => `G${id}`;
