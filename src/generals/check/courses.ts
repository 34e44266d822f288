/**
 * What one general makes of a round, whoever the traitors are: its state and what it says next follow from its state and its inbox,
 * and from nothing else. So the protocol's code is run once for each state and inbox, and what came of it serves for every set of
 * traitors, both orders, and every bound on lies.
 */
import type { NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { maySpeak, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import { copied } from '../sim/copied.ts';
import { alternativesTo } from './alternatives.ts';
import type { Prospects } from './layer.ts';
import type { Problem } from './request.ts';
import { contextIn } from './trial.ts';
import { Tuples } from '../symbolic/tuples.ts';

/** How a general stands in a round, having taken what came of the one before. */
interface State {
  readonly state: unknown;
  /** Which of `ENDS` its decision is. */
  readonly end: number;
  /** By receiver, the number of all that it says to it in this round. */
  readonly says: readonly number[];
}

/** What one general says to one other in a round, if it is loyal. */
interface Speech {
  readonly sender: number;
  readonly messages: readonly unknown[];
  /** Whether any of it arrives. */
  readonly isHeard: boolean;
  /** What may be heard instead of it where the sender is a traitor. */
  options: readonly Option[] | undefined;
  readonly loyal: readonly Option[];
}

/** What may be heard of one sender. */
interface Option {
  /** A number for these messages; none is 0. */
  readonly words: number;
  /** In how many ways a traitor can say that. */
  readonly ways: bigint;
  readonly lies: number;
  /** Which alternative of each honest message says it, with the fewest lies. */
  readonly alternatives: readonly number[];
}

/** A lie that was told: the alternative that was said in the place of a message. */
export interface Told {
  readonly message: string;
  readonly alternative: number;
}

export const messageKey = (round: number, from: NodeId, to: NodeId, index: number): string => `${round} ${from} ${to} ${index}`;

/** All that generals may have decided. The number of each is what a finished run is known by. */
export const ENDS: readonly (Order | undefined)[] = [undefined, ...ORDERS];
export const UNDECIDED = 0;

export class Courses {
  readonly rounds: number;
  readonly #problem: Problem;
  readonly #contexts: readonly Context[];
  readonly #states: State[] = [];
  readonly #stateNumbers = new Map<string, number>();
  readonly #speeches: Speech[] = [];
  readonly #speechNumbers = new Map<string, number>();
  readonly #words: (readonly unknown[])[] = [[]];
  readonly #wordNumbers = new Map<string, number>([['[]', 0]]);
  /** By round and receiver, its states and inboxes, and what came of them. */
  readonly #steps: { readonly known: Tuples; readonly next: number[] }[][];
  /** By round and receiver, how it stands and what is said to it, and its prospects. */
  readonly #prospects: { readonly known: Tuples; readonly all: Prospects[] }[][];
  #prospectsCount = 0;
  #stepsCount = 0;

  constructor(problem: Problem) {
    const { protocol, members } = problem;
    this.#problem = problem;
    this.#contexts = members.map((self) => contextIn(problem, self));
    this.rounds = protocol.rounds(this.#contexts[0]!);
    const each = <T>(make: () => T): T[][] => Array.from({ length: this.rounds + 1 }, () => members.map(make));
    this.#steps = each(() => ({ known: new Tuples(members.length + 1), next: [] }));
    this.#prospects = each(() => ({ known: new Tuples(members.length + 1), all: [] }));
  }

  /** How much is remembered: states, and what may become of them. */
  get size(): number {
    return this.#states.length + this.#prospectsCount;
  }

  /** How often the code was run. */
  get steps(): number {
    return this.#stepsCount;
  }

  /** Where all are in the first round. */
  start(order: Order): number[] {
    const { protocol, commander } = this.#problem;
    return this.#contexts.map((context, member) => {
      const state = protocol.begin(context);
      if (context.self === commander) protocol.step(context, state, { type: 'input', input: order });
      return this.#step(member, state, UNDECIDED, 1, []);
    });
  }

  /** Which of `ENDS` the decision of a general is that stands so. */
  endOf(state: number): number {
    return this.#states[state]!.end;
  }

  /** What may become of one general in a round: of a traitor after the last one, nothing that matters. */
  prospectsOf(states: ArrayLike<number>, receiver: number, round: number, isTraitor: readonly boolean[]): Prospects {
    const { known, all } = this.#prospects[round]![receiver]!;
    const count = isTraitor.length;
    const isOver = round === this.rounds && isTraitor[receiver]!;
    const key = new Int32Array(count + 1);
    key[count] = isOver ? -1 : states[receiver]!;
    for (let sender = 0; sender < count; sender += 1) {
      const speech = sender === receiver ? 0 : this.#states[states[sender]!]!.says[receiver]!;
      key[sender] = isTraitor[sender]! ? -1 - speech : speech;
    }
    const { size } = known;
    const number = known.numberOf(key);
    if (number === size) {
      all.push(this.#worked(states, receiver, round, isTraitor, isOver));
      this.#prospectsCount += 1;
    }
    return all[number]!;
  }

  #worked(states: ArrayLike<number>, receiver: number, round: number, isTraitor: readonly boolean[], isOver: boolean): Prospects {
    const places = new Map<number, number>();
    const prospects = { states: [] as number[], ways: [] as bigint[], lies: [] as number[] };
    this.#inboxes(states, receiver, isTraitor, (words, ways, lies) => {
      const next = isOver ? ANY : this.#next(states[receiver]!, receiver, round, words);
      const place = places.get(next);
      if (place === undefined) {
        places.set(next, prospects.states.push(next) - 1);
        prospects.ways.push(ways);
        prospects.lies.push(lies);
        return;
      }
      prospects.ways[place]! += ways;
      if (lies < prospects.lies[place]!) prospects.lies[place] = lies;
    });
    return prospects;
  }

  /**
   * The fewest lies by which the traitors bring about that a general stands so in the round after.
   * @param isWanted whether its next state is such a one
   */
  toldFor(states: ArrayLike<number>, receiver: number, round: number, isTraitor: readonly boolean[], isWanted: (next: number) => boolean): Told[] {
    let fewest = Infinity;
    let best: readonly Option[] = [];
    this.#inboxes(states, receiver, isTraitor, (words, _ways, lies, chosen) => {
      if (lies >= fewest || !isWanted(this.#next(states[receiver]!, receiver, round, words))) return;
      fewest = lies;
      best = chosen.slice();
    });
    const { members } = this.#problem;
    return best.flatMap(({ alternatives }, sender) =>
      alternatives.flatMap((alternative, index) => (alternative === 0 ? [] : [{ message: messageKey(round, members[sender]!, members[receiver]!, index), alternative }])),
    );
  }

  /** All that one general may hear, by sender, as the traitors choose. The arrays are the same each time. */
  #inboxes(states: ArrayLike<number>, receiver: number, isTraitor: readonly boolean[], each: (words: Int32Array, ways: bigint, lies: number, chosen: readonly Option[]) => void): void {
    const options = isTraitor.map((isSo, sender) => (sender === receiver ? NOTHING_SAID : this.#optionsOf(this.#states[states[sender]!]!.says[receiver]!, isSo)));
    const words = new Int32Array(options.length);
    const chosen: Option[] = [];
    go(0, 1n, 0);

    function go(sender: number, ways: bigint, lies: number): void {
      if (sender === options.length) {
        each(words, ways, lies, chosen);
        return;
      }
      for (const option of options[sender]!) {
        words[sender] = option.words;
        chosen[sender] = option;
        go(sender + 1, option.ways === 1n ? ways : ways * option.ways, lies + option.lies);
      }
    }
  }

  #optionsOf(speech: number, isTraitor: boolean): readonly Option[] {
    const said = this.#speeches[speech]!;
    return isTraitor ? (said.options ??= this.#lied(said)) : said.loyal;
  }

  #lied({ sender, messages, isHeard }: Speech): Option[] {
    const { protocol } = this.#problem;
    const context = this.#contexts[sender]!;
    let soFar: { readonly said: readonly unknown[]; readonly alternatives: readonly number[]; readonly lies: number }[] = [{ said: [], alternatives: [], lies: 0 }];
    for (const message of messages) {
      const actions = alternativesTo(protocol, message, protocol.lies(context, message));
      soFar = soFar.flatMap(({ said, alternatives, lies }) =>
        actions.map(({ now }, alternative) => ({ said: [...said, ...now], alternatives: [...alternatives, alternative], lies: lies + (alternative === 0 ? 0 : 1) })),
      );
    }
    const options = new Map<number, { words: number; ways: bigint; lies: number; alternatives: readonly number[] }>();
    for (const { said, alternatives, lies } of soFar) {
      const words = isHeard ? this.#wordsNumber(said) : 0;
      const known = options.get(words);
      if (known === undefined) options.set(words, { words, ways: 1n, lies, alternatives });
      else {
        known.ways += 1n;
        if (lies < known.lies) Object.assign(known, { lies, alternatives });
      }
    }
    return [...options.values()];
  }

  /** The state in which a general is after a round in which it heard these words. */
  #next(state: number, receiver: number, round: number, words: Int32Array): number {
    const { known, next } = this.#steps[round]![receiver]!;
    const key = new Int32Array(words.length + 1);
    key.set(words);
    key[words.length] = state;
    const { size } = known;
    const number = known.numberOf(key);
    if (number === size) {
      const inbox: Heard<unknown>[] = [];
      for (let sender = 0; sender < words.length; sender += 1) if (words[sender] !== 0) inbox.push({ from: this.#problem.members[sender]!, messages: this.#words[words[sender]!]! });
      const before = this.#states[state]!;
      next.push(this.#step(receiver, copied(before.state), before.end, round + 1, inbox));
    }
    return next[number]!;
  }

  /** Changes the state, and gives the number of what it is then. After the last round, only what was decided matters. */
  #step(member: number, state: unknown, before: number, round: number, inbox: readonly Heard<unknown>[]): number {
    const context = this.#contexts[member]!;
    this.#stepsCount += 1;
    const effects = this.#problem.protocol.step(context, state, { type: 'round', round, inbox });
    const end = before === UNDECIDED ? ENDS.indexOf(effects.find((effect) => effect.type === 'output')?.output) : before;
    if (round > this.rounds) return this.#numbered(undefined, end, member, round, []);
    return this.#numbered(state, end, member, round, effects);
  }

  #numbered(state: unknown, end: number, member: number, round: number, effects: readonly RoundsEffect<OrderVocabulary>[]): number {
    const sends = effects.flatMap((effect) => (effect.type === 'send' ? [{ to: effect.to, words: this.#wordsNumber(effect.messages) }] : []));
    const key = `${member} ${round} ${end} ${sends.map(({ to, words }) => `${words} to ${to.join()}`).join(';')} ${JSON.stringify(state, plainly)}`;
    const known = this.#stateNumbers.get(key);
    if (known !== undefined) return known;
    this.#stateNumbers.set(key, this.#states.length);
    const { members, protocol } = this.#problem;
    const self = members[member]!;
    const says = members.map((to) => {
      const parts = to === self ? [] : sends.flatMap(({ to: receivers, words }) => (receivers.includes(to) ? [words] : []));
      return this.#speechNumber(member, parts, maySpeak(protocol, this.#contexts[member]!, round, self, to));
    });
    return this.#states.push({ state, end, says }) - 1;
  }

  #speechNumber(sender: number, parts: readonly number[], isHeard: boolean): number {
    const key = `${sender} ${isHeard} ${parts.join()}`;
    let number = this.#speechNumbers.get(key);
    if (number === undefined) {
      const messages = parts.flatMap((part) => this.#words[part]!);
      const words = isHeard ? this.#wordsNumber(messages) : 0;
      number = this.#speeches.push({ sender, messages, isHeard, options: undefined, loyal: [{ words, ways: 1n, lies: 0, alternatives: [] }] }) - 1;
      this.#speechNumbers.set(key, number);
    }
    return number;
  }

  #wordsNumber(messages: readonly unknown[]): number {
    const key = JSON.stringify(messages);
    let number = this.#wordNumbers.get(key);
    if (number === undefined) {
      number = this.#words.push(messages) - 1;
      this.#wordNumbers.set(key, number);
    }
    return number;
  }
}

/** The number of some state, where it does not matter of which. */
const ANY = 0;

const NOTHING_SAID: readonly Option[] = [{ words: 0, ways: 1n, lies: 0, alternatives: [] }];

/** States are plain data, which may hold maps and sets. */
const plainly = (_key: string, value: unknown): unknown => (value instanceof Map || value instanceof Set ? [...value] : value);
