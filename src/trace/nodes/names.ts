import type { NodeId } from '../../core/node.ts';
import type { Head, Run } from './run.ts';

/** The nodes that a picture shows: all members, and those clients that did something. */
export function nodesIn({ head, facts }: Run): NodeId[] {
  const seen = new Set<NodeId>();
  for (const fact of facts) {
    if (fact.type === 'sent') for (const id of [fact.from, ...fact.to]) seen.add(id);
    if (fact.type === 'event') seen.add(fact.node);
  }
  return [...head.members, ...head.clients.filter((id) => seen.has(id))];
}

/** How a node is written in sentences: `replica 0`, `client 4`. */
export const longNames = ({ members, noun, names }: Head): ((id: NodeId) => string) => {
  const own = new Set(members);
  return (id) => names?.[id] ?? `${own.has(id) ? noun : 'client'} ${id}`;
};

/** How it is written in pictures: `R0`, `C4`. */
export const shortNames = ({ members, noun, names }: Head): ((id: NodeId) => string) => {
  const own = new Set(members);
  return (id) => names?.[id] ?? `${own.has(id) ? letterOf(noun) : 'C'}${id}`;
};

/** What the letters of names mean. */
export const namesText = ({ noun, clients, names }: Head): string => names !== undefined ? 'Names are those at the prompt' : `${letterOf(noun)}0 is ${noun} 0${clients.length === 0 ? '' : ', and C a client'}`;

const letterOf = (noun: string): string => noun[0]!.toUpperCase();
