import type { Order } from '../order.ts';
import { DEFAULT_ORDER } from '../order.ts';
import { NOTHING, type Maybe, type Value, type Values, type Wording } from '../values.ts';
import { FALSE, TRUE, type Circuitry, type Signal } from './words.ts';

/** A protocol has looked into a value, or made one by itself, so that it cannot be run on symbols. */
export class NotOverValues extends Error {}

/** A value that is not known yet: in which orders it is attack, and in which retreat. In what is left it is nothing. */
export class ValueSymbol {
  readonly attack: Signal;
  readonly retreat: Signal;

  constructor(attack: Signal, retreat: Signal) {
    this.attack = attack;
    this.retreat = retreat;
  }

  [Symbol.toPrimitive](): never {
    throw new NotOverValues('a value was looked into');
  }
}

/** A truth that is not known yet. */
export class TruthSymbol {
  readonly signal: Signal;

  constructor(signal: Signal) {
    this.signal = signal;
  }

  [Symbol.toPrimitive](): never {
    throw new NotOverValues('a truth was looked into');
  }
}

/** A message as symbols have it, for all protocols alike. */
export class Labelled {
  readonly label: unknown;
  readonly #value: () => Maybe;

  /** @param value asked for when somebody looks at it: what nobody looks at needs no words */
  constructor(label: unknown, value: () => Maybe) {
    this.label = label;
    this.#value = value;
  }

  get value(): Maybe {
    return this.#value();
  }
}

/** The algebra on symbols: each operation makes words. */
export function symbolicValues(words: Circuitry): Values {
  const known = { attack: new ValueSymbol(TRUE, FALSE), retreat: new ValueSymbol(FALSE, TRUE) };
  const fallback = opaque<Value>(known[DEFAULT_ORDER]);
  /** In which orders it counts as attack, nothing being for the default. */
  const attackOf = (one: unknown): Signal => (DEFAULT_ORDER === 'attack' ? words.not(retreatIn(one)) : attackIn(one));
  const whole = (attack: Signal): Value => opaque(new ValueSymbol(attack, words.not(attack)));

  const majority = (votes: readonly Maybe[]): Value => {
    const attacks = votes.map(attackOf);
    const half = Math.floor(votes.length / 2);
    // On a tie the default.
    return whole(words.atLeast(attacks, DEFAULT_ORDER === 'attack' ? votes.length - half : half + 1));
  };

  return {
    default: fallback,
    // Of one that may be either there is a symbol already.
    of: (order: unknown) => opaque(order instanceof ValueSymbol ? order : known[order as Order]),
    order: (value) => opaque<Order>(symbolIn(value)),
    orElse: (one, other) => (one === NOTHING ? other : whole(words.or(attackIn(one), words.andNot(attackIn(other), retreatIn(one))))),
    majority,
    majorities(own, others) {
      const width = others.length / own.length;
      return own.map((one, place) => majority([one, ...others.slice(place * width, (place + 1) * width)]));
    },
    atLeast(k, votes) {
      const attack = words.atLeast(votes.map(attackIn), k);
      return opaque(new ValueSymbol(attack, words.andNot(words.atLeast(votes.map(retreatIn), k), attack)));
    },
    isSaid: (one) => opaque(new TruthSymbol(one === NOTHING ? FALSE : words.or(attackIn(one), retreatIn(one)))),
    select: (by, chosen, otherwise) => whole(words.select({ by: truthIn(by), chosen: attackIn(chosen), otherwise: attackIn(otherwise) })),
    through: <Label, Message>(): Wording<Label, Message> => LABELLED,
  };
}

const LABELLED: Wording<any, any> = {
  write: (label: unknown, value: Maybe) => new Labelled(label, () => value),
  labelOf: (message: unknown) => labelled(message).label,
  valueOf: (message: unknown) => labelled(message).value,
};

/** @throws NotOverValues if a message is something else */
export function labelled(message: unknown): Labelled {
  if (message instanceof Labelled) return message;
  throw new NotOverValues('a message was made without its wording');
}

/** @throws NotOverValues if it is something else */
export function symbolIn(value: unknown): ValueSymbol {
  if (value instanceof ValueSymbol) return value;
  throw new NotOverValues('a value was made without the algebra');
}

export const attackIn = (one: unknown): Signal => (one === NOTHING ? FALSE : symbolIn(one).attack);
export const retreatIn = (one: unknown): Signal => (one === NOTHING ? FALSE : symbolIn(one).retreat);

function truthIn(truth: unknown): Signal {
  if (truth instanceof TruthSymbol) return truth.signal;
  throw new NotOverValues('a truth was made without the algebra');
}

/** What only an algebra looks into. */
function opaque<T>(content: unknown): T {
  return content as T;
}
