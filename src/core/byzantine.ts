import type { Context, Effect, Machine, Vocabulary } from './machine.ts';
import { nodeId, type NodeId } from './node.ts';
import { philox } from './philox.ts';

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
  /** A whole number below `options`, another one at each call. */
  readonly draw: (options: number) => number;
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
  machine?(honest: Machine<V, State>, seed: number): Machine<V, State>;
}

/** What only a traitor remembers, beside the loyal node’s state, so that it can be looked at as one. */
export interface Treason<V extends Vocabulary> {
  readonly treason: { asked: number; past: MessageOf<V>[]; kept: Map<string, SendOf<V>>; count: number };
}

/** How many messages of each type a traitor remembers. */
const MEMORY = 16;

/** A node that is Byzantine in that way. @param seed decides what is left to chance */
export const byzantineOf = <V extends TypedVocabulary, State extends object>(honest: Machine<V, State>, strategy: Strategy<V, State>, seed: number): Machine<V, State> =>
  strategy.machine?.(honest, seed) ?? traitorOf(honest, strategy, seed);

/** A loyal node but for what it says. @param seed decides what is left to chance */
export function traitorOf<V extends TypedVocabulary, State extends object>(honest: Machine<V, State>, strategy: Strategy<V, State>, seed: number): Machine<V, State & Treason<V>> {
  const asTraitor = (state: State): State & Treason<V> => Object.assign(state, { treason: { asked: 0, past: [], kept: new Map(), count: 0 } });
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
      const draw = (options: number): number => {
        treason.asked += 1;
        return philox(treason.asked, context.self, 0x7a17, 0, seed >>> 0, Math.floor(seed / 2 ** 32)) % options;
      };
      const lies = (message: V['message']): readonly V['message'][] => honest.lies?.(context, message) ?? [];
      const effects: Effect<V>[] = [];
      for (const effect of honest.step(context, state, event)) {
        if (effect.type !== 'send') {
          effects.push(effect);
          continue;
        }
        for (const said of strategy.says(effect, { context, state, past: treason.past, draw, lies })) effects.push(said.after === undefined ? said : keptBack(treason, said, said.after));
        remember(treason.past, effect.message);
      }
      return effects;
    },
  };
}

function keptBack<V extends Vocabulary>(treason: Treason<V>['treason'], { type, to, message }: SendOf<V>, after: number): Effect<V> {
  treason.count += 1;
  const timer = `kept ${treason.count}`;
  treason.kept.set(timer, { type, to, message });
  return { type: 'set-timer', timer, after };
}

function remember<Message extends { readonly type: string }>(past: Message[], message: Message): void {
  past.push(message);
  if (past.filter(({ type }) => type === message.type).length > MEMORY) past.splice(past.findIndex(({ type }) => type === message.type), 1);
}

/** The part of a message that goes to those; nothing, if there is nobody. */
export function split<S extends { readonly to: readonly NodeId[] }>(send: S, isFor: (id: number) => boolean): S[] {
  const to = send.to.filter((id) => isFor(nodeId(id)));
  return to.length === 0 ? [] : [{ ...send, to }];
}
