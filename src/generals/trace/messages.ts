import type { Tampered, Trace } from '../fact.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';

/** One message of a trace, ready to be drawn. */
export interface Arrow {
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly text: string;
  /** What an honest general would have said, if this was tampered with. */
  readonly honest: string | undefined;
}

/** What is said in a message. Protocols write theirs so that people can read them. */
export const textOf = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

/** The messages that arrived, by round, sender and receiver, each beside what should have been said. */
export function arrowsOf({ facts }: Trace): Arrow[] {
  const tampered = facts.filter((fact) => fact.type === 'tampered');
  return facts.flatMap((fact): Arrow[] => {
    if (fact.type !== 'heard') return [];
    const { round, from, to } = fact;
    const text = textOf(fact.message);
    const own = tampered.filter((one) => one.from === from);
    return [{ round, from, to, text, honest: honestInstead(own, round, to, text, textOf) }];
  });
}

/**
 * What should have been said where a message was heard; undefined if just that, or if nothing is known of it.
 * @param tampered the sender's
 */
export function honestInstead(tampered: readonly Tampered[], round: number, to: NodeId, heard: string, textOf: (message: unknown) => string): string | undefined {
  for (const fact of tampered) {
    if (fact.to !== to) continue;
    const honest = textOf(fact.honest);
    if (fact.round === round && honest !== heard && fact.said.some((said) => textOf(said) === heard)) return honest;
    if (fact.round === round - 1 && fact.late.some((late) => textOf(late) === heard)) return `${honest}, a round earlier`;
  }
  return undefined;
}

/** The last round in which something was said, or kept back. */
export function lastRound({ facts }: Trace): number {
  let last = 0;
  for (const fact of facts) if (fact.type === 'heard' || fact.type === 'tampered') last = Math.max(last, fact.round);
  return last;
}

export const decisionsOf = ({ facts }: Trace): ReadonlyMap<NodeId, Order> =>
  new Map(facts.flatMap((fact) => (fact.type === 'decided' ? [[fact.by, fact.decision]] : [])));
