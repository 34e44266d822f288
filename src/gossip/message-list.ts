import { endpointOf } from './address.ts';
import { output, type Link } from './links.ts';
import type { Message } from './messages.ts';
import type { PeerTurn } from './peer-state.ts';

/**
 * Gossip. Each message is known by its hash, and the list says over which links it went: it goes once over each, to every neighbour but the
 * one that it came from. So many of late are remembered; what is older comes no more.
 */
export function hearGossip(turn: PeerTurn, link: Link, { hash, payload }: Message & { type: 'gossip' }): void {
  const { state } = turn;
  if (state.messages.has(hash) || state.older.has(hash)) return;
  output(turn, { type: 'heard', payload, hash, from: link.address! });
  pass(turn, hash, payload, link);
}

/** Makes a message of our own. */
export function generate(turn: PeerTurn, text?: string): void {
  const { state, context } = turn;
  state.generated += 1;
  const payload = `${context.unixTime()}:${endpointOf(context.address).host}:${text ?? state.generated}`;
  const hash = context.keys.hash(payload);
  // Another peer on this host may have made the same in the same moment.
  if (state.messages.has(hash)) return;
  output(turn, { type: 'generated', payload, hash });
  pass(turn, hash, payload, undefined);
}

function pass(turn: PeerTurn, hash: string, payload: string, from: Link | undefined): void {
  const { state } = turn;
  const to = from === undefined ? state.linkedIds : state.linkedIds.filter((id) => id !== from.id);
  // One list for all messages that go over the same links.
  state.messages.set(hash, state.linkedIds);
  if (state.messages.size >= LIST_MAX) {
    state.older = state.messages;
    state.messages = new Map();
  }
  const message = { type: 'gossip', hash, payload } as const;
  state.recent.push(message);
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  if (to.length > 0) turn.effects.push({ type: 'send', to, message });
}

/** What went round a moment ago may have been lost with a link: a new one has it as well. */
export function shareRecent({ state, effects }: PeerTurn, link: Link): void {
  for (const message of [...state.recentBefore, ...state.recent]) effects.push({ type: 'send', to: [link.id], message });
}

/** Of those since the last beat the latest: they are the ones that a link may have lost. */
const RECENT_MAX = 64;

/** How many messages a peer remembers, at least. */
const LIST_MAX = 10_000;

/** The first behind its connection, then one every few seconds, until they are all out. */
export function gossipTick(turn: PeerTurn): void {
  const { state, context, effects } = turn;
  const { gossipMessages, gossipEvery } = context.settings;
  if (state.scheduled >= gossipMessages) return;
  state.scheduled += 1;
  generate(turn);
  if (state.scheduled < gossipMessages) effects.push({ type: 'set-timer', timer: 'gossip', after: gossipEvery });
}
