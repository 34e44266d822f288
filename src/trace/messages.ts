import type { NodeId } from '../core/node.ts';
import type { Trace } from './jsonl.ts';

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
  const honest = new Map<string, string>();
  for (const fact of facts) {
    if (fact.type !== 'tampered') continue;
    for (const said of fact.said) honest.set(`${fact.round} ${fact.from} ${fact.to} ${textOf(said)}`, textOf(fact.honest));
    for (const said of fact.late) honest.set(`${fact.round + 1} ${fact.from} ${fact.to} ${textOf(said)}`, `${textOf(fact.honest)}, a round earlier`);
  }
  return facts.flatMap((fact): Arrow[] => {
    if (fact.type !== 'heard') return [];
    const { round, from, to } = fact;
    const text = textOf(fact.message);
    return [{ round, from, to, text, honest: honest.get(`${round} ${from} ${to} ${text}`) }];
  });
}
