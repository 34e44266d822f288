/**
 * The phase king algorithm of Berman, Garay and Perry, "Towards optimal distributed consensus" (FOCS 1989), in the
 * variant with three rounds a phase that stands every f < n/3; the simpler one, with two, stands f < n/4 only. We follow
 * its telling by Abraham and Lewis-Pye, "Phase-king through the lens of gradecast" (2022).
 *
 * Promises, with n > 3m and at most m traitors: all loyal lieutenants decide the same (IC1), and what a loyal commander
 * ordered (IC2). It takes 3m + 4 rounds and some 2(m + 1)n² messages, where OM(m) takes m + 1 rounds and some n to the
 * power of m + 1. It assumes, as OM does, that a message tells who sent it and that its absence is noticed.
 *
 * Round 1. The commander sends its order to every lieutenant. Upon hearing it, a lieutenant takes it for its value; upon
 *          hearing nothing, the default order, retreat. The commander's value is its order.
 * Then     there are m + 1 phases of three rounds. The king of phase k is the k-th of the members by id.
 *   values    Everyone sends its value to all.
 *   proposals Upon n − m equal values, its own among them, a general proposes that value to all; else it proposes nothing,
 *             and says so. No two loyal generals propose different values: n − m and n − m share a loyal one, as n > 3m.
 *             Upon n − m proposals of a value, a general takes that value and is sure; upon m + 1, takes it, unsure; else
 *             it keeps its own, unsure. If one loyal general is sure, all loyal have taken its value.
 *   king      The king sends its value to all. Who is not sure takes the king's value, a missing one being retreat.
 * At last  a general decides for its value. One of m + 1 kings is loyal, after its phase all loyal have the same value,
 *          and from then on all of them are sure.
 *
 * We depart from the papers in two things: theirs starts with a value for each general, and ours with a first round that
 * makes the values from the commander's order; and who has nothing to propose says so, instead of staying silent, so that
 * what a traitor could have said there is among the lies. The commander decides for its own order.
 */
import { counted } from '../../core/figures.ts';
import { firstWord, firstWords } from '../first-words.ts';
import { ORDERS, type Order } from '../order.ts';
import type { NodeId } from '../../core/node.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../protocol.ts';
import { byzantineMembers, faultsTolerated } from '../../core/quorum.ts';
import { NOTHING, orderIn, valueIn, type Maybe, type Truth, type Value, type Wording } from '../values.ts';

type Kind = 'order' | 'value' | 'proposal' | 'king';
type Content = Order | 'nothing';

/** A kind and what is said, `proposal attack`: what was meant for one round must not count in the next. */
export type KingMessage = `${Kind} ${Content}`;

interface King extends OrderVocabulary {
  readonly message: KingMessage;
}

interface KingState {
  value: Value;
  /** What it proposed in this phase. */
  proposal: Maybe;
  /** Whether no king can change its value in this phase. */
  sure: Truth;
}

/** A value's label is its kind. */
const wording: Wording<Kind, KingMessage> = {
  write: (kind, value) => `${kind} ${orderIn(value) ?? 'nothing'}`,
  labelOf: (message) => MEANINGS.get(message)!.kind,
  valueOf: (message) => MEANINGS.get(message)!.value,
};

export const king: RoundsProtocol<King, KingState, 'king'> = {
  name: 'king',
  summary: 'phase king of 1989: vote, propose, and let a king settle doubts, m + 1 times; stands m traitors among 3m + 1, few messages',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: faultsTolerated,
  refuses: (members, faults) =>
    faults < Math.max(1, members)
      ? undefined
      : `phase king with m = ${faults} does not fit ${counted(members, 'general')}: it needs m + 1 kings, so m is at most n - 1, here ${members - 1}`,
  rounds: ({ m: faults }) => 1 + 3 * (faults + 1),
  speaks,
  messages: ({ members: { length: n }, m: faults }) => n - 1 + (faults + 1) * (2 * n * (n - 1) + (n - 1)),
  lies: (_context, honest) => [...MEANINGS.values()].filter(({ kind, message }) => honest.startsWith(`${kind} `) && message !== honest).map(({ message }) => message),
  parse: (input) => MEANINGS.get(input)?.message,
  wording,
  claims: { firstWordCounts: true, isSteady: true },
  effort: { few: 0.3, many: 0.2 },

  begin: ({ values }) => ({ value: values.default, proposal: NOTHING, sure: values.isSaid(NOTHING) }),

  step(context, state, event) {
    switch (event.type) {
      case 'input':
        state.value = context.values.of(event.input);
        return [];
      case 'round':
        return takePart(context, state, event.round, event.inbox);
      default:
        event satisfies never;
        return [];
    }
  },
};

/** In a round of values or proposals everyone speaks, in the others only the commander or a king. */
function speaks(context: Context, round: number, from: NodeId): boolean {
  if (round === 1) return from === context.commander;
  return round % 3 !== 1 || from === kingOf(context, Math.floor((round - 2) / 3));
}

/** The first round is the commander's; rounds 2, 3 and 4 are the first phase; one round without messages follows the last. */
function takePart(context: Context, state: KingState, round: number, inbox: readonly Heard<KingMessage>[]): RoundsEffect<King>[] {
  const phase = Math.floor((round - 2) / 3);
  if (round === 1) return context.self === context.commander ? command(context, state) : [];
  if (round === 2) heed(context, state, inbox);
  else if ((round - 2) % 3 === 0) obey(context, state, phase - 1, inbox);
  if (phase > context.m) return round === 2 + 3 * (context.m + 1) ? decide(context, state) : [];
  switch ((round - 2) % 3) {
    case 0:
      return [tellAll(context, 'value', state.value)];
    case 1:
      propose(context, state, inbox);
      return [tellAll(context, 'proposal', state.proposal)];
    default:
      weigh(context, state, inbox);
      return context.self === kingOf(context, phase) ? [tellAll(context, 'king', state.value)] : [];
  }
}

const command = (context: Context, { value }: KingState): RoundsEffect<King>[] => [
  tellAll(context, 'order', value),
  { type: 'output', output: context.values.order(value) },
];

function heed(context: Context, state: KingState, inbox: readonly Heard<KingMessage>[]): void {
  const { self, commander, values } = context;
  if (self !== commander) state.value = values.orElse(firstWord(values.through(wording), commander, inbox, 'order'), values.default);
}

function propose(context: Context, state: KingState, inbox: readonly Heard<KingMessage>[]): void {
  const { members, m: faults, values } = context;
  state.proposal = values.atLeast(members.length - faults, [state.value, ...saidBy(context, 'value', inbox)]);
}

function weigh(context: Context, state: KingState, inbox: readonly Heard<KingMessage>[]): void {
  const { members, m: faults, values } = context;
  const proposals = [state.proposal, ...saidBy(context, 'proposal', inbox)];
  const certain = values.atLeast(members.length - faults, proposals);
  const likely = values.atLeast(faults + 1, proposals);
  state.sure = values.isSaid(certain);
  state.value = values.orElse(certain, values.orElse(likely, state.value));
}

/** Takes the king's value, unless one is sure, or the king. */
function obey(context: Context, state: KingState, phase: number, inbox: readonly Heard<KingMessage>[]): void {
  const { self, values } = context;
  const king = kingOf(context, phase);
  if (king === undefined || king === self) return;
  const value = values.orElse(firstWord(values.through(wording), king, inbox, 'king'), values.default);
  state.value = values.select(state.sure, state.value, value);
}

const decide = ({ self, commander, values }: Context, { value }: KingState): RoundsEffect<King>[] =>
  self === commander ? [] : [{ type: 'output', output: values.order(value) }];

/** Any m + 1 generals would do, as long as all agree who they are. */
const kingOf = ({ members }: Context, phase: number): NodeId | undefined => members[phase];

const othersIn = ({ self, members }: Context): NodeId[] => members.filter((id) => id !== self);

const tellAll = (context: Context, kind: Kind, value: Maybe): RoundsEffect<King> => ({
  type: 'send',
  to: othersIn(context),
  messages: [context.values.through(wording).write(kind, value)],
});

/** What each of the others said in that way; who said something first and then something else is taken at its first word. */
const saidBy = (context: Context, kind: Kind, inbox: readonly Heard<KingMessage>[]): Maybe[] =>
  firstWords(context.values.through(wording), othersIn(context), inbox, kind);

/** All messages that there are. */
const MEANINGS: ReadonlyMap<unknown, { readonly kind: Kind; readonly value: Maybe; readonly message: KingMessage }> = new Map(
  (['order', 'value', 'proposal', 'king'] as const)
    .flatMap((kind) => (kind === 'proposal' ? [...ORDERS, 'nothing' as const] : ORDERS).map((content) => ({ kind, content })))
    .map(({ kind, content }) => [`${kind} ${content}`, { kind, value: content === 'nothing' ? NOTHING : valueIn(content), message: `${kind} ${content}` }]),
);
