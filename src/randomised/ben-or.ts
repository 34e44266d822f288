/**
 * Randomised agreement: Michael Ben-Or, "Another Advantage of Free Choice: Completely Asynchronous Agreement Protocols"
 * (PODC 1983), protocol B, for Byzantine faults.
 *
 * Each node is given 0 or 1, and decides one of them. With at most t Byzantine nodes among n > 5t, it promises:
 *
 * Agreement    No two loyal nodes decide differently.
 * Validity     If all loyal nodes are given the same, they decide that, in round 1.
 * Termination  With probability 1 all loyal nodes decide. There is no bound: where inputs differ, a round goes by in which no
 *              decision is made until the coins of enough nodes fall alike, which takes 2 rounds or so among few, and
 *              exponentially many among many.
 *
 * It assumes that the host authenticates who says something, that what one loyal node says to another arrives at some time,
 * that nobody knows a coin before it is tossed, and that a node that crashes is restarted with what it saved, or not at all. It
 * assumes nothing of how long messages take, and no signatures.
 *
 * In each round r = 1, 2, … a node has a value x, at first what it was given.
 *
 * Report   A node says (report, r, x), to all.
 * Propose  Upon reports of n − t for r: if more than (n + t)/2 are for one value v, the node says (proposal, r, v), to all;
 *          else (proposal, r, nothing). Two values with so many would share a loyal reporter, so the loyal propose one at most.
 * Decide   Upon proposals of n − t for r: if t + 1 are for one value v, one of them is loyal, and x becomes v. If more than
 *          (n + t)/2 are, the node decides v; then t + 1 of them are among any n − t, so that all loyal nodes go on with v.
 *          If there are not even t + 1, x becomes a coin, 0 or 1.
 *          Then the next round begins.
 *
 * We depart from the paper in this: a node that decided takes part in the next round, in which all others decide, and then
 * begins no more; who sends is first to hear himself; what a node says is saved before, so that after a crash it never says another
 * thing; and as our network loses messages, a node says its latest round again from time to time, for ever, and who is ahead
 * answers it with what he said in rounds that it is at. Bounds: messages for rounds that are over, or more than `AHEAD` ahead, are
 * dropped, and of each node the first report and the first proposal of a round count; what a node said itself it keeps.
 */
import type { Context, DurableMachine, Effect, Event } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { BITS, parseMessage, type BenOrVocabulary, type Bit, type Decision, type Message, type Statement } from './messages.ts';

export interface BenOrState {
  /** The round that it is in; 0 before it was given anything. */
  round: number;
  decision: Decision | undefined;
  /** What it said in each round. */
  readonly said: Map<number, { report?: Bit; proposal?: Bit | null }>;
  /** What was heard for the rounds that are not over. */
  readonly heard: Map<number, Heard>;
}

interface Heard {
  readonly reports: Map<NodeId, Bit>;
  readonly proposals: Map<NodeId, Bit | null>;
}

/** The most Byzantine nodes among n: n > 5t. */
export const tolerated = (n: number): number => Math.max(0, Math.floor((n - 1) / 5));

/** More than (n + t)/2: any two sets of so many share a loyal node, whatever traitors say. */
export const decisive = (n: number): number => Math.floor((n + tolerated(n)) / 2) + 1;

/** Among so many one is loyal. */
const oneLoyal = (n: number): number => tolerated(n) + 1;

/** So many are heard of, though no traitor says anything. */
const enough = (n: number): number => n - tolerated(n);

/** Rounds ahead of its own for which a node keeps what it hears. */
export const AHEAD = 8;
/** Milliseconds after which a node says its latest round again. */
export const AGAIN = 80;

interface Turn {
  readonly context: Context;
  readonly state: BenOrState;
  readonly effects: Effect<BenOrVocabulary>[];
}

const initialState = (): BenOrState => ({ round: 0, decision: undefined, said: new Map(), heard: new Map() });

export const benOr: DurableMachine<BenOrVocabulary, BenOrState> = {
  begin: initialState,
  recover(context, records) {
    const state = initialState();
    for (const record of records) remember(context, state, record);
    return state;
  },
  parse: parseMessage,
  step(context: Context, state: BenOrState, event: Event<BenOrVocabulary>) {
    const turn: Turn = { context, state, effects: [] };
    switch (event.type) {
      case 'start':
      case 'timeout':
        sayAgain(turn);
        break;
      case 'input':
        if (state.round === 0) beginRound(turn, 1, event.input.value);
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

function hear(turn: Turn, from: NodeId, message: Message): void {
  const { context: { members }, state } = turn;
  if (!members.includes(from)) return;
  if (message.type === 'behind') return help(turn, from, message.round);
  if (message.round < state.round || message.round > state.round + AHEAD) return;
  const { reports, proposals } = heardIn(state, message.round);
  if (message.type === 'report') {
    if (!reports.has(from)) reports.set(from, message.value);
  } else if (!proposals.has(from)) proposals.set(from, message.value);
  advance(turn);
}

/** What follows from all that was heard in the round. */
function advance(turn: Turn): void {
  const { context, state } = turn;
  const n = context.members.length;
  // What was heard ahead may end the next round at once, too.
  for (let round = -1; round !== state.round && state.round > 0; ) {
    round = state.round;
    const { reports, proposals } = heardIn(state, round);
    if (saidIn(state, round).proposal === undefined && reports.size >= enough(n)) propose(turn, mostOf(reports, decisive(n)) ?? null);
    if (saidIn(state, round).proposal !== undefined && proposals.size >= enough(n)) endRound(turn, proposals);
  }
}

function endRound(turn: Turn, proposals: ReadonlyMap<NodeId, Bit | null>): void {
  const { context, state } = turn;
  const n = context.members.length;
  const { round, decision } = state;
  // In the round after its decision all others decide.
  if (decision !== undefined && round > decision.round) return;
  const decided = mostOf(proposals, decisive(n));
  if (decided !== undefined && decision === undefined) decide(turn, decided);
  beginRound(turn, round + 1, mostOf(proposals, oneLoyal(n)) ?? context.choose(`coin of round ${round}`, BITS));
}

function decide({ state, effects }: Turn, value: Bit): void {
  state.decision = { type: 'decided', round: state.round, value };
  effects.push({ type: 'save', record: state.decision }, { type: 'output', output: state.decision });
}

function beginRound(turn: Turn, round: number, value: Bit): void {
  const { context, state } = turn;
  state.heard.delete(state.round);
  state.round = round;
  saidIn(state, round).report = value;
  heardIn(state, round).reports.set(context.self, value);
  say(turn, { type: 'report', round, value });
  advance(turn);
}

function propose(turn: Turn, value: Bit | null): void {
  const { context, state } = turn;
  const { round } = state;
  saidIn(state, round).proposal = value;
  heardIn(state, round).proposals.set(context.self, value);
  say(turn, { type: 'proposal', round, value });
}

/** The value of which there are so many; there are never so many of both. */
function mostOf(votes: ReadonlyMap<NodeId, Bit | null>, most: number): Bit | undefined {
  const of = (bit: Bit): number => [...votes.values()].filter((value) => value === bit).length;
  return BITS.find((bit) => of(bit) >= most);
}

function say({ context, effects }: Turn, message: Statement): void {
  effects.push({ type: 'save', record: message }, { type: 'send', to: othersIn(context), message });
}

function sayAgain(turn: Turn): void {
  const { context, state, effects } = turn;
  for (const message of statementsOf(state, state.round)) effects.push({ type: 'send', to: othersIn(context), message });
  if (state.round > 0) effects.push({ type: 'send', to: othersIn(context), message: { type: 'behind', round: state.round } });
  effects.push({ type: 'set-timer', timer: 'again', after: AGAIN });
  // What it saved may be all that it waited for.
  advance(turn);
}

/** Tells one that is behind what was said in its round, and the next few. */
function help({ state, effects }: Turn, from: NodeId, behind: number): void {
  for (let round = behind; round <= Math.min(state.round, behind + AHEAD); round += 1) {
    if (round === state.round && round === behind) return;
    for (const message of statementsOf(state, round)) effects.push({ type: 'send', to: [from], message });
  }
}

function statementsOf({ said }: BenOrState, round: number): Statement[] {
  const { report, proposal } = said.get(round) ?? {};
  return [...(report === undefined ? [] : [{ type: 'report', round, value: report } as const]), ...(proposal === undefined ? [] : [{ type: 'proposal', round, value: proposal } as const])];
}

const othersIn = ({ self, members }: Context): readonly NodeId[] => members.filter((id) => id !== self);

function remember({ self }: Context, state: BenOrState, record: BenOrVocabulary['record']): void {
  switch (record.type) {
    case 'report':
      state.heard.delete(state.round);
      state.round = record.round;
      saidIn(state, record.round).report = record.value;
      return void heardIn(state, record.round).reports.set(self, record.value);
    case 'proposal':
      saidIn(state, record.round).proposal = record.value;
      return void heardIn(state, record.round).proposals.set(self, record.value);
    case 'decided':
      state.decision = record;
      return;
    default:
      record satisfies never;
  }
}

const saidIn = ({ said }: BenOrState, round: number): { report?: Bit; proposal?: Bit | null } => madeIn(said, round, () => ({}));

const heardIn = ({ heard }: BenOrState, round: number): Heard => madeIn(heard, round, () => ({ reports: new Map(), proposals: new Map() }));

/** What a map has there, made if need be. */
function madeIn<Value>(map: Map<number, Value>, round: number, make: () => Value): Value {
  let value = map.get(round);
  if (value === undefined) map.set(round, (value = make()));
  return value;
}

/** The other value, something where there should be nothing, and what is for the next round. */
function liesOf(_context: Context, honest: Message): readonly Message[] {
  switch (honest.type) {
    case 'report':
      return [{ ...honest, value: honest.value === 0 ? 1 : 0 }, { ...honest, round: honest.round + 1 }, { type: 'proposal', round: honest.round, value: honest.value === 0 ? 1 : 0 }];
    case 'proposal':
      return [...BITS.filter((value) => value !== honest.value).map((value) => ({ ...honest, value })), { ...honest, value: null }, { ...honest, round: honest.round + 1, value: 1 }];
    case 'behind':
      return [];
    default:
      return honest satisfies never;
  }
}
