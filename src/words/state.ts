import type { Effect } from '../core/machine.ts';
import type { Address } from './address.ts';
import type { WordsContext } from './context.ts';
import { sizeOf } from './print.ts';
import type { Consensus as Question, ConsensusReply, Message } from './messages.ts';
import type { Way } from './tree.ts';
import type { Arrived, Decision, DropReason, Output, WordsVocabulary } from './vocabulary.ts';

export interface WordsState {
  readonly database: string[];
  readonly peers: Map<Address, Peer>;
  readonly life: string;
  /** It may have had an earlier life: all that it took part in then is over, where answers are awaited for so many ms at most. */
  grownFor: number;
  /** The ids of gossip that was heard, the oldest first. */
  readonly heard: Set<string>;
  /** The ids of what it said itself, to which an answer can come. */
  readonly greetings: Set<string>;
  /** How often it said that it is there. */
  beats: number;
  /** How often it looked in vain for those whom it was to find. */
  looks: number;
  /** What each was asked to answer, to show that it hears what is sent there. */
  readonly challenges: Map<Address, string>;
  /** What is to be answered in the next second. */
  readonly owed: Map<Address, { readonly replyTo: string; readonly bytes: number }>;
  /** Who got an answer in this second though it has shown nothing. */
  readonly told: Set<Address>;
  /** How much gossip was passed on in this second. */
  passed: number;
  /** Those that are under way, by key. */
  readonly instances: Map<string, Instance>;
  /** The keys of those that are over, the oldest first. */
  readonly over: Set<string>;
  /** What was answered, by id, so that who asks again hears the same. */
  readonly answers: Map<string, Answer>;
  /** The questions of ours that are under way, by id. */
  readonly questions: Map<string, Asked>;
  /** Whom a user wants to know the words of, and how often that peer was asked. */
  readonly queries: Map<Address, number>;
  /** The last consensus that was decided here, for `why`. */
  last: Told | undefined;
}

export interface Peer {
  readonly name: string;
  /** Whether it answered something that only it can have heard. */
  isProven: boolean;
  /** Whether it came on the list by an answer to our gossip, and not by what anybody can say unasked. */
  readonly isAnswering: boolean;
  /** How many bytes that had by which it came on the list. */
  readonly greeting: number;
  /** Whether it said that it knows of no earlier life of ours. */
  isNews: boolean;
  /** Which of its lives it is in, as it says; older programs say nothing. */
  life: string | undefined;
  /** Whether it was in another one before. */
  isReborn: boolean;
}

export interface Answer {
  readonly to: Address;
  readonly reply: ConsensusReply;
}

/** A consensus as one peer takes part in it. */
export interface Instance {
  readonly key: string;
  readonly root: string;
  readonly index: number;
  readonly commander: Address;
  /** In ascending order. */
  readonly lieutenants: readonly Address[];
  readonly m: number;
  /** The peer’s own word, if it is the commander. */
  readonly order: string;
  /** How many ms are for each level. */
  readonly step: number;
  /** By way: see `keyOf`. */
  readonly heard: Map<string, Heard>;
  /** How many ways that are heard begin with that one. */
  readonly under: Map<string, number>;
  /** With which ways one begins that was missed. */
  readonly missed: Set<string>;
  /** Up to which length ways are awaited no more. */
  closed: number;
  /** Who waits for an answer, by way. */
  readonly waiting: Map<string, { readonly id: string; readonly from: Address; readonly bytes: number }>;
  readonly asked: Asked[];
  /** How many of these not all have answered. */
  open: number;
  /** What the lieutenants answered a commander. */
  readonly answers: Map<Address, ConsensusReply>;
  decision: Decision | undefined;
}

export interface Heard {
  readonly word: string | null;
  /** It did not come in time, here or further back. */
  readonly isMissed: boolean;
  /** It did not come here. */
  readonly isSilent: boolean;
}

/** One question of ours, to some. */
export interface Asked {
  readonly message: Question;
  /** Of the instance that it belongs to. */
  readonly key: string;
  readonly to: readonly Address[];
  readonly pending: Set<Address>;
  /** For how many ms more an answer was awaited when it was last asked. */
  left: number;
  /** After how many ms from then it is asked again. */
  gap: number;
}

/** What can be told of a consensus later. */
export interface Told {
  readonly decision: Decision;
  readonly heard: ReadonlyMap<string, Heard>;
  readonly answers: ReadonlyMap<Address, ConsensusReply>;
}

export interface Turn {
  readonly context: WordsContext;
  readonly state: WordsState;
  readonly effects: Effect<WordsVocabulary>[];
}

export const keyOf = (way: Way): string => way.join(' ');

/** So many of what is kept of the past. */
export const KEPT_MAX = 4096;

/** Puts one more in, and takes the oldest out if there are too many. */
export function keep<Key>(past: { readonly size: number; keys(): IterableIterator<Key>; delete(key: Key): boolean }, put: () => void, most = KEPT_MAX): void {
  put();
  if (past.size > most) past.delete(past.keys().next().value!);
}

export const output = ({ effects }: Turn, one: Output): void => void effects.push({ type: 'output', output: one });

export const drop = (turn: Turn, reason: DropReason, from: Address): void => output(turn, { type: 'dropped', reason, from });

export const setTimer = ({ effects }: Turn, timer: string, after: number): void => void effects.push({ type: 'set-timer', timer, after });

/** Says something of our own accord. */
export function say({ context, effects }: Turn, to: readonly Address[], message: Message & Arrived): void {
  if (to.length > 0) effects.push({ type: 'send', to: to.map((peer) => context.nodeOf(peer)), message });
}

/** Milliseconds in which who has proven nothing is told one thing. */
const SECOND = 1000;

/** So many who have proven nothing are told something in a second. */
const TOLD_MAX = 256;

/**
 * Whether something may be sent to somebody because of what somebody said. Anybody can write any sender on a datagram: so who has
 * not shown that it hears us gets one a second, and no more bytes than came, lest we are made to flood a stranger.
 */
export function allows(turn: Turn, to: Address, bytes: number, question: number): boolean {
  const { state } = turn;
  if (state.peers.get(to)?.isProven === true) return true;
  if (bytes > question || state.told.has(to) || state.told.size >= TOLD_MAX) return false;
  if (!isCounting(state)) setTimer(turn, 'second', SECOND);
  state.told.add(to);
  return true;
}

/** Whether the timer of this second runs. */
export const isCounting = ({ told, passed }: WordsState): boolean => told.size > 0 || passed > 0;

/** Says something that somebody asked for, if that may be. */
export function answer(turn: Turn, to: Address, message: Message, question: number): boolean {
  if (!allows(turn, to, sizeOf(message), question)) return false;
  say(turn, [to], message);
  return true;
}

/** How many bytes a message took. */
export const bytesOf = ({ raw, ...message }: Message & Arrived): number => (raw === undefined ? sizeOf(message as Message) : new TextEncoder().encode(raw).length);

