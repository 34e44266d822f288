import type { Tampered, Trace } from '../fact.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** What is known of a message that was tampered with. */
export interface Lie {
  /** What an honest general would have said; undefined if just this. */
  readonly honest: string | undefined;
  /** Whether it is under a signature that is not genuine. */
  readonly isForged: boolean;
}

/** One message of a trace, ready to be drawn. */
export interface Arrow extends Lie {
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly text: string;
}

/** What is said in a message. Protocols write theirs so that people can read them. */
export const textOf = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

/** The messages that arrived, by round, sender and receiver, each beside what should have been said. */
export function arrowsOf({ facts }: Trace): Arrow[] {
  const tampered = facts.filter((fact) => fact.type === 'tampered');
  const lieIn = liesAsHeard(tampered, textOf);
  return facts.flatMap((fact): Arrow[] => {
    if (fact.type !== 'heard') return [];
    const { round, from, to } = fact;
    const text = textOf(fact.message);
    return [{ round, from, to, text, ...lieIn(round, from, to, text) }];
  });
}

const TRUE: Lie = { honest: undefined, isForged: false };

/**
 * Tells of messages, asked for one by one as they were heard, what was tampered with. Who says the same twice, once honestly and once
 * not, is told apart by how often: each lie is of one message.
 */
export function liesAsHeard(tampered: readonly Tampered[], say: (message: unknown) => string): (round: number, from: NodeId, to: NodeId, heard: string) => Lie {
  const told = new Map<string, Lie[]>();
  for (const { round, from, to, honest: message, said, late, forged = [] } of tampered) {
    const honest = say(message);
    const forgeries = new Set(forged.map(say));
    const add = (when: number, text: string, instead: string): void => {
      const key = keyOf(when, from, to, text);
      const lies = told.get(key);
      const lie = { honest: instead, isForged: forgeries.has(text) };
      if (lies === undefined) told.set(key, [lie]);
      else lies.push(lie);
    };
    for (const one of said.map(say)) if (one !== honest) add(round, one, honest);
    for (const one of late.map(say)) add(round + 1, one, `${honest}, a round earlier`);
  }
  return (round, from, to, heard) => told.get(keyOf(round, from, to, heard))?.shift() ?? TRUE;
}

const keyOf = (round: number, from: NodeId, to: NodeId, text: string): string => `${round} ${from} ${to} ${text}`;

/** The last round in which something was said, or kept back. */
export function lastRound({ facts }: Trace): number {
  let last = 0;
  for (const fact of facts) if (fact.type === 'heard' || fact.type === 'tampered') last = Math.max(last, fact.round);
  return last;
}

export const decisionsOf = ({ facts }: Trace): ReadonlyMap<NodeId, Order> =>
  new Map(facts.flatMap((fact) => (fact.type === 'decided' ? [[fact.by, fact.decision]] : [])));
