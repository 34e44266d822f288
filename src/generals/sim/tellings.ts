import type { NodeId } from '../../core/node.ts';
import type { Heard } from '../protocol.ts';

/** What one general says to others at a time. In one round, the same words of the same general are one telling, whoever hears them. */
export interface Telling extends Heard<unknown> {
  /** By which it is known in its round: from 1 to `TELLINGS_MAX`; 0 if it is not. */
  readonly number: number;
  /** How many messages it is; more than are ever remembered if it is not known. */
  readonly weight: number;
}

/** The most messages that are remembered in a round. More are hardly ever heard again: of seven that may be either order, there are 128. */
export const MESSAGES_MAX = 6;

/** The most tellings that are known in a round: strategies may say all sorts of things. */
export const TELLINGS_MAX = 31;

/** Words that were said in a row, and what they may go on with. */
interface Words {
  readonly longer: Map<unknown, Words>;
  telling: Telling | undefined;
}

/** Finds tellings by their round, their sender and their words, or makes them. */
export function tellingsOf(): (round: number, from: NodeId, messages: readonly unknown[]) => Telling {
  const rounds: ReturnType<typeof tellingsInRound>[] = [];
  return (round, from, messages) => (rounds[round] ??= tellingsInRound())(from, messages);
}

function tellingsInRound(): (from: NodeId, messages: readonly unknown[]) => Telling {
  /** By sender. */
  const beginnings: Words[] = [];
  let known = 0;
  return (from, messages) => {
    // A round in which more is said than can be known is one in which little is heard again.
    if (messages.length > MESSAGES_MAX || known === TELLINGS_MAX) return strange(from, messages);
    let words = (beginnings[from] ??= silence());
    for (const message of messages) {
      let longer = words.longer.get(message);
      if (longer === undefined) words.longer.set(message, (longer = silence()));
      words = longer;
    }
    return (words.telling ??= { from, messages, number: (known += 1), weight: messages.length });
  };
}

/** What is said and not known. */
export const strange = (from: NodeId, messages: readonly unknown[]): Telling => ({ from, messages, number: 0, weight: MESSAGES_MAX + 1 });

const silence = (): Words => ({ longer: new Map(), telling: undefined });
