/**
 * Makes the rounds of a synchronous protocol real among members that only send each other messages: the simplest of
 * synchronizers (Awerbuch, "Complexity of network synchronization", JACM 32(4), 1985), with a deadline for the silent.
 *
 * In each round a member sends exactly one frame to every living peer: all that the protocol says to it in this round,
 * possibly nothing. Upon a frame from every living peer it goes on to the next round.
 *
 * Upon a closed link the peer counts as silent from then on. Upon hearing no frame from anyone for `patience`
 * milliseconds, every peer whose frame is missing is accused, and counts as silent from then on; a peer that was only
 * slow broke the model's bound on delays, which is why the accusation is part of the run.
 */
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { AnyRoundsProtocol, Context, Effect, Event, Heard, Machine, OrderVocabulary, Vocabulary } from '../core/protocol.ts';
import type { Tampered } from '../core/fact.ts';

/** All that one member says to another in one round of one order. */
export type Frame = readonly [order: number, round: number, ...messages: unknown[]];

/** What a member heard in one round: parallel lists, as cheap to hand from thread to thread as can be. */
export interface Inbox {
  readonly from: readonly NodeId[];
  readonly messages: readonly unknown[];
}

/** What a member has to tell when its rounds are over. */
export interface Course {
  /** Undefined if the protocol answered nothing. */
  readonly decision: Order | undefined;
  /** One for each round, the first at 0. */
  readonly heard: readonly Inbox[];
  /** The messages that this member sent, as the protocol counts them. */
  readonly sent: number;
  readonly tampered: readonly Tampered[];
}

export interface Synchronized extends Vocabulary {
  readonly input: Order;
  readonly message: Frame;
  readonly output: Course;
}

export interface SynchronizerState {
  readonly inner: unknown;
  readonly indexOf: ReadonlyMap<NodeId, number>;
  /** By the members' index: still to be waited for. */
  readonly living: boolean[];
  /** By round, then by the sender's index. */
  readonly frames: (Frame | undefined)[][];
  readonly rounds: number;
  round: number;
  /** How many frames of this round are to come. */
  missing: number;
  decision: Order | undefined;
  sent: number;
  readonly heard: Inbox[];
  readonly tampered: Tampered[];
}

const TIMER = 'round';

/**
 * @param protocol what is to be run in rounds
 * @param order the number of the order that is to be agreed on; frames of others are not for this machine
 * @param patience how many milliseconds without any frame a missing one is waited for
 */
export function synchronizer(protocol: AnyRoundsProtocol, order: number, patience: number): Machine<Synchronized, SynchronizerState> {
  const waiting: Effect<Synchronized> = { type: 'set-timer', timer: TIMER, after: patience };
  return {
    begin: (context) => begin(protocol, context),

    step(context, state, event) {
      switch (event.type) {
        case 'input':
          protocol.step(context, state.inner, event);
          return [];
        case 'start':
          return proceed(protocol, order, context, state, waiting);
        case 'message':
          return receive(context, state, event);
        case 'gone':
          return leave(context, state, event.peer);
        case 'timeout':
          return accuseTheMissing(context, state);
        case 'round':
          return [];
        default:
          event satisfies never;
          return [];
      }
    },

    parse: (input) => parseFrame(protocol, input),
  };

  function receive(context: Context, state: SynchronizerState, event: Event<Synchronized> & { type: 'message' }): Effect<Synchronized>[] {
    const [, round] = event.message;
    const index = state.indexOf.get(event.from);
    const slots = state.frames[round];
    if (index === undefined || slots === undefined || round < state.round || slots[index] !== undefined || !state.living[index]) return [];
    slots[index] = event.message;
    if (round !== state.round) return [];
    state.missing -= 1;
    return state.missing === 0 ? proceed(protocol, order, context, state, waiting) : [waiting];
  }

  function leave(context: Context, state: SynchronizerState, peer: NodeId): Effect<Synchronized>[] {
    const index = state.indexOf.get(peer);
    if (index === undefined || !state.living[index]) return [];
    state.living[index] = false;
    if (state.round === 0 || state.round > state.rounds || state.frames[state.round]![index] !== undefined) return [];
    state.missing -= 1;
    return state.missing === 0 ? proceed(protocol, order, context, state, waiting) : [];
  }

  function accuseTheMissing(context: Context, state: SynchronizerState): Effect<Synchronized>[] {
    if (state.round === 0 || state.round > state.rounds) return [];
    const effects: Effect<Synchronized>[] = [];
    context.members.forEach((suspect, index) => {
      if (!state.living[index] || state.frames[state.round]![index] !== undefined) return;
      state.living[index] = false;
      effects.push({ type: 'accuse', suspect, evidence: `silent in round ${state.round}` });
    });
    return [...effects, ...proceed(protocol, order, context, state, waiting)];
  }
}

function begin(protocol: AnyRoundsProtocol, context: Context): SynchronizerState {
  const { members, self } = context;
  const rounds = protocol.rounds(context);
  return {
    inner: protocol.begin(context),
    indexOf: new Map(members.map((id, index) => [id, index])),
    living: members.map((id) => id !== self),
    frames: Array.from({ length: rounds + 1 }, () => Array.from({ length: members.length })),
    rounds,
    round: 0,
    missing: 0,
    decision: undefined,
    sent: 0,
    heard: [],
    tampered: [],
  };
}

/** Goes through rounds until one lacks a frame, or all are over. */
function proceed(
  protocol: AnyRoundsProtocol,
  order: number,
  context: Context,
  state: SynchronizerState,
  waiting: Effect<Synchronized>,
): Effect<Synchronized>[] {
  const effects: Effect<Synchronized>[] = [];
  do {
    const inbox = closeRound(context, state);
    state.round += 1;
    const spoken = protocol.step(context, state.inner, { type: 'round', round: state.round, inbox });
    speak(order, context, state, spoken, effects);
    if (state.round > state.rounds) {
      const { decision, heard, sent, tampered } = state;
      effects.push({ type: 'cancel-timer', timer: TIMER }, { type: 'output', output: { decision, heard, sent, tampered } });
      return effects;
    }
    state.missing = countMissing(state);
  } while (state.missing === 0);
  effects.push(waiting);
  return effects;
}

/** The inbox of the round that is over, by sender; what it held is kept for the account. */
function closeRound({ members }: Context, state: SynchronizerState): Heard<unknown>[] {
  if (state.round === 0) return [];
  const inbox: Heard<unknown>[] = [];
  const from: NodeId[] = [];
  const messages: unknown[] = [];
  state.frames[state.round]!.forEach((frame, index) => {
    for (let i = 2; i < (frame?.length ?? 0); i += 1) {
      inbox.push({ from: members[index]!, message: frame![i] });
      from.push(members[index]!);
      messages.push(frame![i]);
    }
  });
  state.frames[state.round] = [];
  state.heard.push({ from, messages });
  return inbox;
}

/** Turns what the protocol says in this round into one frame for each living peer. */
function speak(
  order: number,
  { members }: Context,
  state: SynchronizerState,
  spoken: Effect<OrderVocabulary>[],
  effects: Effect<Synchronized>[],
): void {
  const frames = members.map((_, index): unknown[] | undefined => (state.living[index] ? [order, state.round] : undefined));
  for (const effect of spoken) {
    switch (effect.type) {
      case 'send':
        frames[state.indexOf.get(effect.to) ?? -1]?.push(effect.message);
        state.sent += 1;
        break;
      case 'output':
        state.decision ??= effect.output;
        break;
      case 'note':
        if (effect.fact.type === 'tampered') state.tampered.push(effect.fact);
        break;
      case 'accuse':
        effects.push(effect);
        break;
      case 'set-timer':
      case 'cancel-timer':
        throw new Error(`a protocol in rounds has no timers, but asked for '${effect.timer}'`);
      default:
        effect satisfies never;
    }
  }
  if (state.round > state.rounds) return;
  frames.forEach((frame, index) => {
    if (frame !== undefined) effects.push({ type: 'send', to: members[index]!, message: frame as unknown as Frame });
  });
}

/** How many living peers have not sent their frame of this round. */
function countMissing(state: SynchronizerState): number {
  const slots = state.frames[state.round]!;
  let missing = 0;
  state.living.forEach((living, index) => {
    if (living && slots[index] === undefined) missing += 1;
  });
  return missing;
}

/** A frame whose every message is one of the protocol's; those that are not are left out, as if they had not been sent. */
function parseFrame(protocol: AnyRoundsProtocol, input: unknown): Frame | undefined {
  if (!Array.isArray(input) || !Number.isSafeInteger(input[0]) || !Number.isSafeInteger(input[1])) return undefined;
  const messages = input.slice(2).map((message) => protocol.parse(message));
  return [input[0], input[1], ...messages.filter((message) => message !== undefined)];
}
