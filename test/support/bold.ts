import { firstWord } from '../../src/generals/first-words.ts';
import type { NodeId } from '../../src/core/node.ts';
import { ORDERS, counterpart, type Order } from '../../src/generals/order.ts';
import type { Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../../src/generals/protocol.ts';
import { NOTHING, orderIn, valueIn, type Maybe, type Value, type Wording } from '../../src/generals/values.ts';

interface Bold extends OrderVocabulary {
  readonly message: Order;
}

interface BoldState {
  own: Value;
  /** What the other lieutenant said at first. */
  called: Maybe;
}

const wording: Wording<'order', Order> = {
  write: (_label, value) => orderIn(value) ?? 'retreat',
  labelOf: () => 'order',
  valueOf: valueIn,
};

/**
 * Two lieutenants call the order to the others, twice. Who is to retreat and is called to attack both times attacks, and who is to attack
 * does so whatever it hears. Both are worked out in the same way, which tells no law of Boolean algebra that attack is sure: so under
 * a loyal commander its run on symbols folds for neither order, and a traitor can break the one and not the other.
 */
export const bold: RoundsProtocol<Bold, BoldState, 'bold'> = {
  name: 'bold',
  summary: 'two calls for attack move who is to retreat',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: () => 3,
  faultsByDefault: () => 1,
  refuses: (members) => (members === 3 ? undefined : 'it is for three generals'),
  rounds: () => 3,
  speaks: ({ commander }, round, from) => (round === 1) === (from === commander),
  messages: () => 10,
  lies: (_context, honest) => [counterpart(honest)],
  parse: (input) => ORDERS.find((order) => order === input),
  wording,

  begin: ({ values }) => ({ own: values.default, called: NOTHING }),

  step(context, state, event) {
    const { self, commander, members, values } = context;
    if (event.type === 'input') {
      state.own = values.of(event.input);
      return [];
    }
    const { round, inbox } = event;
    if (self === commander) return round === 1 ? [tell(context, state.own), { type: 'output', output: values.order(state.own) }] : [];
    const heard = (from: NodeId): Maybe => firstWord(values.through(wording), from, inbox, 'order');
    const other = members.find((id) => id !== self && id !== commander)!;
    if (round === 2) state.own = values.orElse(heard(commander), values.default);
    if (round === 3) state.called = heard(other);
    if (round === 2 || round === 3) return [tell(context, state.own)];
    return round === 4 ? [{ type: 'output', output: values.order(decided(context, state, heard(other))) }] : [];
  },
};

function decided({ values }: Context, { own, called }: BoldState, again: Maybe): Value {
  const attack = values.of('attack');
  const isTwice = values.isSaid(values.atLeast(3, [called, again, attack]));
  // Of two calls for attack one at least is for it.
  return values.select(isTwice, values.majority([called, again, attack]), own);
}

const tell = ({ self, members, values }: Context, value: Value): RoundsEffect<Bold> => ({
  type: 'send',
  to: members.filter((id) => id !== self),
  messages: [values.through(wording).write('order', value)],
});
