import type { Address } from './address.ts';
import { draw, weighted } from './draw.ts';
import { dial, hangUp, output, refuse, say, type Link, type Neighbour } from './links.ts';
import { shareRecent } from './message-list.ts';
import type { Message } from './messages.ts';
import { believe } from './news.ts';
import { isMember, isMemberAt, nobodySigns, type PeerTurn } from './peer-state.ts';
import { checksumOf, isAlive, statementsOf } from './roster.ts';

/**
 * The overlay: who is whose neighbour. A new peer picks a few, more often those who have many (Barabási and Albert 1999), so that few
 * peers have many neighbours; but nobody has more than a bound, as the loss of such a hub would take too much with it.
 *
 * It stays connected. Who loses a neighbour picks another, and so does who is cut off (`beacon.ts`).
 */
export function fill(turn: PeerTurn): void {
  const { state, context } = turn;
  if (state.isLeaving) return;
  let missing = state.wanted + state.extra - outgoing(turn);
  // Whoever has room for more: it is the dialled one that may have none.
  const room = context.settings.degreeMax - state.neighbours.size;
  missing = Math.min(missing, room);
  const candidates = missing > 0 ? candidatesOf(turn) : [];
  for (; missing > 0 && candidates.length > 0; missing -= 1) {
    // Where all are full as far as is known, somebody has room again by now: who has nobody asks.
    const address = weighted(turn, 'neighbour', candidates, (one) => weightOf(turn, one)) ?? (state.neighbours.size === 0 ? candidates[draw(turn, 'any', candidates.length)] : undefined);
    if (address === undefined) break;
    candidates.splice(candidates.indexOf(address), 1);
    dial(turn, address, 'peer');
  }
  becomeReady(turn);
}

/** Members that could be neighbours, and are none yet. */
function candidatesOf(turn: PeerTurn): Address[] {
  const { roster, avoided, neighbours } = turn.state;
  const dialled = dialledBy(turn);
  const candidates: Address[] = [];
  for (const entry of roster.entries.values()) {
    const { address } = entry.member;
    const isMember = isAlive(entry) && address !== turn.context.address;
    if (isMember && !avoided.has(address) && !neighbours.has(address) && !dialled.has(address)) candidates.push(address);
  }
  return candidates;
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

export const dialledBy = ({ state }: PeerTurn): Set<Address | undefined> => {
  const dialled = new Set<Address | undefined>();
  for (const { way, address } of state.links.values()) if (way === 'out') dialled.add(address);
  return dialled;
};

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
  const neighbour: Neighbour = { address, link, isFresh: true, missed: 0, awaited: undefined };
  state.neighbours.set(address, neighbour);
  link.neighbour = neighbour;
  link.heardAt = state.ticks;
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

function changed(turn: PeerTurn): void {
  const { state, effects } = turn;
  state.linked = Array.from(state.neighbours.values(), ({ link }) => link);
  state.linkedIds = state.linked.map(({ id }) => id);
  noteOurs(turn);
  if (!state.isDegreeDue) effects.push({ type: 'set-timer', timer: 'degree', after: DEGREE_AFTER });
  state.isDegreeDue = true;
}

export function noteOurs({ state }: PeerTurn): void {
  state.ours = state.linked.flatMap(({ id, isProven }) => (isProven ? [id] : []));
}

/** Milliseconds after which seeds are told of a new degree, so that many changes are told once. */
const DEGREE_AFTER = 1000;

export function tellDegree(turn: PeerTurn): void {
  const { state } = turn;
  state.isDegreeDue = false;
  const seeds = Array.from(state.links.values()).filter((link) => link.purpose === 'seed' && link.isProven);
  say(turn, seeds, { type: 'degree', degree: state.neighbours.size });
}
