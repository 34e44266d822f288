/**
 * Who is there. A peer gossips that it is there, to all on its list, every minute, and more often when it is new. Whoever hears that for
 * the first time answers, and passes it on as it came to up to five others. Who says nothing for two minutes is taken off the list.
 *
 * The place in a message may be anybody’s, and so may the sender on a datagram. So a reply of ours asks for one in turn, with an id
 * that only who hears us can know: after these three messages each has proven to the other where it is. Older programs do
 * not answer that; they are listed when what they say comes from where they say that they are, and stay unproven
 * until they take part in a consensus. What an unproven address gets `allows` says.
 */
import { addressOf, hostIn, portIn, type Address } from './address.ts';
import { MEMBERS_MAX, type Gossip, type GossipReply } from './messages.ts';
import { GREETING_ROOM, REPLY_ROOM, sizeOf } from './print.ts';
import { allows, answer, bytesOf, drop, isCounting, keep, output, say, setTimer, type Peer, type Turn } from './state.ts';
import type { Arrived } from './vocabulary.ts';

/** To so many gossip goes on. */
const PASS_TO = 5;

/** So much gossip goes on in a second: more than a group of the largest size makes. */
const PASSED_MAX = 4 * MEMBERS_MAX;

/** Says that this peer is there, to all that it knows. */
export function heartbeat(turn: Turn): void {
  const { context, state } = turn;
  const isSafe = (peer: Address): boolean => state.peers.get(peer)!.isProven || state.peers.get(peer)!.isAnswering;
  const all = [...state.peers.keys()];
  sayHere(turn, all.filter(isSafe), GREETING_ROOM);
  // Who is new says so more often at first: somebody may have missed it.
  const after = Math.min(context.settings.heartbeatEvery, 2 * LOOK_AGAIN * 2 ** state.beats);
  // Others may not be there at all: they get as little as can be.
  if (after === context.settings.heartbeatEvery) sayHere(turn, all.filter((peer) => !isSafe(peer)));
  setTimer(turn, 'heartbeat', after);
  state.beats = Math.min(state.beats + 1, LOOKS_MAX);
}

/** Milliseconds after which a peer greets again whom it was to find and has not, and who has not proven where it is; each time after twice as many, up to a heartbeat’s. */
const LOOK_AGAIN = 1000;

export function look(turn: Turn): void {
  const { context, state } = turn;
  const missing = [...new Set([...context.joins, ...[...state.peers].filter(([, { isAnswering }]) => isAnswering).map(([peer]) => peer)])].filter((peer) => peer !== context.address && state.peers.get(peer)?.isProven !== true);
  sayHere(turn, missing, GREETING_ROOM);
  const every = context.settings.heartbeatEvery;
  setTimer(turn, 'look', missing.length === 0 ? every : Math.min(every, LOOK_AGAIN * 2 ** state.looks));
  state.looks = missing.length === 0 ? 0 : Math.min(state.looks + 1, LOOKS_MAX);
}

/** After so many it does so as seldom as can be. */
const LOOKS_MAX = 20;

function sayHere(turn: Turn, to: readonly Address[], room?: number): void {
  const { context, state } = turn;
  if (to.length === 0) return;
  const id = context.freshId();
  keep(state.greetings, () => state.greetings.add(id));
  say(turn, to, { type: 'gossip', ...placeOf(turn), id, ...(room === undefined ? {} : { room }) });
}

export function hearGossip(turn: Turn, from: Address, gossip: Gossip & Arrived): void {
  const { context, state } = turn;
  const origin = claimed(from, gossip);
  // What a peer said itself comes back to it from others.
  if (origin === context.address) return;
  touch(turn, origin);
  noteLife(turn, origin, gossip.life);
  if (state.heard.has(gossip.id)) return;
  if (state.passed >= PASSED_MAX) return drop(turn, 'flood', from);
  keep(state.heard, () => state.heard.add(gossip.id));
  const bytes = bytesOf(gossip);
  const reply = { type: 'gossip-reply', ...placeOf(turn), replyTo: gossip.id, known: isReborn(turn, origin) } as const;
  // Who was restarted greets as if for the first time, and knows nothing of having proven anything, nor of what we have.
  if (!askBack(turn, origin, { ...reply, room: REPLY_ROOM }, bytes)) {
    const { replyTo: _id, known: _known, life: _life, ...plain } = reply;
    if (origin === from) list(turn, origin, gossip, { isAnswering: false, greeting: bytes });
    if (!answer(turn, origin, sizeOf(reply) <= bytes ? reply : plain, bytes)) return drop(turn, 'flood', from);
  }
  pass(turn, [origin, from], gossip);
}

/** Answers, and asks for an answer: by that a peer shows that it hears what is sent there. @returns false if there is no room for it */
function askBack(turn: Turn, to: Address, reply: GossipReply, bytes: number): boolean {
  const { context, state } = turn;
  // Asked again, it is asked the same: an answer to the first may be on its way.
  const id = state.challenges.get(to) ?? context.freshId();
  if (!answer(turn, to, { ...reply, id }, bytes)) return false;
  keep(state.challenges, () => state.challenges.set(to, id), CHALLENGES_MAX);
  return true;
}

/** So many may be asked for an answer at once. */
const CHALLENGES_MAX = 1024;

export function hearGossipReply(turn: Turn, from: Address, reply: GossipReply & Arrived): void {
  const { state } = turn;
  if (claimed(from, reply) !== from) return drop(turn, 'wrong-sender', from);
  const isProof = reply.replyTo !== undefined && state.challenges.get(from) === reply.replyTo;
  const isAnswer = reply.replyTo === undefined || state.greetings.has(reply.replyTo);
  if (!isProof && !isAnswer) return drop(turn, 'never-asked', from);
  if (!list(turn, from, reply, { isAnswering: isProof || reply.replyTo !== undefined, greeting: bytesOf(reply) })) return;
  noteLife(turn, from, reply.life);
  if (reply.known === false) state.peers.get(from)!.isNews = true;
  if (isProof) prove(turn, from);
  touch(turn, from);
  if (reply.id === undefined) return;
  const bytes = bytesOf(reply);
  // Two that greet each other at once have each had their answer of this second.
  if (!showHeard(turn, from, reply.id, bytes)) keep(state.owed, () => state.owed.set(from, { replyTo: reply.id!, bytes }), CHALLENGES_MAX);
}

function showHeard(turn: Turn, to: Address, replyTo: string, bytes: number): boolean {
  const back = { type: 'gossip-reply', ...placeOf(turn), replyTo, known: isReborn(turn, to) } as const;
  if (turn.state.peers.get(to)?.isProven === true) return answer(turn, to, back, bytes);
  return askBack(turn, to, back, bytes) || answer(turn, to, back, bytes);
}

const isReborn = ({ state }: Turn, peer: Address): boolean => state.peers.get(peer)?.isReborn === true;

/** A second is over, and another may begin. */
export function nextSecond(turn: Turn): void {
  const { state } = turn;
  state.told.clear();
  state.passed = 0;
  const owed = [...state.owed];
  state.owed.clear();
  for (const [to, { replyTo, bytes }] of owed) showHeard(turn, to, replyTo, bytes);
}

/** @returns whether it is on the list now */
function list(turn: Turn, peer: Address, { name, life }: Pick<Gossip, 'name' | 'life'>, { isAnswering, greeting }: Pick<Peer, 'isAnswering' | 'greeting'>): boolean {
  const { state } = turn;
  if (state.peers.has(peer)) return true;
  const isUnasked = (one: Pick<Peer, 'isProven' | 'isAnswering'>): boolean => !one.isProven && !one.isAnswering;
  const unasked = isAnswering ? 0 : [...state.peers.values()].filter(isUnasked).length;
  if (state.peers.size >= MEMBERS_MAX - 1 || unasked >= UNASKED_MAX) {
    drop(turn, 'flood', peer);
    return false;
  }
  state.peers.set(peer, { name, isProven: false, isAnswering, greeting, isNews: false, life, isReborn: false });
  output(turn, { type: 'joined', peer, name });
  touch(turn, peer);
  if (isAnswering) {
    state.looks = 0;
    setTimer(turn, 'look', LOOK_AGAIN);
  }
  return true;
}

/** So many are listed of those who came unasked and have shown nothing: anybody can invent more of them than a group can settle words with. */
const UNASKED_MAX = 8;

/** It answered what only it can have heard. */
export function prove(turn: Turn, address: Address): void {
  const peer = turn.state.peers.get(address);
  if (peer === undefined || peer.isProven) return;
  peer.isProven = true;
  output(turn, { type: 'proven', peer: address });
}

/** Whoever says that it lives anew may have forgotten what it said before. */
function noteLife({ state }: Turn, address: Address, life: string | undefined): void {
  const peer = state.peers.get(address);
  if (peer === undefined || life === undefined || peer.life === life) return;
  peer.isReborn = true;
  peer.life = life;
}

/** Something was heard of a peer: from now on it may be silent for that long. */
export function touch(turn: Turn, peer: Address): void {
  if (turn.state.peers.has(peer)) setTimer(turn, `silent ${peer}`, turn.context.settings.silenceMax);
}

export function silent(turn: Turn, peer: Address): void {
  const { state } = turn;
  const name = state.peers.get(peer)?.name ?? '';
  state.peers.delete(peer);
  state.challenges.delete(peer);
  output(turn, { type: 'gone', peer, name });
}

function pass(turn: Turn, but: readonly Address[], gossip: Gossip & Arrived): void {
  const { context, state } = turn;
  const others = [...state.peers.keys()].filter((peer) => !but.includes(peer));
  const to: Address[] = [];
  while (to.length < PASS_TO && others.length > 0) {
    const next = context.choose(`gossip ${gossip.id}, number ${to.length}`, others);
    others.splice(others.indexOf(next), 1);
    // Who has shown nothing is told no more because of others than because of what it said itself.
    if (allows(turn, next, bytesOf(gossip), state.peers.get(next)!.greeting)) to.push(next);
  }
  if (to.length === 0) return;
  if (!isCounting(state)) setTimer(turn, 'second', 1000);
  state.passed += 1;
  say(turn, to, gossip);
}

/** Where a peer says that it is; where a host is a name, or means all addresses, the sender’s counts. */
const claimed = (from: Address, { host, port }: Pick<Gossip, 'host' | 'port'>): Address => addressOf(host, port) ?? addressOf(hostIn(from), port)!;

const placeOf = ({ context: { address, name }, state: { life } }: Turn): Pick<Gossip, 'host' | 'port' | 'name' | 'life'> => ({ host: hostIn(address), port: portIn(address), name, life });
