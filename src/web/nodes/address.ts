import { nodeId, type NodeId } from '../../core/node.ts';

/** Whose address that is: in simulations each node has a host of its own, of whose address the last three numbers are the node's. */
export function nodeAt(address: string): NodeId {
  const [, high = 0, middle = 0, low = 0] = address.slice(0, address.indexOf(':')).split('.').map(Number);
  return nodeId((high * 256 + middle) * 256 + low);
}
