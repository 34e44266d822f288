/**
 * The phase queen of Berman and Garay, "Asymptotically optimal distributed consensus" (ICALP 1989), as a stranger would write it who
 * has read `docs/writing-a-protocol.md`: one file.
 *
 * Promises, with n > 4m and at most m traitors: all loyal lieutenants decide the same (IC1), and what a loyal commander ordered (IC2).
 *
 * Round 1. The commander sends its order to every lieutenant, who takes it for its value; a missing one being the default.
 * Then     there are m + 1 phases of two rounds. The queen of phase k is the k-th of the members by id.
 *   values Everyone sends its value to all. A general takes the majority of all n values, a missing one being the default, and
 *          is sure if more than n / 2 + m are for it.
 *   queen  The queen sends its value to all. Who is not sure takes the queen's value, a missing one being the default.
 * At last  a general decides for its value. The commander decides for its own order.
 */
import { firstWord, firstWords } from '../../../src/generals/first-words.ts';
import { DEFAULT_ORDER, ORDERS, counterpart, type Order } from '../../../src/generals/order.ts';
import type { NodeId } from '../../../src/core/node.ts';
import type { Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../../../src/generals/protocol.ts';
import { orderIn, valueIn, type Maybe, type Truth, type Value, type Wording } from '../../../src/generals/values.ts';

const KINDS = ['order', 'value', 'queen'] as const;
type Kind = (typeof KINDS)[number];
type Message = `${Kind} ${Order}`;

interface Queen extends OrderVocabulary {
  readonly message: Message;
}

interface QueenState {
  value: Value;
  sure: Truth;
}

const contentOf = (message: Message): Order => (message.endsWith('attack') ? 'attack' : 'retreat');

const wording: Wording<Kind, Message> = {
  write: (kind, value) => `${kind} ${orderIn(value) ?? DEFAULT_ORDER}`,
  labelOf: (message) => KINDS.find((kind) => message.startsWith(kind))!,
  valueOf: (message) => valueIn(contentOf(message)),
};

const MESSAGES: ReadonlySet<unknown> = new Set(KINDS.flatMap((kind) => ORDERS.map((order) => `${kind} ${order}`)));

export const queen: RoundsProtocol<Queen, QueenState, 'queen'> = {
  name: 'queen',
  summary: 'phase queen of 1989: two rounds a phase; stands m traitors among 4m + 1',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: (faults) => 4 * faults + 1,
  faultsByDefault: (members) => Math.max(0, Math.floor((members - 1) / 4)),
  refuses: (members, faults) => (faults < Math.max(1, members) ? undefined : 'there must be a queen for each phase'),
  rounds: ({ m: faults }) => 1 + 2 * (faults + 1),
  speaks: ({ commander, members }, round, from) => (round === 1 ? from === commander : round % 2 === 0 || from === members[(round - 3) / 2]),
  messages: ({ members: { length: n }, m: faults }) => n - 1 + (faults + 1) * (n + 1) * (n - 1),
  lies: (_context, honest) => [wording.write(wording.labelOf(honest), valueIn(counterpart(contentOf(honest))))],
  parse: (input) => (MESSAGES.has(input) ? (input as Message) : undefined),
  wording,
  claims: { silenceIsTheDefault: true, firstWordCounts: true, isSteady: true },

  begin: ({ values }) => ({ value: values.default, sure: values.isSaid(values.default) }),

  step(context, state, event) {
    const { self, commander, values, m: faults } = context;
    if (event.type === 'input') {
      state.value = values.of(event.input);
      return [];
    }
    const { round, inbox } = event;
    const others = context.members.filter((id) => id !== self);
    const heard = (from: NodeId, kind: Kind): Value => values.orElse(firstWord(values.through(wording), from, inbox, kind), values.default);
    const queenOf = (phase: number): NodeId => context.members[phase]!;
    if (round === 1) return self === commander ? [tell(context, 'order', state.value), { type: 'output', output: values.order(state.value) }] : [];
    const phase = Math.floor((round - 2) / 2);
    if (round % 2 === 1) {
      const votes = firstWords(values.through(wording), others, inbox, 'value').map((vote): Maybe => values.orElse(vote, values.default));
      votes.push(state.value);
      state.value = values.majority(votes);
      state.sure = values.isSaid(values.atLeast(Math.floor(votes.length / 2) + faults + 1, votes));
      return self === queenOf(phase) ? [tell(context, 'queen', state.value)] : [];
    }
    if (round === 2 && self !== commander) state.value = heard(commander, 'order');
    if (round > 2 && queenOf(phase - 1) !== self) state.value = values.select(state.sure, state.value, heard(queenOf(phase - 1), 'queen'));
    if (phase <= faults) return [tell(context, 'value', state.value)];
    return phase === faults + 1 && self !== commander ? [{ type: 'output', output: values.order(state.value) }] : [];
  },
};

const tell = ({ self, members, values }: Context, kind: Kind, value: Value): RoundsEffect<Queen> => ({
  type: 'send',
  to: members.filter((id) => id !== self),
  messages: [values.through(wording).write(kind, value)],
});
