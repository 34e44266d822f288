import { quoted } from '../../core/user-error.ts';
import type { NodeId } from '../../core/node.ts';
import type { Run, Sent, ToldFact } from './run.ts';

/** Something that a node did or met, in a few words. */
export interface Event {
  readonly type: Exclude<ToldFact['type'], 'sent' | 'heard'>;
  readonly at: number;
  readonly node: NodeId;
  readonly words: string;
}

/** More characters of what clients ask and are answered nobody reads in a picture. */
const DATA_MAX = 16;

/** What a fact is in a picture, if it is no message. */
export function eventOf(fact: ToldFact): Event | undefined {
  const { at } = fact;
  switch (fact.type) {
    case 'sent':
    case 'heard':
      return undefined;
    case 'asked':
      return { type: fact.type, at, node: fact.client, words: `asks ${quoted(fact.data, DATA_MAX)}` };
    case 'executed':
      return { type: fact.type, at, node: fact.by, words: `executes place ${fact.sequence}` };
    case 'entered':
      return { type: fact.type, at, node: fact.by, words: `enters view ${fact.view}` };
    case 'transferred':
      return { type: fact.type, at, node: fact.by, words: `takes the state at ${fact.sequence}` };
    case 'answered':
      return { type: fact.type, at, node: fact.client, words: `gets ${fact.result === null ? 'null' : quoted(fact.result, DATA_MAX)}` };
    case 'refused':
      return { type: fact.type, at, node: fact.client, words: 'is refused' };
    case 'accused':
      return { type: fact.type, at, node: fact.by, words: `accuses node ${fact.suspect}` };
    case 'fell':
      return { type: fact.type, at, node: fact.replica, words: 'falls' };
    case 'came-back':
      return { type: fact.type, at, node: fact.replica, words: 'comes back' };
    case 'paused':
      return { type: fact.type, at, node: fact.replica, words: 'stops' };
    case 'went-on':
      return { type: fact.type, at, node: fact.replica, words: 'goes on' };
    case 'lapsed':
      return { type: fact.type, at, node: fact.client, words: 'begins anew' };
    case 'ended':
      return { type: fact.type, at, node: fact.replica, words: fact.status === null ? 'ends as it fell' : `ends at place ${fact.status.sequence}` };
    default:
      return fact satisfies never;
  }
}

/** When each message arrived, by its number and whom it reached. */
export function arrivalsOf({ facts }: Run): (id: number, to: NodeId) => readonly number[] {
  const arrivals = new Map<number, Map<NodeId, number[]>>();
  for (const fact of facts) {
    if (fact.type !== 'heard') continue;
    const own = arrivals.get(fact.id) ?? new Map<NodeId, number[]>();
    arrivals.set(fact.id, own);
    own.set(fact.to, [...(own.get(fact.to) ?? []), fact.at]);
  }
  return (id, to) => arrivals.get(id)?.get(to) ?? [];
}

export const sentIn = ({ facts }: Run): Sent[] => facts.filter((fact) => fact.type === 'sent');

/** The nodes that a picture shows: all replicas, and those clients that did something. */
export function nodesIn({ scheduled, facts }: Run): NodeId[] {
  const seen = new Set<NodeId>();
  for (const fact of facts) {
    if (fact.type === 'sent') for (const id of [fact.from, ...fact.to]) seen.add(id);
    const event = eventOf(fact);
    if (event !== undefined) seen.add(event.node);
  }
  return [...scheduled.members, ...scheduled.clients.filter((id) => seen.has(id))];
}

/** How a node is written in pictures: `R0` for a replica, `C4` for a client. */
export const shortNames = ({ scheduled }: Run): ((id: NodeId) => string) => {
  const replicas = new Set(scheduled.members);
  return (id) => `${replicas.has(id) ? 'R' : 'C'}${id}`;
};

/** What the letters of names mean. */
export const NAMES = 'R0 is replica 0, and C a client';
