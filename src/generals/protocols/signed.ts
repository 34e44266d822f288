/**
 * SM(m), the signed messages algorithm of Lamport, Shostak and Pease, "The Byzantine Generals Problem" (ACM TOPLAS 4(3),
 * 1982, §4), with the rounds kept as by Dolev and Strong, "Authenticated algorithms for Byzantine agreement" (SIAM J.
 * Comput. 12(4), 1983).
 *
 * Promises, with at most m traitors among any number of generals: all loyal lieutenants decide the same (IC1), and what a
 * loyal commander ordered (IC2); theorem 2 of the 1982 paper. With fewer than m + 2 generals that says nothing. It assumes
 * that nobody can forge a loyal general's signature, and that anyone can check one.
 *
 * A chain is an order and who signed it, the commander first: `attack:1:3` says that G3 signed that the commander, G1,
 * signed attack. What each signs is the number of the order, the order, and the chain up to itself, so that no signature
 * serves in another chain or for an older order.
 *
 * Round 1. The commander signs its order and sends it to every lieutenant.
 * Round r, 2 … m + 1. Upon a genuine chain of r − 1 signatures with an order that it did not know, a lieutenant knows that
 *          order, adds its signature to the chain, and sends it to every general that is not on it.
 * Then     upon the chains of m + 1 signatures, likewise, it decides: for the order that it knows, if it knows exactly one;
 *          else, knowing none or both, for the default order, retreat.
 *
 * A chain is dropped, and whoever sent it accused, if a signature is forged, repeated or out of place: not the commander's
 * at its head, not the sender's at its end, a stranger's, its receiver's, or of another number than the round's. Chains
 * with an order that is known already change nothing, so their signatures are not checked. Who knows that the commander
 * signed two orders accuses the commander.
 *
 * What a traitor can do here: as commander, sign either order, to anyone; as lieutenant, withhold a chain from some, send
 * it late, or put its own signature under a chain that it forged. What is not played: traitors that sign in each other's
 * names, and traitors that keep a chain back for the last round. Neither adds to the power of traitors that choose who
 * gets which chain, as long as a traitorous commander may leave its fellows out.
 *
 * We depart from the paper in two things: the commander decides too, for its own order; and a signature covers the chain
 * of names before it, not the signatures before it, which have to be genuine on their own.
 *
 * It holds orders, not values (`values.ts`): which orders it knows is its state, and what is signed is one order, so each way
 * that a traitor takes is a run of its own.
 */
import { counted } from '../../core/figures.ts';
import { DEFAULT_ORDER, counterpart, parseOrder, type Order } from '../order.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../protocol.ts';

/** A chain and its signatures, one for each name, with spaces between: `attack:1:3 <by G1> <by G3>`. */
export type SignedMessage = string;

interface Signed extends OrderVocabulary {
  readonly message: SignedMessage;
}

interface SignedState {
  /** What the commander signed, as far as is known here, in the order of hearing; V in the paper. */
  readonly known: Order[];
}

interface Chain {
  readonly order: Order;
  readonly signers: readonly NodeId[];
  readonly signatures: readonly string[];
}

export const signed: RoundsProtocol<Signed, SignedState, 'signed'> = {
  name: 'signed',
  summary: 'SM(m) of 1982: orders under chains of signatures; stands m traitors among m + 2, at m + 1 rounds',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: (faults) => faults + 2,
  faultsByDefault: (members) => Math.max(0, members - 2),
  refuses: (members, faults) =>
    faults <= Math.max(0, members - 2)
      ? undefined
      : `SM(${faults}) does not fit ${counted(members, 'general')}: m is at most n - 2, here ${Math.max(0, members - 2)}`,
  rounds: ({ m: faults }) => faults + 1,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members: { length: n }, m: faults }) => n - 1 + (faults === 0 ? 0 : (n - 1) * Math.max(0, n - 2)),
  lies,
  describe: (_setting, message) => message.split(' ', 1)[0]!,
  legend: 'attack:1:3 means: G1 signed attack, and then G3 signed that',
  parse: (input) => (typeof input === 'string' && chainOf(input) !== undefined ? input : undefined),
  search: { members: 5, steps: 4000 },
  effort: { few: 0.3, many: 1.3 },
  limits: 'traitors that sign in each other’s names, or keep a chain back for a later round, are not among them',

  forged(context, message) {
    const chain = chainOf(message);
    return chain === undefined ? undefined : forgedSigner(context, chain);
  },

  evidence,

  begin: () => ({ known: [] }),

  step(context, state, event) {
    switch (event.type) {
      case 'input':
        state.known.push(event.input);
        return [];
      case 'round':
        if (context.self === context.commander) return event.round === 1 ? command(context, state) : [];
        if (event.round === 1 || event.round > context.m + 2) return [];
        return [...hear(context, state, event.round, event.inbox), ...(event.round === context.m + 2 ? decide(state) : [])];
      default:
        event satisfies never;
        return [];
    }
  },
};

/** Another order, with one's own signature under it; those before it, if any, do not fit it. */
function lies(context: Context, honest: SignedMessage): SignedMessage[] {
  const chain = chainOf(honest);
  if (chain === undefined) return [];
  const earlier = { signers: chain.signers.slice(0, -1), signatures: chain.signatures.slice(0, -1) };
  return [sign(context, { order: counterpart(chain.order), ...earlier })];
}

/** A commander that was given no order has none to send. */
function command(context: Context, { known }: SignedState): RoundsEffect<Signed>[] {
  const order = known[0] ?? DEFAULT_ORDER;
  return [tellOthers(context, sign(context, { order, signers: [], signatures: [] }), []), { type: 'output', output: order }];
}

function hear(context: Context, state: SignedState, round: number, inbox: readonly Heard<SignedMessage>[]): RoundsEffect<Signed>[] {
  const effects: RoundsEffect<Signed>[] = [];
  for (const { from, messages } of inbox) {
    for (const message of messages) {
      const chain = chainOf(message);
      if (chain === undefined) continue;
      const flaw = misplaced(context, chain, from, round - 1);
      if (flaw !== undefined) {
        effects.push(accuse(from, `${flaw} in round ${round - 1}`));
      } else if (!state.known.includes(chain.order)) {
        effects.push(...learn(context, state, round, from, chain));
      }
    }
  }
  return effects;
}

function learn(context: Context, state: SignedState, round: number, from: NodeId, chain: Chain): RoundsEffect<Signed>[] {
  const forged = forgedSigner(context, chain);
  if (forged !== undefined) return [accuse(from, `forged the signature of ${nameOf(forged)} in round ${round - 1}`)];
  state.known.push(chain.order);
  const effects = round > context.m + 1 ? [] : [tellOthers(context, sign(context, chain), chain.signers)];
  if (state.known.length === 2) effects.push(accuse(context.commander, `signed ${state.known.join(' and ')}`));
  return effects;
}

const decide = ({ known }: SignedState): RoundsEffect<Signed>[] => [
  { type: 'output', output: known.length === 1 ? known[0]! : DEFAULT_ORDER },
];

/** The chains by which a lieutenant learnt what the commander signed, and those that it dropped. */
function evidence(context: Context, inboxes: readonly (readonly Heard<SignedMessage>[])[]): string[] {
  const known: Order[] = [];
  const lines = inboxes.flatMap((inbox, index) =>
    inbox.flatMap(({ from, messages }) =>
      messages.flatMap((message): string[] => {
        const chain = chainOf(message);
        if (chain === undefined) return [];
        const flaw = misplaced(context, chain, from, index + 1);
        if (flaw !== undefined) return [`round ${index + 1}: dropped, ${nameOf(from)} ${flaw}`];
        if (known.includes(chain.order)) return [];
        const forged = forgedSigner(context, chain);
        if (forged !== undefined) return [`round ${index + 1}: dropped, ${nameOf(from)} forged the signature of ${nameOf(forged)}`];
        known.push(chain.order);
        return [`round ${index + 1}: learnt that the commander signed ${chain.order}, by the signatures of ${chain.signers.map(nameOf).join(', then ')}`];
      }),
    ),
  );
  const sum = known.length === 1 ? `it knows one order, ${known[0]!}` : `it knows ${known.length === 0 ? 'no order' : 'both orders'}, so the default, ${DEFAULT_ORDER}`;
  return [...lines, sum];
}

/** What is wrong with who signed; undefined if nothing is. */
function misplaced({ self, members, commander }: Context, { signers }: Chain, from: NodeId, round: number): string | undefined {
  if (signers.length !== round) return `sent a chain of ${counted(signers.length, 'signature')}`;
  if (signers[0] !== commander) return 'sent a chain that the commander did not begin';
  if (signers.at(-1) !== from) return 'sent a chain without signing it last';
  if (new Set(signers).size < signers.length) return 'sent a chain with a repeated signature';
  if (signers.includes(self)) return 'sent a chain to one of its signers';
  return signers.every((signer) => members.includes(signer)) ? undefined : 'sent a chain with the signature of a stranger';
}

/** The first whose signature is not genuine; undefined if all are. */
const forgedSigner = ({ signer, number }: Context, { order, signers, signatures }: Chain): NodeId | undefined =>
  signers.find((by, index) => !signer.verify(by, DOMAIN, statement(number, order, signers.slice(0, index + 1)), signatures[index]!));

function sign({ self, signer, number }: Context, { order, signers, signatures }: Chain): SignedMessage {
  const names = [...signers, self];
  return [`${order}:${names.join(':')}`, ...signatures, signer.sign(DOMAIN, statement(number, order, names))].join(' ');
}

const DOMAIN = 'chain';

/** What the last of the signers signs. */
const statement = (number: number, order: Order, signers: readonly NodeId[]): string => `${number}:${order}:${signers.join(':')}`;

const tellOthers = ({ self, members }: Context, message: SignedMessage, signers: readonly NodeId[]): RoundsEffect<Signed> => ({
  type: 'send',
  to: members.filter((id) => id !== self && !signers.includes(id)),
  messages: [message],
});

const accuse = (suspect: NodeId, evidence: string): RoundsEffect<Signed> => ({ type: 'accuse', kind: 'misbehaviour', suspect, evidence });

/** The chain that a message is; undefined if it is none. Whether it is in place and genuine is another question. */
export function chainOf(message: string): Chain | undefined {
  if (message.length > TEXT_MAX) return undefined;
  const [head = '', ...signatures] = message.split(' ');
  const [word, ...names] = head.split(':');
  const order = parseOrder(word);
  if (order === undefined || names.length === 0 || names.length !== signatures.length) return undefined;
  if (!names.every((name) => ID.test(name)) || !signatures.every((signature) => SIGNATURE.test(signature))) return undefined;
  return { order, signers: names.map((name) => Number(name) as NodeId), signatures };
}

/** Room for hundreds of signatures; longer garbage is not looked at. */
const TEXT_MAX = 100_000;
const ID = /^[1-9]\d{0,14}$/;
const SIGNATURE = /^[!-~]+$/;
