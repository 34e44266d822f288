/**
 * Reliable broadcast: Gabriel Bracha, "Asynchronous Byzantine Agreement Protocols" (Information and Computation 75, 1987, §3);
 * the names of messages are the paper’s.
 *
 * A node broadcasts a value to all. With at most f = ⌊(n − 1)/3⌋ Byzantine nodes among n, it promises, for each broadcast:
 *
 * Agreement       No two loyal nodes deliver different values.
 * Validity        What a loyal node broadcasts all loyal nodes deliver, and they deliver nothing else as its.
 * Totality        If one loyal node delivers, all do.
 * No duplication  A loyal node delivers a broadcast once.
 *
 * It assumes that the host authenticates who says something, that what one loyal node says to another arrives at some time,
 * and that a node that crashes is restarted with what it saved, or not at all. It assumes nothing of how long that takes, and
 * no signatures. There is no leader, and who broadcasts may be a traitor: then all deliver the same of his values, or nobody any.
 *
 * Initial  Upon a value to broadcast, a node says INITIAL, to all.
 * Echo     Upon INITIAL from whose broadcast it is, or ECHO of a quorum for one value, or READY of f + 1 for it, a node says ECHO,
 *          once. A quorum is so many that any two share a loyal node, so that no two values get one: ⌈(n + f + 1)/2⌉.
 * Ready    Upon ECHO of a quorum for one value, or READY of f + 1 for it, one of whom is loyal, a node says READY, once.
 *          READY for two values would take two quorums of ECHO, so the loyal are never READY for different ones.
 * Deliver  Upon READY of 2f + 1 for one value, a node delivers it. Of these f + 1 are loyal, and all others will hear them: so
 *          everybody says READY in the end, and everybody delivers.
 *
 * We depart from the paper in this: a node may broadcast many values, each under a number of its own; who sends is first to hear
 * himself; what a node says is saved before, so that after a crash it never says another thing; and as our network loses
 * messages, a node says all that it ever said again from time to time, for ever. Bounds: of each node the first message of each
 * kind for a broadcast is kept, and nothing for a number of more than `NUMBERS`; a traitor can begin so many broadcasts.
 */
import type { Context, DurableMachine, Effect, Event } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { byzantineQuorum, oneLoyal, mostlyLoyal } from '../core/quorum.ts';
import { parseMessage, type BroadcastVocabulary, type Message } from './messages.ts';

/** One broadcast, as one node sees it. */
export interface Broadcast {
  readonly origin: NodeId;
  readonly number: number;
  initial: string | undefined;
  /** The first value for which each node said that. */
  readonly echoes: Map<NodeId, string>;
  readonly readies: Map<NodeId, string>;
  delivered: string | undefined;
}

export interface BroadcastState {
  /** By origin and number. */
  readonly broadcasts: Map<string, Broadcast>;
}

/** Milliseconds after which a node says all again. */
export const AGAIN = 80;

interface Turn {
  readonly context: Context;
  readonly state: BroadcastState;
  readonly effects: Effect<BroadcastVocabulary>[];
}

export const bracha: DurableMachine<BroadcastVocabulary, BroadcastState> = {
  begin: () => ({ broadcasts: new Map() }),
  recover(context, records) {
    const state: BroadcastState = { broadcasts: new Map() };
    for (const record of records) remember(context, state, record);
    return state;
  },
  parse: parseMessage,
  step(context: Context, state: BroadcastState, event: Event<BroadcastVocabulary>) {
    const turn: Turn = { context, state, effects: [] };
    switch (event.type) {
      case 'start':
      case 'timeout':
        sayAgain(turn);
        break;
      case 'input':
        broadcast(turn, event.input);
        break;
      case 'message':
        hear(turn, event.from, event.message);
        break;
      case 'joined':
      case 'gone':
      case 'stalled':
        break;
      default:
        event satisfies never;
    }
    return turn.effects;
  },
  lies: liesOf,
};

function broadcast(turn: Turn, { number, value }: BroadcastVocabulary['input']): void {
  const { context, state } = turn;
  const one = broadcastOf(state, context.self, number);
  // Its user asks again what it has taken already.
  if (one.initial !== undefined) return;
  one.initial = value;
  say(turn, { type: 'initial', origin: context.self, number, value });
  advance(turn, one);
}

function hear(turn: Turn, from: NodeId, message: Message): void {
  const { context: { members }, state } = turn;
  if (!members.includes(from) || !members.includes(message.origin)) return;
  if (message.type === 'initial' && message.origin !== from) return void turn.effects.push({ type: 'accuse', kind: 'misbehaviour', suspect: from, evidence: `an INITIAL in the name of node ${message.origin}` });
  const one = broadcastOf(state, message.origin, message.number);
  if (message.type === 'initial') one.initial ??= message.value;
  else {
    const votes = message.type === 'echo' ? one.echoes : one.readies;
    if (!votes.has(from)) votes.set(from, message.value);
  }
  advance(turn, one);
}

/** What follows from all that was heard of a broadcast. */
function advance(turn: Turn, one: Broadcast): void {
  const { context: { self, members } } = turn;
  const { origin, number, echoes, readies } = one;
  const n = members.length;
  if (!echoes.has(self)) {
    const value = one.initial ?? valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, oneLoyal(n));
    if (value !== undefined) {
      echoes.set(self, value);
      say(turn, { type: 'echo', origin, number, value });
    }
  }
  if (!readies.has(self)) {
    const value = valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, oneLoyal(n));
    if (value !== undefined) {
      readies.set(self, value);
      say(turn, { type: 'ready', origin, number, value });
    }
  }
  if (one.delivered === undefined) {
    const value = valueOf(readies, mostlyLoyal(n));
    if (value !== undefined) {
      one.delivered = value;
      const output = { type: 'delivered', origin, number, value } as const;
      turn.effects.push({ type: 'save', record: output }, { type: 'output', output });
    }
  }
}

/** The value for which that many said the same. */
function valueOf(votes: ReadonlyMap<NodeId, string>, enough: number): string | undefined {
  const counts = new Map<string, number>();
  for (const value of votes.values()) {
    const count = (counts.get(value) ?? 0) + 1;
    if (count >= enough) return value;
    counts.set(value, count);
  }
  return undefined;
}

function say({ context, effects }: Turn, message: Message): void {
  effects.push({ type: 'save', record: message }, { type: 'send', to: othersIn(context), message });
}

function sayAgain({ context, state, effects }: Turn): void {
  const { self } = context;
  for (const { origin, number, initial, echoes, readies } of state.broadcasts.values()) {
    const said = [['initial', origin === self ? initial : undefined], ['echo', echoes.get(self)], ['ready', readies.get(self)]] as const;
    for (const [type, value] of said) if (value !== undefined) effects.push({ type: 'send', to: othersIn(context), message: { type, origin, number, value } });
  }
  effects.push({ type: 'set-timer', timer: 'again', after: AGAIN });
}

const othersIn = ({ self, members }: Context): readonly NodeId[] => members.filter((id) => id !== self);

function remember({ self }: Context, state: BroadcastState, record: BroadcastVocabulary['record']): void {
  const one = broadcastOf(state, record.origin, record.number);
  const { value } = record;
  switch (record.type) {
    case 'initial':
      one.initial = value;
      return;
    case 'echo':
      return void one.echoes.set(self, value);
    case 'ready':
      return void one.readies.set(self, value);
    case 'delivered':
      one.delivered = value;
      return;
    default:
      record satisfies never;
  }
}

function broadcastOf({ broadcasts }: BroadcastState, origin: NodeId, number: number): Broadcast {
  const key = `${origin} ${number}`;
  let one = broadcasts.get(key);
  if (one === undefined) broadcasts.set(key, (one = { origin, number, initial: undefined, echoes: new Map(), readies: new Map(), delivered: undefined }));
  return one;
}

/** Another value, READY before its time, and an INITIAL in the name of somebody else. */
function liesOf({ self, members }: Context, honest: Message): readonly Message[] {
  const other = { ...honest, value: `not ${honest.value}` };
  const someone = members[(self + 1) % members.length]!;
  return [other, { ...other, type: 'echo' }, { ...other, type: 'ready' }, { ...honest, type: 'ready' }, { ...other, type: 'initial', origin: someone }];
}
