import type { ChooseOwn } from './choice.ts';
import type { Context, Effect, Machine, Vocabulary } from './machine.ts';
import { nodeId, type NodeId } from './node.ts';

/** Messages are told apart by their type. */
export interface TypedVocabulary extends Vocabulary {
  readonly message: { readonly type: string };
}

type MessageOf<V extends Vocabulary> = V['message'];

export interface SendOf<V extends Vocabulary> {
  readonly type: 'send';
  readonly to: readonly NodeId[];
  readonly message: MessageOf<V>;
  /** How many milliseconds it is kept back. */
  readonly after?: number;
}

/** What a traitor knows when it is about to say something. */
export interface SendContext<V extends Vocabulary, State> {
  readonly context: Context;
  readonly state: State;
  /** What it said and heard before, the latest last. */
  readonly past: readonly MessageOf<V>[];
  /**
   * How it chooses. `about` tells one choice about this message from the others, such as `to 3`. The answer depends on the seed, the
   * node, what the message is about, and how often it said such a one before: on nothing that happens elsewhere, or in another order.
   */
  readonly choose: ChooseOwn;
  /** What it could say instead of that, by the machine’s own word. */
  lies(honest: MessageOf<V>): readonly MessageOf<V>[];
}

/**
 * A way of being Byzantine: what a node says instead of each thing that it would say if it were loyal. It signs with its own key
 * alone, and the host authenticates it, so it neither forges a signature nor speaks in another’s name.
 */
export interface Strategy<V extends Vocabulary, State> {
  readonly name: string;
  /** One line for people who choose among them. */
  readonly summary: string;
  says(honest: SendOf<V>, send: SendContext<V, State>): readonly SendOf<V>[];
  /** The machine itself, where more is Byzantine than what it says. */
  machine?(honest: Machine<V, State>): Machine<V, State>;
}

/** What only a traitor remembers, beside the loyal node’s state, so that it can be looked at as one. */
export interface Treason<V extends Vocabulary> {
  readonly treason: { readonly said: Map<string, number>; readonly past: MessageOf<V>[]; readonly kept: Map<string, SendOf<V>> };
}

/** How many messages of each type a traitor remembers. */
const MEMORY = 16;

/** A node that is Byzantine in that way. All that is left to chance it asks of the chooser in its context. */
export const byzantineOf = <V extends TypedVocabulary, State extends object>(honest: Machine<V, State>, strategy: Strategy<V, State>): Machine<V, State> => strategy.machine?.(honest) ?? traitorOf(honest, strategy);

/** A loyal node but for what it says. */
export function traitorOf<V extends TypedVocabulary, State extends object>(honest: Machine<V, State>, strategy: Strategy<V, State>): Machine<V, State & Treason<V>> {
  const asTraitor = (state: State): State & Treason<V> => Object.assign(state, { treason: { said: new Map<string, number>(), past: [], kept: new Map<string, SendOf<V>>() } });
  const aboutOf = (message: V['message']): string => honest.about?.(message) ?? numbersOf(message);
  return {
    begin: (context) => asTraitor(honest.begin(context)),
    ...(honest.recover === undefined ? {} : { recover: (context: Context, records: readonly V['record'][]) => asTraitor(honest.recover!(context, records)) }),
    parse: (input) => honest.parse(input),
    step(context, state, event) {
      const { treason } = state;
      if (event.type === 'timeout' && treason.kept.has(event.timer)) {
        const send = treason.kept.get(event.timer)!;
        treason.kept.delete(event.timer);
        return [send];
      }
      if (event.type === 'message') remember(treason.past, event.message);
      const lies = (message: V['message']): readonly V['message'][] => honest.lies?.(context, message) ?? [];
      const effects: Effect<V>[] = [];
      for (const effect of honest.step(context, state, event)) {
        if (effect.type !== 'send') {
          effects.push(effect);
          continue;
        }
        const { to, message } = effect;
        // What is said to one alone is about that one as well.
        const topic = topicOf(treason.said, to.length === 1 ? `${aboutOf(message)} to ${to[0]}` : aboutOf(message));
        const choose: ChooseOwn = (about, options) => context.choose(`${topic}, ${about}`, options);
        strategy.says(effect, { context, state, past: treason.past, choose, lies }).forEach((said, index) => {
          effects.push(said.after === undefined ? said : keptBack(treason, said, `kept ${topic}, ${index}`, said.after));
        });
        remember(treason.past, effect.message);
      }
      return effects;
    },
  };
}

function keptBack<V extends Vocabulary>(treason: Treason<V>['treason'], { type, to, message }: SendOf<V>, timer: string, after: number): Effect<V> {
  treason.kept.set(timer, { type, to, message });
  return { type: 'set-timer', timer, after };
}

/** The type and the numbers of a message, in the order of its fields: what it is about, if its machine does not say better. */
function numbersOf(message: { readonly type: string }): string {
  let about = message.type;
  for (const value of Object.values<unknown>(message)) if (typeof value === 'number') about += ` ${value}`;
  return about;
}

/** What a choice is about, and of those about the same which it is: the first, the second … @param before how many there were, which is counted on */
export function topicOf(before: Map<string, number>, about: string): string {
  const count = (before.get(about) ?? 0) + 1;
  // What has come up again is the last to be forgotten.
  before.delete(about);
  before.set(about, count);
  if (before.size > TOPICS) before.delete(before.keys().next().value!);
  return `${about}, ${count}`;
}

/** So many are counted: more than are ever under way at once. */
const TOPICS = 4096;

function remember<Message extends { readonly type: string }>(past: Message[], message: Message): void {
  past.push(message);
  let [count, oldest] = [0, 0];
  for (let i = past.length - 1; i >= 0; i -= 1) {
    if (past[i]!.type !== message.type) continue;
    count += 1;
    oldest = i;
  }
  if (count > MEMORY) past.splice(oldest, 1);
}

/** The part of a message that goes to those; nothing, if there is nobody. */
export function split<S extends { readonly to: readonly NodeId[] }>(send: S, isFor: (id: number) => boolean): S[] {
  const to = send.to.filter((id) => isFor(nodeId(id)));
  return to.length === 0 ? [] : [{ ...send, to }];
}
