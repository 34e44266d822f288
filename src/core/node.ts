/** The id of a general (1, 2, 3 …), never used again after the general has left. */
export type NodeId = number & { readonly __brand: 'NodeId' };

export const nodeId = (n: number): NodeId => n as NodeId;

/** Where ballots go: no general, so never a member. */
export const QUORUM = nodeId(0);

/** How a general is written wherever people read: `G3`. */
export const nameOf = (id: NodeId): string => `G${id}`;
