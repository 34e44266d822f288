import type { NodeId } from '../../core/node.ts';
import type { Heard } from '../protocol.ts';

/** What one general sends to others at a time. In one round, the same messages of the same general are one batch, whoever receives them. */
export interface Batch extends Heard<unknown> {
  /** By which it is known in its round: from 1 to `TELLINGS_MAX`; 0 if it is not. */
  readonly number: number;
  /** How many messages it is; more than are ever remembered if it is not known. */
  readonly size: number;
}

/** The most messages that are remembered in a round. More are hardly ever heard again: of seven that may be either order, there are 128. */
export const MESSAGES_MAX = 6;

/** The most batches that are known in a round: strategies may say all sorts of things. */
export const BATCHES_MAX = 31;

/** Words that were said in a row, and what they may go on with. */
interface Prefix {
  readonly longer: Map<unknown, Prefix>;
  batch: Batch | undefined;
}

/** Finds batches by their round, their sender and their messages, or makes them. */
export function batchInterner(): (round: number, from: NodeId, messages: readonly unknown[]) => Batch {
  const rounds: ReturnType<typeof internerOfRound>[] = [];
  return (round, from, messages) => (rounds[round] ??= internerOfRound())(from, messages);
}

function internerOfRound(): (from: NodeId, messages: readonly unknown[]) => Batch {
  /** By sender. */
  const beginnings: Prefix[] = [];
  let known = 0;
  return (from, messages) => {
    // A round in which more is said than can be known is one in which little is heard again.
    if (messages.length > MESSAGES_MAX || known === BATCHES_MAX) return uninterned(from, messages);
    let words = (beginnings[from] ??= emptyPrefix());
    for (const message of messages) {
      let longer = words.longer.get(message);
      if (longer === undefined) words.longer.set(message, (longer = emptyPrefix()));
      words = longer;
    }
    return (words.batch ??= { from, messages, number: (known += 1), size: messages.length });
  };
}

/** What is said and not known. */
export const uninterned = (from: NodeId, messages: readonly unknown[]): Batch => ({ from, messages, number: 0, size: MESSAGES_MAX + 1 });

const emptyPrefix = (): Prefix => ({ longer: new Map(), batch: undefined });
