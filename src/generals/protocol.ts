import { choosesNothing } from '../core/choice.ts';
import type { Accuse, Context as NodeContext, Signer, Vocabulary } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import type { Fact } from './fact.ts';
import type { Order } from './order.ts';
import { PLAIN, orderIn, type Values, type Wording } from './values.ts';

/** What a member knows before anything happens. Nothing here tells who is a traitor. */
export interface Context extends NodeContext {
  /** All members, the silent ones too, in ascending order. */
  readonly members: readonly NodeId[];
  /** Whose order it is to be agreed on. */
  readonly commander: NodeId;
  /** All but the commander, in ascending order. */
  readonly lieutenants: readonly NodeId[];
  /** m, the number of traitors to be stood. */
  readonly m: number;
  /** The number of the order: never the same twice in one army. */
  readonly number: number;
  /** What it may do with the values agreed on. */
  readonly values: Values;
}

/** What all members of a run know alike. */
export type Setting = Pick<Context, 'members' | 'commander' | 'm'>;

/** What a member knows of an order. @param signer its own */
export const contextOf = ({ members, commander, m, number }: Setting & Pick<Context, 'number'>, self: NodeId, signer: Signer): Context => ({
  self,
  members,
  commander,
  lieutenants: lieutenantsAmong(members, commander),
  m,
  number,
  signer,
  values: PLAIN,
  settings: {},
  choose: choosesNothing,
});

/** Kept, as the same members have thousands of orders by the same commander. */
function lieutenantsAmong(members: readonly NodeId[], commander: NodeId): readonly NodeId[] {
  if (members !== army.members || commander !== army.commander) army = { members, commander, lieutenants: members.filter((id) => id !== commander) };
  return army.lieutenants;
}

let army: Pick<Context, 'members' | 'lieutenants'> & { readonly commander: NodeId | undefined } = { members: [], commander: undefined, lieutenants: [] };

/** What one member said in a round, in the order in which it said it. */
export interface Heard<Message> {
  readonly from: NodeId;
  readonly messages: readonly Message[];
}

/** What the generals' protocols share: one order in, one decision out. */
export interface OrderVocabulary extends Vocabulary {
  readonly input: Order;
  readonly output: Order;
}

export type RoundsEvent<V extends Vocabulary> =
  | { readonly type: 'input'; readonly input: V['input'] }
  /** The whole inbox of the round before, by sender; nobody is in it twice, or without a message. */
  | { readonly type: 'round'; readonly round: number; readonly inbox: readonly Heard<V['message']>[] };

export type RoundsEffect<V extends Vocabulary> =
  /** Says all of this to each of these. Lists and not single messages, because a large order is told in hundreds of thousands. */
  | { readonly type: 'send'; readonly to: readonly NodeId[]; readonly messages: readonly V['message'][] }
  | { readonly type: 'output'; readonly output: V['output'] }
  | Accuse
  /** Something for the trace; no behaviour depends on it. */
  | { readonly type: 'note'; readonly fact: Fact };

/**
 * An agreement protocol of the synchronous model, written in rounds as the papers write them: a `round` event brings the
 * inbox of the round before, and what is sent then arrives with the next. The commander gets its `input` before round 1.
 * A pure machine as well.
 */
export interface RoundsProtocol<V extends OrderVocabulary, State, Name extends string = string> {
  readonly name: Name;
  /** One line for people who choose among protocols. */
  readonly summary: string;
  readonly timing: 'rounds';
  readonly shots: 'single';
  /** The fewest members among whom it stands that many traitors. */
  membersNeeded(faults: number): number;
  /** The m that it runs with when none is asked for. */
  faultsByDefault(members: number): number;
  /** Why it cannot be run among that many members for that many traitors, in one line; undefined if it can. */
  refuses(members: number, faults: number): string | undefined;
  /** In how many rounds messages are sent; one more `round` event brings the last inbox. */
  rounds(setting: Setting): number;
  /**
   * Whether one member may say anything to another in that round: nobody sends or awaits a frame where it may not.
   * Where this is left out, everyone may speak to everyone.
   */
  speaks?(setting: Setting, round: number, from: NodeId, to: NodeId): boolean;
  /** How many messages the members send in a run without traitors. */
  messages(setting: Setting): number;
  /** The state before the first event: plain data. */
  begin(context: Context): State;
  /** Takes one event, changes `state`, and says what is to be done, in this order. */
  step(context: Context, state: State, event: RoundsEvent<V>): RoundsEffect<V>[];
  /** The message that `input` is, else undefined. Total: a wire may hold anything. */
  parse(input: unknown): V['message'] | undefined;
  /** What a traitor could say instead of one honest message. */
  lies(context: Context, honest: V['message']): V['message'][];
  /**
   * How its messages are values under labels. Who brings it promises that `begin` and `step` touch values by the algebra of their
   * context alone: so they can be run on symbols as well (`symbolic/`), and what is proven there is held against runs on orders.
   */
  readonly wording?: Wording<unknown, V['message']>;
  /** What it says of itself, to spare others work. A search asks its code whether that is so, and does without it where it is not. */
  readonly claims?: Claims;
  /** What a verdict about it leaves out, in words. */
  readonly limits?: string;
  /** How its messages make a tree, as those of OM do: then the smallest lie is found by the structure of that (`check/structured.ts`). */
  readonly tree?: Tree<V['message']>;
  /** Through whom a message's order came, the commander first and its sender last, for those who read of a lie. */
  path?(setting: Setting, message: V['message']): readonly NodeId[] | undefined;
  /** Up to how many generals, and how many steps, a campaign tries every treason of it where there is no proof. */
  readonly search?: { readonly members: number; readonly steps: number };
  /** Microseconds that a message takes in a campaign, roughly: among seven generals at the most, and among more. */
  readonly effort?: { readonly few: number; readonly many: number };
  /** A message in words, without what differs from host to host; the message itself, as a string, where this is left out. */
  describe?(setting: Setting, message: V['message']): string;
  /** Whose signature under a message is not genuine, the first if several; undefined where all are, or messages are not signed. */
  forged?(context: Context, message: V['message']): NodeId | undefined;
  /** How messages are to be read that do not speak for themselves: an example, and what it means. */
  readonly legend?: string;
  /** How a lieutenant came from what it heard to its decision, as lines for people to read: a tree, chains of signatures. @param heard as for `votes` */
  evidence?(context: Context, heard: readonly (readonly Heard<V['message']>[])[]): string[];
  /** The orders of which a lieutenant's decision is the majority, where the protocol decides so. @param heard its inboxes, that of round 1 first */
  votes?(context: Context, heard: readonly (readonly Heard<V['message']>[])[]): Vote[];
}

/** What a protocol says of itself about what traitors can do to it. */
export interface Claims {
  /** Silence is taken for a message with the default order, where one of an order is awaited. */
  readonly silenceIsTheDefault?: boolean;
  /** Of two messages in one place only the first counts. */
  readonly firstWordCounts?: boolean;
  /** Traitors have equally many messages to send, with equally many alternatives, whatever was said before. */
  readonly isSteady?: boolean;
}

/** How the messages of an order make a tree of paths. */
export interface Tree<Message> {
  /** By how many generals the commander's own path can grow. */
  levels(setting: Setting): number;
  /** The path on which a message is said, the commander first. */
  pathOf(setting: Setting, round: number, from: NodeId, message: Message): readonly NodeId[] | undefined;
}

/** Whether one member may say anything to another in that round. */
export const maySpeak = (protocol: Pick<AnyRoundsProtocol, 'speaks'>, setting: Setting, round: number, from: NodeId, to: NodeId): boolean =>
  protocol.speaks?.(setting, round, from, to) ?? true;

/** A message in its protocol's own words; null is none, as in the place of what is said out of turn. */
export const inWords = (protocol: AnyRoundsProtocol, setting: Setting, message: unknown): string =>
  isNone(message) ? 'nothing' : (protocol.describe?.(setting, message) ?? String(message));

const isNone = (message: unknown): boolean => message === null;

/**
 * The order that a message is for, or nothing: in words it is an order, alone or with its path, its chain of signatures, or its kind. Of
 * a message without such words its protocol's wording tells.
 */
export function wordIn(protocol: AnyRoundsProtocol, setting: Setting, message: unknown): Order | 'nothing' {
  const named = /attack|retreat/.exec(inWords(protocol, setting, message))?.[0] as Order | undefined;
  return named ?? (protocol.wording === undefined ? undefined : orderIn(protocol.wording.valueOf(message))) ?? 'nothing';
}

/** One of the orders of which a decision is the majority. */
export interface Vote {
  readonly from: NodeId;
  readonly order: Order;
  /** Nothing usable was heard, so the default was taken. */
  readonly isAssumed: boolean;
}

/** A protocol whose vocabulary and state only the protocol itself knows. */
export type AnyRoundsProtocol = RoundsProtocol<OrderVocabulary, unknown>;
