/**
 * A peer of the word database: it holds five words, knows who else is there (`membership.ts`), and settles words with them by
 * Oral Messages (`consensus.ts`). A pure machine: what it says goes by datagrams, which get lost, come twice, and overtake each other.
 *
 * Whoever can write to it can set a word of it, as the format wants: words are shared, and no secret. What it takes from anybody,
 * what only from peers, and what it answers whom, is bounded in number and size.
 */
import type { Machine } from '../core/machine.ts';
import type { Address } from './address.ts';
import { askAgain, beginConsensus, closeLevel, hearAnswer, hearQuestion } from './consensus.ts';
import type { WordsContext } from './context.ts';
import { heartbeat, hearGossip, hearGossipReply, look, nextSecond, silent, touch } from './membership.ts';
import { parseMessage } from './parse.ts';
import { YOUTHS } from './patience.ts';
import { answer, bytesOf, drop, output, say, setTimer, type Turn, type WordsState } from './state.ts';
import { FIRST_WORDS } from './words.ts';
import type { Input, WordsVocabulary } from './vocabulary.ts';

export const peer: Machine<WordsVocabulary, WordsState, WordsContext> = {
  begin: (context) => ({
    life: context.freshId(),
    database: [...FIRST_WORDS],
    peers: new Map(),
    grownFor: 0,
    heard: new Set(),
    greetings: new Set(),
    beats: 0,
    looks: 0,
    challenges: new Map(),
    owed: new Map(),
    told: new Set(),
    passed: 0,
    instances: new Map(),
    over: new Set(),
    answers: new Map(),
    questions: new Map(),
    queries: new Map(),
    last: undefined,
  }),
  step(context, state, event) {
    const turn: Turn = { context, state, effects: [] };
    switch (event.type) {
      case 'start':
        start(turn);
        break;
      case 'input':
        obey(turn, event.input);
        break;
      case 'message':
        hear(turn, context.addressOf(event.from), event.message);
        break;
      case 'timeout':
        elapse(turn, event.timer);
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
  parse: parseMessage,
  about: ({ type, ...message }) => ('path' in message && message.path !== undefined ? `${type} ${message.root} ${message.path.join(' ')}` : type),
};

function start(turn: Turn): void {
  heartbeat(turn);
  look(turn);
  for (const { within, lasts } of YOUTHS) setTimer(turn, `young ${within}`, lasts);
}

function obey(turn: Turn, input: Input): void {
  const { state } = turn;
  switch (input.type) {
    case 'consensus':
      return beginConsensus(turn, input.index);
    case 'set':
      state.database[input.index] = input.word;
      return;
    case 'query':
      state.queries.set(input.peer, 0);
      return query(turn, input.peer);
    case 'lie':
    case 'truth':
      return;
    default:
      input satisfies never;
  }
}

function hear(turn: Turn, from: Address, message: WordsVocabulary['message']): void {
  const { context, state } = turn;
  // Nobody else can be at our own address: it is a sender that somebody invented.
  if (from === context.address) return drop(turn, 'wrong-sender', from);
  touch(turn, from);
  switch (message.type) {
    case 'gossip':
      return hearGossip(turn, from, message);
    case 'gossip-reply':
      return hearGossipReply(turn, from, message);
    case 'consensus':
      return hearQuestion(turn, from, message);
    case 'consensus-reply':
      return hearAnswer(turn, from, message);
    case 'query':
      if (!answer(turn, from, { type: 'query-reply', database: state.database.slice() }, bytesOf(message))) drop(turn, 'flood', from);
      return;
    case 'query-reply':
      if (!state.queries.has(from)) return drop(turn, 'never-asked', from);
      return queried(turn, from, message.database);
    case 'set':
      state.database[message.index] = message.value;
      return;
    default:
      message satisfies never;
  }
}

/** Milliseconds until a query is made again, and how often in all. */
const QUERY_AGAIN = 500;
const QUERIES = 4;

function query(turn: Turn, whom: Address): void {
  const { state } = turn;
  const times = state.queries.get(whom);
  if (times === undefined) return;
  if (times === QUERIES) return queried(turn, whom, undefined);
  state.queries.set(whom, times + 1);
  say(turn, [whom], { type: 'query' });
  setTimer(turn, `query ${whom}`, QUERY_AGAIN);
}

function queried(turn: Turn, whom: Address, database: readonly string[] | undefined): void {
  turn.state.queries.delete(whom);
  turn.effects.push({ type: 'cancel-timer', timer: `query ${whom}` });
  output(turn, { type: 'answered', peer: whom, database });
}

function elapse(turn: Turn, timer: string): void {
  const { state } = turn;
  const [kind, ...words] = timer.split(' ');
  const about = words.join(' ');
  switch (kind) {
    case 'heartbeat':
      return heartbeat(turn);
    case 'look':
      return look(turn);
    case 'silent':
      return silent(turn, about as Address);
    case 'second':
      return nextSecond(turn);
    case 'young':
      state.grownFor = Number(about);
      return;
    case 'level':
      return closeLevel(turn, about);
    case 'again':
      return askAgain(turn, about);
    case 'query':
      return query(turn, about as Address);
    default:
      throw new Error(`no timer ${timer}`);
  }
}
