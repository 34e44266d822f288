/**
 * Makes the rounds of a synchronous protocol real among members that only send each other messages: the simplest of
 * synchronizers (Awerbuch, "Complexity of network synchronization", JACM 32(4), 1985), with a deadline for the silent.
 *
 * In each round a member sends exactly one frame to every living peer to which it may speak then: all that the protocol
 * says to it in this round, possibly nothing. Upon a frame from every living peer that may speak to it, it goes on to the
 * next round.
 *
 * Upon a closed link the peer counts as silent from then on. Upon hearing no frame from anyone for `patience`
 * milliseconds at the most, and half of it at the least, every peer whose frame is missing is accused, and counts as
 * silent from then on; a peer that was only slow broke the model's bound on delays, which is why the accusation is part
 * of the run. (The timer ticks twice in that time and looks whether anything came; to set it anew upon each frame would
 * cost more than the frame. Ticks of different members do not fall
 * together, so one may wait half of `patience` longer than another: the model's bound on delays, Δ, is a quarter of it.)
 */
import type { Effect, Event, Machine, Vocabulary } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from './order.ts';
import { maySpeak, type AnyRoundsProtocol, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from './protocol.ts';
import type { Tampered } from './fact.ts';

/** All that one member says to another in one round of one order. */
export type Frame = readonly [order: number, round: number, ...messages: unknown[]];

/** What a member heard in one round, by sender. */
export type Inbox = readonly Heard<unknown>[];

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
  /** Whether any frame came since the timer was set. */
  isQuiet: boolean;
  decision: Order | undefined;
  sent: number;
  readonly heard: Inbox[];
  readonly tampered: Tampered[];
}

const TIMER = 'round';

const NOTHING: Effect<Synchronized>[] = [];

/**
 * @param protocol what is to be run in rounds
 * @param order the number of the order that is to be agreed on; frames of others are not for this machine
 * @param patience how many milliseconds without any frame a missing one is waited for
 */
export function synchronizer(protocol: AnyRoundsProtocol, order: number, patience: number): Machine<Synchronized, SynchronizerState, Context> {
  const waiting: Effect<Synchronized> = { type: 'set-timer', timer: TIMER, after: Math.ceil(patience / 2) };
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
          return tick(context, state);
        // Who comes in the middle of an order takes part in the next, and the deadline is that of the whole order.
        case 'joined':
        case 'stalled':
          return NOTHING;
        default:
          event satisfies never;
          return [];
      }
    },

    parse: (input) => parseFrame(protocol, input),
  };

  function receive(context: Context, state: SynchronizerState, event: Event<Synchronized> & { type: 'message' }): Effect<Synchronized>[] {
    const round = event.message[1];
    const index = state.indexOf.get(event.from);
    const slots = state.frames[round];
    if (index === undefined || slots === undefined || round < state.round || slots[index] !== undefined || !state.living[index]) return NOTHING;
    if (!maySpeak(protocol, context, round, event.from, context.self)) return NOTHING;
    slots[index] = event.message;
    if (round !== state.round) return NOTHING;
    state.missing -= 1;
    state.isQuiet = false;
    return state.missing === 0 ? proceed(protocol, order, context, state, waiting) : NOTHING;
  }

  function leave(context: Context, state: SynchronizerState, peer: NodeId): Effect<Synchronized>[] {
    const index = state.indexOf.get(peer);
    if (index === undefined || !state.living[index]) return [];
    const wasMissing = isUnderWay(state) && isMissing(protocol, context, state, index);
    state.living[index] = false;
    if (!wasMissing) return [];
    state.missing -= 1;
    return state.missing === 0 ? proceed(protocol, order, context, state, waiting) : [];
  }

  function tick(context: Context, state: SynchronizerState): Effect<Synchronized>[] {
    if (!isUnderWay(state)) return [];
    if (!state.isQuiet) {
      state.isQuiet = true;
      return [waiting];
    }
    const effects: Effect<Synchronized>[] = [];
    context.members.forEach((suspect, index) => {
      if (!isMissing(protocol, context, state, index)) return;
      state.living[index] = false;
      effects.push({ type: 'accuse', kind: 'silence', suspect, evidence: `silent in round ${state.round}` });
    });
    return [...effects, ...proceed(protocol, order, context, state, waiting)];
  }
}

const isUnderWay = ({ round, rounds }: SynchronizerState): boolean => round > 0 && round <= rounds;

function begin(protocol: AnyRoundsProtocol, context: Context): SynchronizerState {
  const { members, self } = context;
  const rounds = protocol.rounds(context);
  return {
    inner: protocol.begin(context),
    indexOf: indexIn(members),
    living: allBut(self, members),
    frames: emptyFrames(rounds, members.length),
    rounds,
    round: 0,
    missing: 0,
    isQuiet: false,
    decision: undefined,
    sent: 0,
    heard: [],
    tampered: [],
  };
}

/** The place of each among the members. Kept, as the same members have thousands of orders. */
function indexIn(members: readonly NodeId[]): ReadonlyMap<NodeId, number> {
  if (members !== indexed.members) {
    const places = new Map<NodeId, number>();
    for (let index = 0; index < members.length; index += 1) places.set(members[index]!, index);
    indexed = { members, places };
  }
  return indexed.places;
}

let indexed: { readonly members: readonly NodeId[]; readonly places: ReadonlyMap<NodeId, number> } = { members: [], places: new Map() };

/** A list of the same kind for V8 as long as a thread lives: what `map` makes is of another once it is compiled, and all that reads it is compiled anew. */
function allBut(self: NodeId, members: readonly NodeId[]): boolean[] {
  const living = Array<boolean>(members.length);
  for (let index = 0; index < members.length; index += 1) living[index] = members[index] !== self;
  return living;
}

function emptyFrames(rounds: number, members: number): (Frame | undefined)[][] {
  const frames: (Frame | undefined)[][] = [];
  for (let round = 0; round <= rounds; round += 1) frames.push(Array<Frame | undefined>(members));
  return frames;
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
    speak(protocol, order, context, state, spoken, effects);
    if (state.round > state.rounds) {
      const { decision, heard, sent, tampered } = state;
      effects.push({ type: 'cancel-timer', timer: TIMER }, { type: 'output', output: { decision, heard, sent, tampered } });
      return effects;
    }
    state.missing = countMissing(protocol, context, state);
  } while (state.missing === 0);
  state.isQuiet = false;
  effects.push(waiting);
  return effects;
}

/** The inbox of the round that is over, by sender; what it held is kept for the account. */
function closeRound({ members }: Context, state: SynchronizerState): Inbox {
  if (state.round === 0) return [];
  const inbox: Heard<unknown>[] = [];
  const frames = state.frames[state.round]!;
  for (let index = 0; index < frames.length; index += 1) {
    const frame = frames[index];
    if (frame !== undefined && frame.length > 2) inbox.push({ from: members[index]!, messages: frame.slice(2) });
  }
  state.frames[state.round] = [];
  state.heard.push(inbox);
  return inbox;
}

/** Turns what the protocol says in this round into one frame for each living peer, in the order of their ids. */
function speak(
  protocol: AnyRoundsProtocol,
  order: number,
  context: Context,
  state: SynchronizerState,
  spoken: RoundsEffect<OrderVocabulary>[],
  effects: Effect<Synchronized>[],
): void {
  const { members } = context;
  const frames = Array<Frame | undefined>(members.length);
  for (const effect of spoken) {
    switch (effect.type) {
      case 'send': {
        // Most hear the same, in one frame that nobody changes.
        const alike: Frame = [order, state.round, ...effect.messages];
        for (const to of effect.to) {
          // Who speaks out of turn, as only a traitor would that is late, is not heard.
          if (!maySpeak(protocol, context, state.round, context.self, to)) continue;
          state.sent += effect.messages.length;
          const index = state.indexOf.get(to);
          if (index === undefined) continue;
          const before = frames[index];
          frames[index] = before === undefined ? alike : [...before, ...effect.messages];
        }
        break;
      }
      case 'output':
        state.decision ??= effect.output;
        break;
      case 'note':
        if (effect.fact.type === 'tampered') state.tampered.push(effect.fact);
        break;
      case 'accuse':
        effects.push(effect);
        break;
      default:
        effect satisfies never;
    }
  }
  if (state.round > state.rounds) return;
  const empty: Frame = [order, state.round];
  let [to, message]: [NodeId[], Frame | undefined] = [[], undefined];
  for (let index = 0; index < members.length; index += 1) {
    const peer = members[index]!;
    if (!state.living[index] || !maySpeak(protocol, context, state.round, context.self, peer)) continue;
    const frame = frames[index] ?? empty;
    if (frame !== message) effects.push({ type: 'send', to: (to = []), message: (message = frame) });
    to.push(peer);
  }
}

/** How many peers are still to be waited for in this round. */
function countMissing(protocol: AnyRoundsProtocol, context: Context, state: SynchronizerState): number {
  let missing = 0;
  for (let index = 0; index < state.living.length; index += 1) if (isMissing(protocol, context, state, index)) missing += 1;
  return missing;
}

/** Whether that member is living and may speak to this one, but has not in this round. */
const isMissing = (protocol: AnyRoundsProtocol, context: Context, state: SynchronizerState, index: number): boolean =>
  state.living[index]! &&
  state.frames[state.round]![index] === undefined &&
  maySpeak(protocol, context, state.round, context.members[index]!, context.self);

/** A frame whose every message is one of the protocol's; those that are not are left out, as if they had not been sent. */
function parseFrame(protocol: AnyRoundsProtocol, input: unknown): Frame | undefined {
  if (!isFrame(input)) return undefined;
  // Nearly always all of it is as it should be, and needs no copy.
  for (let i = 2; i < input.length; i += 1) if (input[i] === undefined || protocol.parse(input[i]) !== input[i]) return withoutStrays(protocol, input);
  return input;
}

const isFrame = (input: unknown): input is Frame => Array.isArray(input) && Number.isSafeInteger(input[0]) && Number.isSafeInteger(input[1]);

function withoutStrays(protocol: AnyRoundsProtocol, [order, round, ...messages]: Frame): Frame {
  return [order, round, ...messages.map((message) => protocol.parse(message)).filter((message) => message !== undefined)];
}
