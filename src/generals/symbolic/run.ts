/**
 * A protocol's own code, run on symbols: each loyal general does what `step` says, and what a traitor says is a coin. What
 * comes out are words (`words.ts`), one for each decision, in which only the coins are unknown.
 */
import { symbolicSigner } from '../../core/signer.ts';
import { strictMajority } from '../../core/quorum.ts';
import { QUORUM, type NodeId, type Quorum } from '../../core/node.ts';
import { contextOf, maySpeak, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import type { Maybe, Values } from '../values.ts';
import type { Order } from '../order.ts';
import { Labelled, NotOverValues, ValueSymbol, attackIn, labelled, symbolIn, symbolicValues } from './algebra.ts';
import type { Instance } from './instance.ts';
import { FALSE, TRUE, Circuitry, type Signal } from './words.ts';

/** A message of a traitor: what a `Question` about it says, and its label. */
export interface Slot {
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly index: number;
  readonly label: unknown;
}

/** What the traitors say: by coins that are attack or retreat, or anything that may be said at all. */
export type Treachery = 'coin' | 'anything';

/** One symbolic run: for each property that is counted, the word of the orders in which it came about. */
export interface Run {
  readonly words: Circuitry;
  readonly agreementViolated: Signal;
  readonly validityViolated: Signal;
  readonly executedAttack: Signal;
  readonly executedRetreat: Signal;
  /** In which orders each loyal lieutenant attacks. */
  readonly decisions: ReadonlyMap<NodeId, Signal>;
  readonly slots: readonly Slot[];
  /** All messages that are sent, as far as they may be. */
  readonly sent: readonly Slot[];
}

/** The name of the coin that settles what a traitor says in the place of a message, or votes. */
export const tossOf = ({ round, from, to, index }: Pick<Slot, 'round' | 'from' | 'index'> & { readonly to: NodeId | Quorum }): string => `${round} ${from} ${to} ${index}`;

/** The coin of a traitor's ballot. */
export const ballotOf = (from: NodeId): string => tossOf({ round: 0, from, to: QUORUM, index: 0 });

/** The coin of the order, where it may be either. */
export const ORDERED = 'order';

/** An army with more messages than this takes too long to be run on symbols: up to here it is about a second. */
const MESSAGES_MAX = 150_000;

/** Whether it may be run on symbols: the protocol says that it keeps to values, takes so many generals and m, and is not too large. */
export function canRun({ protocol, members, commander, m }: Instance, most = MESSAGES_MAX): boolean {
  if (protocol.wording === undefined || members.length < 1 || protocol.refuses(members.length, m) !== undefined) return false;
  return protocol.messages({ commander, members, m }) <= most;
}

/** What a traitor may say in the place of a message, as words: attack, retreat, or nothing. */
export function anything(words: Circuitry, toss: string): ValueSymbol {
  const attack = words.coin(`${toss} attack`);
  return new ValueSymbol(attack, words.andNot(words.coin(`${toss} retreat`), attack));
}

/** What is behind a traitor's first word to somebody: the honest message and a lie, or two lies. */
export const again = (toss: string): string => `${toss} again`;

/** @throws NotOverValues if the protocol does not keep to the algebra; whatever it throws itself, having met a symbol */
export function runOf(instance: Instance, treachery: Treachery, words = new Circuitry()): Run {
  const { protocol, members, commander, traitors } = instance;
  const values = symbolicValues(words);
  const order = orderOf(instance, words);
  const isTraitor = new Set(traitors);
  const army = members.map((self) => symbolicGeneral(instance, self, values));
  const byId = new Map(army.map((one) => [one.context.self, one]));
  const slots: Slot[] = [];
  const sent: Slot[] = [];
  const rounds = protocol.rounds(army[0]!.context);
  const head = byId.get(commander)!;
  protocol.step(head.context, head.state, { type: 'input', input: order as Order });
  for (let round = 1; round <= rounds + 1; round += 1) {
    for (const one of army) for (const effect of protocol.step(one.context, one.state, { type: 'round', round, inbox: one.inbox })) perform(one, round, effect);
    for (const one of army) {
      one.inbox = one.next;
      one.next = [];
      one.sent.clear();
    }
  }
  const loyal = members.filter((id) => id !== commander && !isTraitor.has(id));
  const decisions = new Map(loyal.map((id) => [id, decisionOf(byId.get(id)!)]));
  const ordered = isTraitor.has(commander) ? undefined : attackIn(values.of(order as Order));
  return { words, ...broken(words, [...decisions.values()], ordered), ...verdict(), decisions, slots, sent };

  function perform(one: General, round: number, effect: RoundsEffect<OrderVocabulary>): void {
    if (effect.type === 'output') one.decision ??= symbolIn(effect.output);
    if (effect.type !== 'send' || effect.messages.length === 0) return;
    const from = one.context.self;
    for (const to of effect.to) {
      const first = one.sent.get(to) ?? 0;
      one.sent.set(to, first + effect.messages.length);
      if (to === from || !maySpeak(protocol, one.context, round, from, to)) continue;
      const messages = effect.messages.flatMap((message, place) => {
        const { label } = labelled(message);
        const slot = { round, from, to, index: first + place, label };
        sent.push(slot);
        if (!isTraitor.has(from)) return [message];
        slots.push(slot);
        return saidIn(slot);
      });
      const hearer = byId.get(to);
      if (hearer === undefined) continue;
      const last = hearer.next.at(-1);
      if (last?.from === from) hearer.next[hearer.next.length - 1] = { from, messages: [...last.messages, ...messages] };
      else hearer.next.push({ from, messages });
    }
  }

  function saidIn(slot: Slot): Labelled[] {
    const toss = tossOf(slot);
    if (treachery === 'anything') return [toss, again(toss)].map((name) => new Labelled(slot.label, () => maybe(anything(words, name))));
    return [new Labelled(slot.label, () => maybe(coinOf(toss)))];
  }

  function coinOf(toss: string): ValueSymbol {
    const coin = words.coin(toss);
    return new ValueSymbol(coin, words.not(coin));
  }

  /** As `verdictOf` in the judge: strictly more than half of the secondaries' ballots; a primary without secondaries decides alone. */
  function verdict(): Pick<Run, 'executedAttack' | 'executedRetreat'> {
    if (treachery === 'anything') return { executedAttack: FALSE, executedRetreat: FALSE };
    const ballots = [...decisions.values(), ...members.filter((id) => id !== commander && isTraitor.has(id)).map((id) => words.coin(ballotOf(id)))];
    const voters = ballots.length === 0 ? [decisionOf(head)] : ballots;
    const needed = strictMajority(voters.length);
    return { executedAttack: words.atLeast(voters, needed), executedRetreat: words.not(words.atLeast(voters, voters.length - needed + 1)) };
  }
}

/** A general that runs on symbols. */
export interface General {
  readonly context: Context;
  state: unknown;
  inbox: Heard<unknown>[];
  next: Heard<unknown>[];
  /** How many messages were for each in this round. */
  readonly sent: Map<NodeId, number>;
  decision: ValueSymbol | undefined;
}

export function symbolicGeneral({ protocol, members, commander, m }: Instance, self: NodeId, values: Values): General {
  const context = { ...contextOf({ members, commander, m, number: 1 }, self, symbolicSigner(self)), values };
  return { context, state: protocol.begin(context), inbox: [], next: [], sent: new Map(), decision: undefined };
}

/** What the commander is told. */
function orderOf({ order }: Instance, words: Circuitry): ValueSymbol | Order {
  if (order !== 'either') return order;
  const coin = words.coin(ORDERED);
  return new ValueSymbol(coin, words.not(coin));
}

const maybe = (symbol: unknown): Maybe => symbol as Maybe;

function decisionOf({ context, decision }: General): Signal {
  if (decision === undefined) throw new NotOverValues(`G${context.self} decided nothing`);
  return decision.attack;
}

/** As `findingsOf` in the judge. @param ordered what a loyal commander ordered */
function broken(words: Circuitry, decisions: readonly Signal[], ordered: Signal | undefined): Pick<Run, 'agreementViolated' | 'validityViolated'> {
  const some = decisions.reduce((a, b) => words.or(a, b), FALSE);
  const all = decisions.reduce((a, b) => words.and(a, b), TRUE);
  const disobeyed = decisions.reduce((any, one) => words.or(any, words.xor(one, ordered ?? one)), FALSE);
  return { agreementViolated: decisions.length === 0 ? FALSE : words.andNot(some, all), validityViolated: disobeyed };
}
