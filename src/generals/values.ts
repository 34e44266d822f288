/**
 * The values that a protocol agrees on, as the protocol sees them: it may hold them, pass them on, and combine them by these
 * few operations, and no other way. So the same code runs on orders, where an operation is a comparison or a sum, and on
 * symbols (`symbolic/`), where it makes a word of what is not known yet; and what is proven there is proven of this code.
 */
import type { NodeId } from '../core/node.ts';
import { DEFAULT_ORDER, ORDERS, type Order } from './order.ts';

/** What is agreed on. Whoever looks into it has left the algebra. */
export interface Value {
  readonly __brand: 'Value';
}

/** A value, or nothing: what a silent general said, and what a king proposes that is for neither order. */
export type Maybe = Value | { readonly __brand: 'Nothing' };

/** Whether something is so. */
export interface Truth {
  readonly __brand: 'Truth';
}

export interface Values {
  /** What a general takes that was told nothing usable. */
  readonly default: Value;
  of(order: Order): Value;
  /** As a decision is put out. */
  order(value: Value): Order;
  /** The one, or the other where the one is nothing. */
  orElse(one: Maybe, other: Value): Value;
  /** The value that strictly more than half of these are for, what is nothing being for the default; on a tie the default. */
  majority(votes: readonly Maybe[]): Value;
  /** The same many times: of each of `own`, together with as many of `others` as come to each, which stand side by side. */
  majorities(own: readonly Maybe[], others: readonly Maybe[]): readonly Value[];
  /** The value that at least k of these are for, or nothing. Of two such values the first by name. */
  atLeast(k: number, votes: readonly Maybe[]): Maybe;
  isSaid(one: Maybe): Truth;
  select(by: Truth, chosen: Value, otherwise: Value): Value;
  /** How messages are written and read here. A protocol asks for its own. */
  through<Label, Message>(wording: Wording<Label, Message>): Wording<Label, Message>;
}

/**
 * How a protocol's messages are written: each is a value under a label, which says what it is about. Only labels may be looked
 * into. What a traitor says in the place of an honest message is another value under the same label, or nothing.
 */
export interface Wording<Label, Message> {
  write(label: Label, value: Maybe): Message;
  labelOf(message: Message): Label;
  valueOf(message: Message): Maybe;
  /** A label after generals have changed places, where it names some. Without it a label stays as it is. */
  rename?(setting: Naming, label: Label, place: (id: NodeId) => NodeId): Label;
}

/** Whom a label may name. */
export interface Naming {
  readonly members: readonly NodeId[];
  readonly commander: NodeId;
  readonly m: number;
}

/** The same in every algebra. */
export const NOTHING: Maybe = opaque(0);

/**
 * On orders a value is a number, so that a sum of them needs no branch: what traitors say cannot be predicted. What is nothing
 * counts as the default does, and a tie is the default: what matters is whether more than half are against it.
 */
const [DEFAULT, AGAINST] = [1, 2];
const IS_DEFAULT_ATTACK = DEFAULT_ORDER === 'attack' ? 1 : 0;

/** The algebra on orders. */
export const PLAIN: Values = {
  default: valueIn(DEFAULT_ORDER),
  of: valueIn,
  order: (value) => orderIn(value) ?? DEFAULT_ORDER,
  orElse: (one, other) => (one === NOTHING ? other : (one as Value)),

  majority(votes) {
    let against = 0;
    for (let place = 0; place < votes.length; place += 1) against += isAgainst(votes[place]!);
    return majorityOf(against, votes.length);
  },

  majorities(own, others) {
    const width = others.length / own.length;
    const made: Value[] = [];
    for (let place = 0, next = 0; place < own.length; place += 1) {
      let against = isAgainst(own[place]!);
      for (const end = next + width; next < end; next += 1) against += isAgainst(others[next]!);
      made.push(majorityOf(against, width + 1));
    }
    return made;
  },

  atLeast(k, votes) {
    const count = { attack: 0, retreat: 0 };
    for (const vote of votes) if (vote !== NOTHING) count[orderIn(vote)!] += 1;
    const found = ORDERS.find((order) => count[order] >= k);
    return found === undefined ? NOTHING : valueIn(found);
  },

  isSaid: (one) => opaque(one !== NOTHING),
  select: (by, chosen, otherwise) => (isTrue(by) ? chosen : otherwise),
  through: (wording) => wording,
};

/** An order as a value of the plain algebra, for those who write messages. */
export function valueIn(order: Order): Value {
  return opaque(order === DEFAULT_ORDER ? DEFAULT : AGAINST);
}

/** A value of the plain algebra as an order, for those who write messages and for people; undefined if it is nothing. */
export function orderIn(one: Maybe): Order | undefined {
  return one === NOTHING ? undefined : isAttack(one) === 1 ? 'attack' : 'retreat';
}

/** 1 for attack, else 0; nothing is as the default. */
export const isAttack = (one: Maybe): number => isAgainst(one) ^ IS_DEFAULT_ATTACK;

/** 1 for the order that is not the default, else 0. */
const isAgainst = (one: unknown): number => (one as number) >> 1;

const majorityOf = (against: number, votes: number): Value => opaque(2 * against > votes ? AGAINST : DEFAULT);

const isTrue = (truth: unknown): boolean => truth as boolean;

/** What only an algebra looks into. */
function opaque<T>(content: unknown): T {
  return content as T;
}
