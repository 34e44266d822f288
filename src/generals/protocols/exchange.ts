/**
 * The one-round exchange of the first generals program, which is OM(1) of Lamport, Shostak and Pease, "The Byzantine
 * Generals Problem" (ACM TOPLAS 4(3), 1982, §3), whatever the number of traitors.
 *
 * Promises, with n > 3 and at most one traitor: all loyal lieutenants decide the same (IC1), and what a loyal commander
 * ordered (IC2). With more traitors it promises nothing: two among seven can split the loyal.
 *
 * Round 1. The commander sends its order to every lieutenant.
 * Round 2. Upon hearing the commander, a lieutenant tells every other lieutenant what it heard; upon hearing nothing, it
 *          takes the default order, retreat, for heard.
 * Then     upon the others' reports (a missing one again being retreat), it decides for the majority of the n − 1
 *          orders that it holds, a tie being retreat.
 *
 * We depart from the paper in one thing: the commander decides too, for its own order.
 */
import { firstWord, firstWords } from '../first-words.ts';
import { DEFAULT_ORDER, counterpart, parseOrder, type Order } from '../order.ts';
import type { NodeId } from '../../core/node.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsProtocol, Vote } from '../protocol.ts';
import { byzantineMembers, faultsTolerated } from '../../core/quorum.ts';
import { orderIn, valueIn, type Value, type Wording } from '../values.ts';

interface Exchange extends OrderVocabulary {
  readonly message: Order;
}

interface ExchangeState {
  /** What the commander ordered: its own order, or what a lieutenant heard. */
  order: Value;
}

/** A message is an order and no more. */
const wording: Wording<undefined, Order> = {
  write: (_label, value) => orderIn(value) ?? DEFAULT_ORDER,
  labelOf: () => undefined,
  valueOf: valueIn,
};

export const exchange: RoundsProtocol<Exchange, ExchangeState, 'exchange'> = {
  name: 'exchange',
  summary: 'one round of telling each other what the commander said; OM(1), so it is sure against one traitor only',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: faultsTolerated,
  refuses: () => undefined,
  rounds: () => 2,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members: { length: n } }) => n - 1 + (n - 1) * Math.max(0, n - 2),
  lies: (_context, honest) => [counterpart(honest)],
  parse: parseOrder,
  wording,
  claims: { silenceIsTheDefault: true, firstWordCounts: true, isSteady: true },
  tree: { levels: () => 1, pathOf: ({ commander }, round, from) => (round === 1 ? [commander] : [commander, from]) },
  effort: { few: 0.05, many: 0.04 },

  votes: (context, [orders = [], reports = []]) => [
    voteOf(context.commander, orders),
    ...others(context).map((lieutenant) => voteOf(lieutenant, reports)),
  ],

  begin: ({ values }) => ({ order: values.default }),

  step(context, state, event) {
    switch (event.type) {
      case 'input':
        state.order = context.values.of(event.input);
        return [];
      case 'round':
        if (context.self === context.commander) return event.round === 1 ? command(context, state) : [];
        if (event.round === 2) return relay(context, state, event.inbox);
        return event.round === 3 ? decide(context, state, event.inbox) : [];
      default:
        event satisfies never;
        return [];
    }
  },
};

function command(context: Context, { order }: ExchangeState): RoundsEffect<Exchange>[] {
  return [tell(context, order), { type: 'output', output: context.values.order(order) }];
}

function relay(context: Context, state: ExchangeState, inbox: readonly Heard<Order>[]): RoundsEffect<Exchange>[] {
  const { commander, values } = context;
  state.order = values.orElse(firstWord(values.through(wording), commander, inbox, undefined), values.default);
  return [tell(context, state.order)];
}

/** The first word of each counts. Nobody is asked who is no lieutenant, and the silent are for the default. */
function decide({ self, lieutenants, values }: Context, { order }: ExchangeState, inbox: readonly Heard<Order>[]): RoundsEffect<Exchange>[] {
  const orders = firstWords(values.through(wording), lieutenants, inbox, undefined);
  orders[lieutenants.indexOf(self)] = order;
  return [{ type: 'output', output: values.order(values.majority(orders)) }];
}

/** For people: what a general said, or the default if it said nothing. */
function voteOf(from: NodeId, inbox: readonly Heard<Order>[]): Vote {
  const said = inbox.find((heard) => heard.from === from)?.messages[0];
  return { from, order: said ?? DEFAULT_ORDER, isAssumed: said === undefined };
}

const others = ({ self, lieutenants }: Context): NodeId[] => lieutenants.filter((id) => id !== self);

const tell = (context: Context, order: Value): RoundsEffect<Exchange> => ({ type: 'send', to: others(context), messages: [context.values.through(wording).write(undefined, order)] });
