import { nodeId } from '../../src/core/node.ts';
import { DEFAULT_WORD } from '../../src/words/messages.ts';
import { peer } from '../../src/words/peer.ts';
import { addressAt, contextOf } from '../../src/words/sim/nodes.ts';
import type { WordsState } from '../../src/words/state.ts';
import type { WordsVocabulary } from '../../src/words/vocabulary.ts';
import { WordsGroup } from './words-group.ts';

/**
 * All worlds of one consensus among four, m = 1, that peer 0 begins: whatever one liar says to whom, and whatever becomes of each datagram.
 * What a loyal peer makes of it follows from what comes to it, in which order, and when its own levels end, and from nothing
 * else. So the very machine is run once for each of these, and worlds are put together of what it did: what one
 * relays is what another hears. No clock is shared, so each order of events is possible at each peer.
 */
export type Machine = typeof peer;

/** What a question says. */
export interface Word {
  readonly value: string | null;
  readonly missed: boolean;
}

/** What the initiator began with, another word, the default, and nothing; each as heard, or as missed. */
export const BEGAN = 'apple';
const VALUES = [BEGAN, 'birch', DEFAULT_WORD, null] as const;
export const WORDS: readonly Word[] = VALUES.flatMap((value) => [false, true].map((missed) => ({ value, missed })));

export const TRUE: Word = { value: BEGAN, missed: false };

export const nameOf = ({ value, missed }: Word): string => `${value}${missed ? ' missed' : ''}`;

/** Who asks peer `self`: the initiator, and the two others, who relay its word. */
export const askersOf = (self: number): readonly number[] => [0, ...[1, 2, 3].filter((id) => id !== self)];

/** By place among those who ask: what each says, if it comes. */
export type Heard = readonly (Word | undefined)[];

/** One course of events at a lieutenant, and what came of it. */
export interface Course {
  readonly heard: Heard;
  readonly relays: Word | undefined;
  readonly decided: { readonly word: string; readonly holds: boolean } | undefined;
  /** To the initiator. */
  readonly answer: { readonly value: string | null; readonly unsure: boolean } | undefined;
}

/** The ends of its levels, of which the last is that of all. */
const LEVELS = 3;

/** Each order of those questions and of the ends of levels: the first is a question, before which there is no consensus for it. */
export function ordersOf(questions: readonly number[]): ('end' | number)[][] {
  const longer = (left: readonly number[], ends: number): ('end' | number)[][] => {
    if (left.length === 0 && ends === 0) return [[]];
    return [
      ...left.flatMap((one) => longer(left.filter((other) => other !== one), ends).map((rest) => [one, ...rest])),
      ...(ends === 0 ? [] : longer(left, ends - 1).map((rest): ('end' | number)[] => ['end', ...rest])),
    ];
  };
  return longer(questions, LEVELS).filter(([first]) => first !== 'end');
}

/** Which of three come. */
const SUBSETS = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] as const;

const contents = (questions: readonly number[], words: readonly Word[]): Heard[] =>
  questions.reduce<Heard[]>((all, place) => all.flatMap((heard) => words.map((word) => heard.with(place, word))), [[undefined, undefined, undefined]]);

const at = (id: number): ReturnType<typeof addressAt> => addressAt(nodeId(id));

/** Peers that have met, as they are before the consensus begins. */
class Met {
  readonly #group = new WordsGroup(4);

  /** One of them, of that machine, for itself alone. */
  alone(machine: Machine, self: number): Alone {
    return new Alone(machine, self, structuredClone(this.#group.state(self)));
  }
}

class Alone {
  readonly #machine: Machine;
  readonly #context: ReturnType<typeof contextOf>;
  readonly #state: WordsState;
  readonly #timers = new Set<string>();
  readonly said: WordsVocabulary['message'][] = [];
  decided: Course['decided'];

  constructor(machine: Machine, self: number, state: WordsState) {
    this.#machine = machine;
    this.#context = contextOf({ n: 4, seed: 1, wrong: () => 0, now: () => 5000 }, nodeId(self));
    this.#state = state;
  }

  take(event: Parameters<Machine['step']>[2]): void {
    for (const effect of this.#machine.step(this.#context, this.#state, event)) {
      if (effect.type === 'set-timer') this.#timers.add(effect.timer);
      if (effect.type === 'cancel-timer') this.#timers.delete(effect.timer);
      if (effect.type === 'send') this.said.push(effect.message);
      if (effect.type === 'output' && effect.output.type === 'decided') this.decided = { word: effect.output.word, holds: effect.output.outcome === 'holds' };
    }
  }

  hears(from: number, message: WordsVocabulary['message']): void {
    this.take({ type: 'message', from: nodeId(from), message });
  }

  /** A level is over, if there still is one. */
  endLevel(): void {
    const timer = [...this.#timers].find((name) => name.startsWith('level '));
    if (timer === undefined) return;
    this.#timers.delete(timer);
    this.take({ type: 'timeout', timer });
  }
}

/** The question that a peer asks another, on the way that there is from the initiator to it. */
function questionOf(from: number, self: number, { value, missed }: Word): WordsVocabulary['message'] {
  const path = from === 0 ? [0] : [0, from];
  const peers = [0, 1, 2, 3].filter((id) => !path.includes(id)).map(at);
  return { type: 'consensus', om: 2 - path.length, index: 0, value, peers, id: `q${from}${self}`, due: 1_800_000_008, path: path.map(at), root: 'root', within: from === 0 ? 3000 : 2000, missed };
}

/** All that can come to a lieutenant of those words, in every order, and what it makes of it. */
export function coursesOf(self: number, machine: Machine = peer, words: readonly Word[] = WORDS): Course[] {
  const met = new Met();
  const askers = askersOf(self);
  return SUBSETS.flatMap((questions) => {
    if (questions.length === 0) return [{ heard: [undefined, undefined, undefined], relays: undefined, decided: undefined, answer: undefined }];
    return ordersOf(questions).flatMap((order) => contents(questions, words).map((heard): Course => {
      const one = met.alone(machine, self);
      for (const event of order) {
        if (event === 'end') one.endLevel();
        else one.hears(askers[event]!, questionOf(askers[event]!, self, heard[event]!));
      }
      const relayed = one.said.find((message) => message.type === 'consensus');
      const answered = one.said.find((message) => message.type === 'consensus-reply' && message.replyTo === `q0${self}`);
      return {
        heard,
        relays: relayed?.type === 'consensus' ? { value: relayed.value, missed: relayed.missed === true } : undefined,
        decided: one.decided,
        answer: answered?.type === 'consensus-reply' ? { value: answered.value, unsure: answered.unsure === true } : undefined,
      };
    }));
  });
}

/** What a lieutenant may answer the initiator, or nothing. */
export const answersOf = (words: readonly Word[]): readonly Course['answer'][] => [undefined, ...words.map(({ value, missed }) => ({ value, unsure: missed }))];

export const keyOf = (answer: Course['answer']): string => (answer === undefined ? 'none' : `${answer.value} ${answer.unsure}`);

/** What the initiator makes of its answers, in whatever order they come: by their keys. */
export function initiatorOf(machine: Machine = peer, words: readonly Word[] = WORDS): ReadonlyMap<string, readonly Course['decided'][]> {
  const met = new Met();
  const made = new Map<string, Course['decided'][]>();
  const all = answersOf(words);
  for (const first of all) for (const second of all) for (const third of all) {
    const answers = [first, second, third];
    made.set(answers.map(keyOf).join(', '), [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map((order) => {
      const one = met.alone(machine, 0);
      one.take({ type: 'input', input: { type: 'consensus', index: 0 } });
      const asked = one.said.find((message) => message.type === 'consensus');
      for (const place of order) {
        const answer = answers[place];
        if (answer !== undefined && asked?.type === 'consensus') one.hears(place + 1, { type: 'consensus-reply', ...answer, replyTo: asked.id });
      }
      one.endLevel();
      return one.decided;
    }));
  }
  return made;
}
