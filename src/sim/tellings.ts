import type { NodeId } from '../core/node.ts';
import type { Heard } from '../core/protocol.ts';

/** What one general says to others at a time. The same words of the same general are one telling, whoever hears them. */
export interface Telling extends Heard<unknown> {
  /** Whether it is the same object whenever it is said. */
  readonly isKnown: boolean;
}

/** The most messages that are remembered in a round. More are hardly ever heard again: of seven that may be either order, there are 128. */
export const MESSAGES_MAX = 6;

/** The most tellings that are known: strategies may say all sorts of things. */
const TELLINGS_MAX = 5000;

/** Words that were said in a row, and what they may go on with. */
interface Words {
  readonly longer: Map<unknown, Words>;
  telling: Telling | undefined;
}

/** Finds tellings by their sender and their words, or makes them. */
export function tellingsOf(): (from: NodeId, messages: readonly unknown[]) => Telling {
  /** By sender. */
  const beginnings: Words[] = [];
  /** The tellings of the very lists that were asked for, by sender: traitors have a few of which they choose. */
  const lists: { readonly messages: readonly unknown[]; readonly telling: Telling }[][] = [];
  let known = 0;
  return (from, messages) => {
    const same = (lists[from] ??= []);
    for (const list of same) if (list.messages === messages) return list.telling;
    const telling = found(from, messages);
    if (same.length < LISTS_MAX) same.push({ messages, telling });
    return telling;
  };

  function found(from: NodeId, messages: readonly unknown[]): Telling {
    if (messages.length > MESSAGES_MAX || known >= TELLINGS_MAX) return { from, messages, isKnown: false };
    let words = (beginnings[from] ??= silence());
    for (const message of messages) {
      let longer = words.longer.get(message);
      if (longer === undefined) words.longer.set(message, (longer = silence()));
      words = longer;
    }
    if (words.telling !== undefined) return words.telling;
    known += 1;
    return (words.telling = { from, messages, isKnown: true });
  }
}

/** More are not looked through. */
const LISTS_MAX = 4;

const silence = (): Words => ({ longer: new Map(), telling: undefined });
