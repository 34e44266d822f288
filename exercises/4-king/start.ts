// The phase king of Berman, Garay and Perry 1989. As it stands, everybody obeys each king, the traitors among them, too.
import { DEFAULT_ORDER, byzantineMembers, defineProtocol, faultsTolerated, parseOrder, type NodeId, type Order } from 'generals';

type Kind = 'order' | 'value' | 'proposal' | 'king';

/** What is meant for one round must not count in another, so each message says what it is. */
interface Message {
  readonly kind: Kind;
  readonly word: Order | 'nothing';
}

interface State {
  value: Order;
  proposal: Order | 'nothing';
  /** Whether no king can change its value in this phase. */
  isSure: boolean;
}

const WORDS = ['attack', 'retreat', 'nothing'] as const;
const KINDS: readonly Kind[] = ['order', 'value', 'proposal', 'king'];

export default defineProtocol({
  name: 'phase-king',
  summary: 'vote, propose, and let a king settle doubts, in m + 1 phases',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: faultsTolerated,
  refuses: (members, faults) => (faults < Math.max(1, members) ? undefined : `phase-king with m = ${faults} needs m + 1 kings, so m is at most n - 1`),
  rounds: ({ m }) => 1 + 3 * (m + 1),
  messages: ({ members: { length: n }, m }) => n - 1 + (m + 1) * (2 * n * (n - 1) + (n - 1)),

  parse(input): Message | undefined {
    if (typeof input !== 'object' || input === null || Object.keys(input).length !== 2) return undefined;
    const { kind: is, word } = input as Partial<Record<string, unknown>>;
    const kind = KINDS.find((one) => one === is);
    const said = kind === 'proposal' && word === 'nothing' ? 'nothing' : parseOrder(word);
    return kind === undefined || said === undefined ? undefined : { kind, word: said };
  },
  lies: (_context, { kind, word }: Message) => WORDS.filter((other) => other !== word && (kind === 'proposal' || other !== 'nothing')).map((other) => ({ kind, word: other })),
  describe: (_setting, { kind, word }) => `${kind} ${word}`,

  begin: (): State => ({ value: DEFAULT_ORDER, proposal: 'nothing', isSure: false }),

  step({ self, members, commander, m }, state, event) {
    if (event.type === 'input') {
      state.value = event.input;
      return [];
    }
    const { round, inbox } = event;
    const n = members.length;
    const others = members.filter((id) => id !== self);
    const tell = (kind: Kind, word: Message['word']) => ({ type: 'send', to: others, messages: [{ kind, word }] }) as const;
    /** The first word of that kind that somebody said in the round before. */
    const saidBy = (from: NodeId, kind: Kind): Message['word'] | undefined => inbox.find((heard) => heard.from === from)?.messages.find((message) => message.kind === kind)?.word;
    /** How many hold that order: you, and those who said so in the round before. */
    const countOf = (own: Message['word'], kind: Kind, order: Order): number => [own, ...others.map((id) => saidBy(id, kind))].filter((word) => word === order).length;
    const orderOf = (from: NodeId | undefined, kind: Kind): Order => parseOrder(from === undefined ? undefined : saidBy(from, kind)) ?? DEFAULT_ORDER;

    if (round === 1) return self === commander ? [tell('order', state.value), { type: 'output', output: state.value }] : [];
    const phase = Math.floor((round - 2) / 3);
    if (round === 2) {
      if (self !== commander) state.value = orderOf(commander, 'order');
    } else if ((round - 2) % 3 === 0) {
      const king = members[phase - 1];
      if (!state.isSure && king !== self) state.value = orderOf(king, 'king');
    }
    if (phase > m) return round === 2 + 3 * (m + 1) && self !== commander ? [{ type: 'output', output: state.value }] : [];
    switch ((round - 2) % 3) {
      case 0:
        return [tell('value', state.value)];
      case 1:
        // Your part: propose an order that so many generals hold that nobody can propose the other one.
        state.proposal = 'nothing';
        return [tell('proposal', state.proposal)];
      default:
        // Your part: which order is certain, and which is likely, by the proposals? When may a king not change your value?
        state.isSure = false;
        return self === members[phase] ? [tell('king', state.value)] : [];
    }
  },
});
