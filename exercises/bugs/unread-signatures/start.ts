// Something is wrong here. Find the smallest run that shows it, and mend it.
import { DEFAULT_ORDER, counterpart, defineProtocol, parseOrder, type Context, type NodeId, type Order } from 'generals';

/** An order, who signed it, the commander first, and a signature for each. */
interface Message {
  readonly order: Order;
  readonly signers: readonly number[];
  readonly signatures: readonly string[];
}

interface State {
  /** The orders that the commander is known to have signed: V in the paper. */
  readonly known: Order[];
}

const DOMAIN = 'sm';

/** What the last of these signs. */
const statement = (number: number, order: Order, signers: readonly number[]): string => `${number}:${order}:${signers.join(':')}`;

function sign({ self, signer, number }: Context, { order, signers, signatures }: Message): Message {
  const names = [...signers, self];
  return { order, signers: names, signatures: [...signatures, signer.sign(DOMAIN, statement(number, order, names))] };
}

const isGenuine = ({ signer, number }: Context, { order, signers, signatures }: Message): boolean =>
  signers.every((by, index) => signer.verify(by as NodeId, DOMAIN, statement(number, order, signers.slice(0, index + 1)), signatures[index]!));

/** Whether it may come from there in that round: signed by the commander first, by its sender last, by nobody twice, and not by me. */
function isInPlace({ self, members, commander }: Context, { signers }: Message, from: NodeId, round: number): boolean {
  if (signers.length !== round || signers[0] !== commander || signers.at(-1) !== from) return false;
  return new Set(signers).size === signers.length && !signers.some((id) => id === self) && signers.every((id) => members.some((one) => one === id));
}

export default defineProtocol({
  name: 'sm',
  summary: 'SM(m): sign what is new and pass it on; two different orders under the commander’s signature mean retreat',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: (faults) => faults + 2,
  faultsByDefault: (members) => Math.min(2, Math.max(0, members - 2)),
  refuses: (members, faults) => (faults > Math.max(0, Math.min(2, members - 2)) ? `sm with m = ${faults} does not fit: m is at most 2, and at most n - 2` : undefined),
  rounds: ({ m }) => m + 1,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members: { length: n }, m }) => n - 1 + (m === 0 ? 0 : (n - 1) * Math.max(0, n - 2)),

  parse(input): Message | undefined {
    if (typeof input !== 'object' || input === null || Object.keys(input).length !== 3) return undefined;
    const { order: word, signers, signatures } = input as Partial<Record<string, unknown>>;
    const order = parseOrder(word);
    if (order === undefined || !Array.isArray(signers) || !Array.isArray(signatures) || signers.length === 0 || signers.length > 20 || signers.length !== signatures.length) return undefined;
    if (!signers.every((id) => Number.isSafeInteger(id) && id > 0) || !signatures.every((one) => typeof one === 'string')) return undefined;
    return { order, signers: signers as number[], signatures: signatures as string[] };
  },
  /** The other order, under its own signature: of a lieutenant that is a forgery, as the commander did not sign it. */
  lies(context, { order, signers, signatures }: Message) {
    return [sign(context, { order: counterpart(order), signers: signers.slice(0, -1), signatures: signatures.slice(0, -1) })];
  },
  describe: (_setting, { order, signers }) => `${order}:${signers.join(':')}`,
  limits: 'traitors that sign in each other’s names are not among them',

  begin: (): State => ({ known: [] }),

  step(context, state, event) {
    const { self, commander, lieutenants, m } = context;
    if (event.type === 'input') {
      state.known.push(event.input);
      return [];
    }
    const { round, inbox } = event;
    if (self === commander) {
      if (round !== 1) return [];
      const order = state.known[0] ?? DEFAULT_ORDER;
      return [{ type: 'send', to: lieutenants, messages: [sign(context, { order, signers: [], signatures: [] })] }, { type: 'output', output: order }];
    }
    if (round === 1 || round > m + 2) return [];
    const news: Message[] = [];
    for (const { from, messages } of inbox) {
      for (const message of messages) {
        if (!isInPlace(context, message, from, round - 1) || state.known.includes(message.order)) continue;
        state.known.push(message.order);
        news.push(message);
      }
    }
    if (round === m + 2) return [{ type: 'output', output: state.known.length === 1 ? state.known[0]! : DEFAULT_ORDER }];
    return news.map((message) => ({ type: 'send', to: lieutenants.filter((id) => id !== self && !message.signers.includes(id)), messages: [sign(context, message)] }));
  },
});
