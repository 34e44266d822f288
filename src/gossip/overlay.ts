import type { Address } from './address.ts';
import { draw, weighted } from './draw.ts';
import { dial, hangUp, output, refuse, say, type Link, type Neighbour } from './links.ts';
import { shareRecent } from './message-list.ts';
import type { Message } from './messages.ts';
import { believe } from './news.ts';
import { isMember, isMemberAt, nobodySigns, type PeerTurn } from './peer-state.ts';
import { checksumOf, firstOf, isAlive, statementsOf } from './roster.ts';

/**
 * The overlay: who is whose neighbour. A new peer picks a few, more often those who have many (Barabási and Albert 1999), so that few
 * peers have many neighbours; but nobody has more than a bound, as the loss of such a hub would take too much with it.
 *
 * It stays connected. Who loses a neighbour picks another; and the member with the first address lets a beacon go round over the links
 * every few seconds. Whom it does not reach is cut off from that member, and picks a further neighbour until it is reached.
 */
export function fill(turn: PeerTurn): void {
  const { state, context } = turn;
  if (state.isLeaving) return;
  let missing = state.wanted + state.extra - outgoing(turn);
  // Whoever has room for more: it is the dialled one that may have none.
  const room = context.settings.degreeMax - state.neighbours.size;
  missing = Math.min(missing, room);
  const dialled = missing > 0 ? dialledBy(turn) : undefined;
  const candidates = dialled !== undefined ? Array.from(state.roster.entries.keys()).filter((address) => isMember(turn, address) && !state.avoided.has(address) && !state.neighbours.has(address) && !dialled.has(address)) : [];
  for (; missing > 0 && candidates.length > 0; missing -= 1) {
    // Where all are full as far as is known, somebody has room again by now: who has nobody asks.
    const address = weighted(turn, 'neighbour', candidates, (one) => weightOf(turn, one)) ?? (state.neighbours.size === 0 ? candidates[draw(turn, 'any', candidates.length)] : undefined);
    if (address === undefined) break;
    candidates.splice(candidates.indexOf(address), 1);
    dial(turn, address, 'peer');
  }
  becomeReady(turn);
}

function weightOf({ state, context }: PeerTurn, address: Address): number {
  const degree = state.roster.degrees.get(address) ?? 0;
  return degree >= context.settings.degreeMax ? 0 : degree + 1;
}

function outgoing({ state }: PeerTurn): number {
  let count = 0;
  for (const { way, purpose } of state.links.values()) if (way === 'out' && purpose === 'peer') count += 1;
  return count;
}

const dialledBy = ({ state }: PeerTurn): Set<Address | undefined> => new Set(Array.from(state.links.values()).flatMap(({ way, address }) => (way === 'out' ? [address] : [])));

function becomeReady(turn: PeerTurn): void {
  const { state, effects } = turn;
  if (state.isReady || state.life === 0 || (state.neighbours.size === 0 && Array.from(state.roster.entries.keys()).some((address) => isMember(turn, address)))) return;
  state.isReady = true;
  output(turn, { type: 'ready' });
  effects.push({ type: 'set-timer', timer: 'gossip', after: 1 });
}

/** A link to a peer is ready: it becomes a neighbour, if there is room and it is a member. */
export function meet(turn: PeerTurn, link: Link): void {
  const { state, context } = turn;
  const address = link.address!;
  if (nobodySigns(turn)) welcome(turn, link);
  if (!isMemberAt(turn, link)) {
    // Seeds may have let it in a moment ago: its own word comes behind its hello.
    if (link.isProven || link.way === 'out') return;
    return refuse(turn, link, `${address} is no member`);
  }
  const known = state.neighbours.get(address);
  if (link.neighbour !== undefined) return;
  if (known !== undefined && !link.isProven && !known.link.isProven) {
    // An older program may take it for a death if one of two links is closed: it speaks over both.
    link.neighbour = known;
    return;
  }
  if (known !== undefined) {
    // Both dialled: the link stays that the smaller address dialled. Else the other dials because the one that we have is of no use.
    const dialler = link.way === 'out' ? context.address : address;
    const isBetter = !known.isFresh || known.link.way === link.way || dialler === (context.address < address ? context.address : address);
    if (!isBetter) return hangUp(turn, link);
    drop(turn, known);
    hangUp(turn, known.link);
  } else if (link.way === 'in' && state.neighbours.size >= context.settings.degreeMax) return refuse(turn, link, FULL);
  const neighbour: Neighbour = { address, link, isFresh: true, silent: 0, missed: 0, awaited: undefined };
  state.neighbours.set(address, neighbour);
  link.neighbour = neighbour;
  if (link.way === 'out') link.purpose = 'peer';
  changed(turn);
  output(turn, { type: 'linked', address, way: link.way });
  if (link.isProven) shareRecent(turn, link);
  becomeReady(turn);
}

/** Older seeds list addresses alone, and not all that there are: whoever comes is a member, by its key if it has one. */
function welcome(turn: PeerTurn, link: Link): void {
  const known = turn.state.roster.entries.get(link.address!);
  const { life = 0 } = known?.member ?? {};
  const key = link.isProven ? link.hello!.own!.key : '';
  if (!isAlive(known)) believe(turn, { type: 'member', address: link.address!, key, life: life + 1, votes: [] });
  else if (known.member.key === '') believe(turn, { ...known.member, key });
}

const FULL = 'it has as many neighbours as it takes';

/** Tells the other what we are a member by. */
export function introduce(turn: PeerTurn, link: Link): void {
  const { state, context } = turn;
  if (!link.isProven) return;
  const own = state.roster.entries.get(context.address);
  if (own !== undefined) say(turn, [link], { type: 'statements', statements: statementsOf(own) });
  const entry = state.roster.entries.get(link.address!);
  const suspicions = isAlive(entry) ? Array.from(entry.suspects.values()).filter((one) => one !== undefined) : [];
  // Who is suspected may not have heard of it.
  if (suspicions.length > 0) say(turn, [link], { type: 'statements', statements: suspicions });
  if (!state.knowsPart) say(turn, [link], { type: 'view', ...checksumOf(state.roster), isAnswer: false });
}

export function hearRefusal(turn: PeerTurn, link: Link, { reason }: Message & { type: 'refused' }): void {
  output(turn, { type: 'ignored', from: link.address, reason: `it says: ${reason}` });
  if (link.address === undefined || link.purpose !== 'peer') return;
  turn.state.avoided.add(link.address);
  if (reason === FULL) turn.state.roster.degrees.set(link.address, turn.context.settings.degreeMax);
}

/** A neighbour is none any more. */
export function drop(turn: PeerTurn, { address, link }: Neighbour): void {
  turn.state.neighbours.delete(address);
  link.neighbour = undefined;
  changed(turn);
  output(turn, { type: 'unlinked', address });
}

function changed({ state, effects }: PeerTurn): void {
  state.linked = Array.from(state.neighbours.values(), ({ link }) => link);
  state.linkedIds = state.linked.map(({ id }) => id);
  if (!state.isDegreeDue) effects.push({ type: 'set-timer', timer: 'degree', after: DEGREE_AFTER });
  state.isDegreeDue = true;
}

/** Milliseconds after which seeds are told of a new degree, so that many changes are told once. */
const DEGREE_AFTER = 1000;

export function tellDegree(turn: PeerTurn): void {
  const { state } = turn;
  state.isDegreeDue = false;
  const seeds = Array.from(state.links.values()).filter((link) => link.purpose === 'seed' && link.isProven);
  say(turn, seeds, { type: 'degree', degree: state.neighbours.size });
}

/** Looks who is there of those that we do not hear: a member that is no neighbour, or one that was taken off the list. */
export function heal(turn: PeerTurn): void {
  const { state } = turn;
  state.avoided.clear();
  state.redialled.clear();
  for (const [address, left] of Array.from(state.spared)) if (left > 1) state.spared.set(address, left - 1);
    else state.spared.delete(address);
  for (const link of Array.from(state.links.values())) {
    // Who is no member by now, though it was linked for a while, is none.
    if (link.isReady && link.purpose === 'visit' && link.hello?.own?.visits === false && link.hello?.own?.role === 'peer' && link.neighbour === undefined) hangUp(turn, link);
  }
  const address = state.life > 0 ? strangerOf(turn) : undefined;
  if (address !== undefined && !dialledBy(turn).has(address)) dial(turn, address, 'heal');
  fill(turn);
}

/** Somebody by chance who is no neighbour; most are none. */
function strangerOf(turn: PeerTurn): Address | undefined {
  const { state, context } = turn;
  const { addresses, entries } = state.roster;
  for (let tries = 0; tries < TRIES && addresses.length > 0; tries += 1) {
    const address = addresses[draw(turn, 'heal', addresses.length)]!;
    if (address !== context.address && entries.get(address)!.end?.type !== 'left' && !state.neighbours.has(address)) return address;
  }
  return undefined;
}

const TRIES = 16;

/** Who was looked for is there. */
export function healed(turn: PeerTurn, link: Link): void {
  turn.effects.push({ type: 'set-timer', timer: `healed ${link.id}`, after: COMPARED });
}

/** Milliseconds for two nodes to compare what they know. */
const COMPARED = 2000;

export function beaconTick(turn: PeerTurn): void {
  const { state, context } = turn;
  const root = rootOf(turn);
  for (const neighbour of state.neighbours.values()) neighbour.isFresh = false;
  state.recentBefore = state.recent;
  state.recent = [];
  state.beaconAge += 1;
  if (root === context.address && state.life > 0) {
    state.beacons += 1;
    state.beacon = { root, life: state.life, number: state.beacons };
    state.beaconAge = 0;
    say(turn, ours(turn), { type: 'beacon', ...state.beacon });
  }
  if (state.beaconAge < BEATS_MISSED || state.roster.size === 1) return;
  // Each time another: the first may be cut off with us.
  if (state.extra < EXTRA_MAX) state.extra += 1;
  fill(turn);
}

/** Beats without a beacon after which a peer takes itself for cut off, and how many more neighbours it then picks. */
const BEATS_MISSED = 3;
const EXTRA_MAX = 5;

const ours = ({ state }: PeerTurn): Link[] => state.linked.filter(({ isProven }) => isProven);

/** Of all members that live the one with the first address. */
function rootOf({ state, context }: PeerTurn): Address {
  const first = firstOf(state.roster);
  return first === undefined || context.address < first ? context.address : first;
}

export function hearBeacon(turn: PeerTurn, link: Link, beacon: Message & { type: 'beacon' }): void {
  const { state } = turn;
  const { root, life, number } = beacon;
  if (!state.roster.entries.has(root) && state.knowsPart && root < rootOf(turn)) {
    state.unknownRoot = { beacon, link: link.id };
    return say(turn, [link], { type: 'ask-about', members: [{ address: root, life: 0 }] });
  }
  if (!isAlive(state.roster.entries.get(root)) || root > rootOf(turn)) return;
  const known = state.beacon;
  if (known?.root === root && (life < known.life || (life === known.life && number <= known.number))) return;
  state.beacon = { root, life, number };
  state.beaconAge = 0;
  state.extra = 0;
  say(turn, ours(turn).filter((one) => one !== link), { type: 'beacon', root, life, number });
}

/** Somebody is known now whose beacon may have come before. */
export function learntRoot(turn: PeerTurn, address: Address): void {
  const { state } = turn;
  const { unknownRoot } = state;
  if (unknownRoot?.beacon.root !== address) return;
  state.unknownRoot = undefined;
  const link = state.links.get(unknownRoot.link);
  if (link?.neighbour !== undefined) hearBeacon(turn, link, unknownRoot.beacon);
}
