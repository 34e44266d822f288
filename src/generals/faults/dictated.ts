import type { Choose } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { UserError, quoted } from '../../core/user-error.ts';
import { say, type Action, type FaultStrategy } from '../strategy.ts';

/** The word for a message that is not sent. */
export const SILENCE = 'silence';

/** The word for a message that is for neither order, as a king's proposal may be, and whatever a replica asks of others. */
export const NOTHING = 'nothing';

/** The word for the honest message, and a lie right after it. */
export const BOTH = 'both';

/** What a traitor can be told to say of one message. */
export const SAYINGS = [...ORDERS, NOTHING, SILENCE, BOTH] as const;

export type Saying = (typeof SAYINGS)[number];

/** The way of a traitor whose every message is fixed beforehand, so that an attack from a paper can be written down. */
export const dictated: FaultStrategy = {
  name: 'dictated',
  summary: 'what a list of words says, one for each message',
  dependsOn: [],
  says: ({ honest, lies }) => [say(honest), ...lies.map((lie) => say(lie)), say(), ...lies.map((lie) => say(honest, lie))],
};

/** A traitor has more messages to send than it was given words for. */
export class WordMissing extends UserError {
  /** Of the first message that has none. */
  readonly to: NodeId;
  readonly round: number;

  constructor(message: string, to: NodeId, round: number) {
    super(message);
    this.to = to;
    this.round = round;
  }
}

/** What a message says, in one word. */
type WordFor = (message: unknown) => Order | typeof NOTHING;

/** A list of words that answers the questions of one traitor. */
export interface Dictation {
  /** @throws UserError if there is no word left, or none of the options says it */
  readonly choose: Choose;
  /** @throws UserError if words are left over */
  finish(): void;
}

/**
 * @param words one for each message, in the order in which they come up: round by round, and within a round as the
 * protocol sends them. Ballots have no word, and are honest.
 */
export function dictation(general: NodeId, words: readonly string[], wordFor: WordFor): Dictation {
  let used = 0;
  return {
    choose(question, options) {
      if (question.about !== 'message') return options[0]!;
      const word = words[used];
      used += 1;
      if (word === undefined) {
        const message = `${nameOf(general)} has more to say than ${counted(words.length, 'word')}, first to ${nameOf(question.to)} in round ${question.round}`;
        throw new WordMissing(message, question.to, question.round);
      }
      const option = options.find((candidate) => says(candidate as Action<unknown>, word, wordFor));
      if (option === undefined) throw new UserError(`word ${used} of ${nameOf(general)}, ${quoted(word)}, cannot be said to ${nameOf(question.to)} in round ${question.round}`, 'unfit-words');
      return option;
    },
    finish() {
      if (used < words.length) throw new UserError(`${nameOf(general)} was given ${counted(words.length, 'word')}, but sends ${counted(used, 'message')}`, 'unfit-words');
    },
  };
}

/** Whether that is what the word stands for: silence, both, or a message with that word. */
function says({ now }: Action<unknown>, word: string, wordFor: WordFor): boolean {
  if (word === BOTH || now.length > 1) return word === BOTH && now.length > 1;
  if (word === SILENCE || now.length === 0) return word === SILENCE && now.length === 0;
  return wordFor(now[0]) === word;
}
