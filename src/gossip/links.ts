import { ACCEPTED, type Effect } from '../core/machine.ts';
import { nodeId, type NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import type { GossipContext } from './context.ts';
import type { Hello, Identity, Message } from './messages.ts';
import type { Output } from './outputs.ts';
import type { GossipVocabulary } from './vocabulary.ts';

/**
 * Links, and who is at the other end. Whoever dials says HELLO, and who is dialled says it too. Nodes of ours add who they are by their
 * key, and a text for the other to sign, so that both know whom they speak with. An older program is whom it says it is.
 */
export interface Link {
  readonly id: NodeId;
  readonly way: 'out' | 'in';
  /** Whom it leads to: whom we dialled, or who the other says that it is. */
  address: Address | undefined;
  /** What it was dialled for; of links that others opened, `visit`. */
  purpose: Purpose;
  isOpen: boolean;
  /** Whether it is known who is there, as far as it ever will be. */
  isReady: boolean;
  /** Whether a node of ours is there, and has proven it. */
  isProven: boolean;
  hello: Hello | undefined;
  /** What the other is to sign. */
  nonce: string;
  hasGreeted: boolean;
  /** How many signs of life were asked for in vain. */
  quiet: number;
  /** Between peers: what is known of it as a neighbour, while it is one. */
  neighbour: Neighbour | undefined;
  /** At which tick of the detector's a neighbour was last heard. */
  heardAt: number;
  /** What time it is there; undefined as long as it is the same as here. */
  clock: ClockReading | undefined;
}

export interface Neighbour {
  readonly address: Address;
  readonly link: Link;
  /** Whether the link is so new that both may have dialled at once. */
  isFresh: boolean;
  /** Pings in a row that were not answered, and the one that is awaited. */
  missed: number;
  awaited: number | undefined;
}

/** By how many seconds the own clock is ahead of that at the other end of a link, since when it is by about that, and what was told of it. */
export interface ClockReading {
  ahead: number;
  since: number;
  told: number;
}

/** `seed`: for requests to a seed. `peer`: to be neighbours. `heal`: to look who is there. `look`: for somebody who asked. `inquiry`: for a vote. */
export type Purpose = 'seed' | 'peer' | 'heal' | 'look' | 'inquiry' | 'visit';

export interface LinksState {
  readonly links: Map<NodeId, Link>;
  /** How many were dialled. */
  dialled: number;
  /** How often the node drew by chance. */
  draws: number;
}

export interface Turn<State extends LinksState> {
  readonly context: GossipContext;
  readonly state: State;
  readonly effects: Effect<GossipVocabulary>[];
}

type AnyTurn = Turn<LinksState>;

export const newLinks = (): LinksState => ({ links: new Map(), dialled: 0, draws: 0 });

/** Those that lead to an address: mostly none. They may be closed, and others opened, by whoever goes through them. */
export function linksTo({ links }: LinksState, address: Address): readonly Link[] {
  let found: Link[] | undefined;
  for (const link of links.values()) if (link.address === address) (found ??= []).push(link);
  return found ?? NONE;
}

const NONE: readonly Link[] = [];

export function dial(turn: AnyTurn, address: Address, purpose: Purpose): Link {
  const { state, effects } = turn;
  state.dialled += 1;
  const link: Link = { ...newLink(turn, nodeId(state.dialled), 'out', purpose), address };
  state.links.set(link.id, link);
  effects.push({ type: 'dial', peer: link.id, address });
  return link;
}

const newLink = ({ context }: AnyTurn, id: NodeId, way: Link['way'], purpose: Purpose): Link => ({
  id,
  purpose,
  neighbour: undefined,
  heardAt: 0,
  isProven: false,
  address: undefined,
  way,
  isOpen: false,
  isReady: false,
  hello: undefined,
  nonce: context.nonce(),
  hasGreeted: false,
  quiet: 0,
  clock: undefined,
});

/** A link is open. @returns it; undefined if nobody wants it any more */
export function open(turn: AnyTurn, id: NodeId, role: Identity['role'], life: number): Link | undefined {
  const { state } = turn;
  const known = state.links.get(id);
  if (known === undefined && id < ACCEPTED) {
    turn.effects.push({ type: 'hang-up', peer: id });
    return undefined;
  }
  const link = known ?? newLink(turn, id, 'in', 'visit');
  state.links.set(id, link);
  link.isOpen = true;
  if (link.way === 'out') {
    greet(turn, link, role, life);
    turn.effects.push({ type: 'set-timer', timer: `hello ${id}`, after: turn.context.settings.helloWait });
  }
  return link;
}

function greet(turn: AnyTurn, link: Link, role: Identity['role'], life: number): void {
  const { address, cluster, version, keys } = turn.context;
  link.hasGreeted = true;
  say(turn, [link], { type: 'hello', address, own: { role, version, cluster, key: keys.own, visits: link.purpose !== 'peer' && link.purpose !== 'visit', life, nonce: link.nonce } });
}

/** Says why a link is of no use, and closes it. */
export function refuse(turn: AnyTurn, link: Link, reason: string): void {
  if (link.hello?.own !== undefined) say(turn, [link], { type: 'refused', reason });
  output(turn, { type: 'ignored', from: link.address, reason });
  hangUp(turn, link);
}

export function hangUp(turn: AnyTurn, link: Link): void {
  turn.state.links.delete(link.id);
  turn.effects.push({ type: 'cancel-timer', timer: `hello ${link.id}` }, { type: 'hang-up', peer: link.id });
}

/** @returns whether the link is ready by that */
export function hearHello(turn: AnyTurn, link: Link, hello: Hello, role: Identity['role'], life: number): boolean {
  const { context } = turn;
  if (link.hello !== undefined) return false;
  const { own } = hello;
  link.hello = hello;
  if (own !== undefined && own.cluster !== context.cluster) {
    refuse(turn, link, `it is of the network ${own.cluster}, not of ${context.cluster}`);
    return false;
  }
  if (hello.address === context.address) {
    refuse(turn, link, own?.key === context.keys.own ? 'it is this very node' : 'it has the address of this node');
    return false;
  }
  if (link.way === 'in') {
    link.address = hello.address;
    greet(turn, link, role, life);
  } else if (own !== undefined && own.role === 'peer' && hello.address !== link.address) {
    refuse(turn, link, `it calls itself ${hello.address}, and was dialled as ${link.address}`);
    return false;
  }
  turn.effects.push({ type: 'cancel-timer', timer: `hello ${link.id}` });
  if (own === undefined) {
    link.isReady = true;
    return true;
  }
  link.isReady = false;
  say(turn, [link], { type: 'proof', signature: context.keys.sign('hello', proofOf(context.cluster, own.nonce, link.nonce, context.address, own.role === 'seed' ? '' : hello.address)) });
  return false;
}

/** What proves who is there: signed is what only this link has, for this receiver. A seed has many names, so it is not named. */
const proofOf = (cluster: string, asked: string, own: string, from: Address, to: Address | ''): object => ({ cluster, asked, own, from, to });

/** @returns whether the link is ready by that */
export function hearProof(turn: AnyTurn, link: Link, signature: string, role: Identity['role']): boolean {
  const { context } = turn;
  const own = link.hello?.own;
  if (own === undefined || link.isProven) return false;
  const to = role === 'seed' ? '' : context.address;
  if (!context.keys.verify(own.key, 'hello', proofOf(context.cluster, link.nonce, own.nonce, link.hello!.address, to), signature)) {
    refuse(turn, link, 'it cannot prove who it is');
    return false;
  }
  link.isProven = true;
  link.isReady = true;
  return true;
}

/** Nobody said hello for a while: an older program that says none. @returns whether the link is ready by that */
export function waitedForHello({ state }: AnyTurn, id: NodeId): Link | undefined {
  const link = state.links.get(id);
  if (link === undefined || !link.isOpen || link.hello !== undefined) return undefined;
  link.isReady = true;
  return link;
}

export function say({ effects }: AnyTurn, to: readonly Link[], message: Message): void {
  if (to.length > 0) effects.push({ type: 'send', to: to.map(({ id }) => id), message });
}

export const output = ({ effects }: AnyTurn, output: Output): void => void effects.push({ type: 'output', output });

export const isOurs = (link: Link): boolean => link.isProven;
