import type { Address } from './address.ts';
import { output, say, type Link } from './links.ts';
import { keyOfSeed, type PeerTurn } from './peer-state.ts';
import { learntOf } from './partial-view.ts';
import { NOBODY, enter, finish, isAlive, own, isCertified, isNewer, pagesOf, quorumOf, statementsOf, united, type Entry } from './roster.ts';
import { bodyOf, type Alive, type Dead, type Left, type Member, type Statement, type Suspect } from './statements.ts';

/** What a statement changed, for whoever has to do something about it. */
export type News =
  | { readonly type: 'joined'; readonly address: Address }
  | { readonly type: 'ended'; readonly address: Address }
  | { readonly type: 'suspected'; readonly address: Address; readonly by: Address; readonly isFirst: boolean }
  | { readonly type: 'cleared'; readonly address: Address }
  /** It is about this very peer. */
  | { readonly type: 'own-life'; readonly member: Member }
  | { readonly type: 'own-death' }
  | { readonly type: 'own-suspicion'; readonly suspect: Suspect };

/**
 * Takes what somebody says of a member, if it is new and holds by its signatures. Of two statements about one address the one of the later
 * life stands; in one life whoever ended has ended; before that the higher incarnation stands, and in one incarnation every suspicion adds
 * to the others. So all that have the same statements, in whatever order and how often, know the same.
 */
export function believe(turn: PeerTurn, statement: Statement, from?: Link): News | undefined {
  switch (statement.type) {
    case 'member':
      return memberNews(turn, statement, from);
    case 'alive':
      return aliveNews(turn, statement);
    case 'suspect':
      return suspectNews(turn, statement);
    case 'left':
      return leftNews(turn, statement);
    case 'dead':
      return deadNews(turn, statement, from);
    default:
      return statement satisfies never;
  }
}

/** Where seeds may lie, one could say that it is an older one, and so had nothing to sign. */
export const areOldBelieved = ({ context }: PeerTurn): boolean => !context.settings.byzantineSeeds;

/** The statement, if a quorum of seeds says so, or one that we dialled where not all seeds can sign. */
function fromSeeds<S extends Member | Dead>(turn: PeerTurn, statement: S, from: Link | undefined): S | undefined {
  const { context, state } = turn;
  if (isCertified(context, statement, keyOfSeed(turn))) return statement;
  // An older seed signs nothing, and its list holds because we dialled it.
  const hasOld = context.settings.trustsAll || (areOldBelieved(turn) && Array.from(state.seeds.values()).some(({ isOld }) => isOld));
  if (hasOld && (from === undefined || from.purpose === 'seed')) return statement;
  // Seeds that signed it may be gone by now, and others have signed it since.
  const whole = united(state.pending, statement);
  if (isCertified(context, whole, keyOfSeed(turn))) return whole;
  if (from?.purpose === 'seed') doubt(turn, statement);
  return undefined;
}

/** What a seed hands on is signed by seeds: if not by the key that we know of one, that seed was started again with another. */
function doubt({ context, state }: PeerTurn, statement: Member | Dead): void {
  const body = statement.type === 'member' ? bodyOf.member(statement) : bodyOf.dead(statement);
  for (const { seed: address, signature } of statement.votes) {
    const seed = state.seeds.get(address);
    if (seed?.key !== undefined && !context.keys.verify(seed.key, statement.type, body, signature)) seed.isDoubted = true;
  }
}

function memberNews(turn: PeerTurn, said: Member, from: Link | undefined): News | undefined {
  const { state, context } = turn;
  const { address, key, life } = said;
  const known = state.roster.entries.get(address);
  const isNew = isNewer(said, known?.member);
  if (!isNew && !isForgotten(turn, said.key, known!, from)) return undefined;
  const member = fromSeeds(turn, said, from);
  if (member === undefined || (!isNew && !isCertified(context, member, keyOfSeed(turn)))) return undefined;
  if (address === context.address) {
    if (key !== context.keys.own || life <= state.life) return undefined;
    state.life = life;
    state.incarnation = 0;
  }
  tell(turn, enter(state.roster, member));
  learntOf(turn, address);
  return address === context.address ? { type: 'own-life', member } : { type: 'joined', address };
}

/**
 * Seeds that keep nothing on a disk, and were all started again, number the lives of an address anew. So a member with another key stands in
 * the place of one that ended, if seeds sign it whose keys are known now, and who is known is signed by none of them; of one that lives only
 * a seed can say so.
 */
function isForgotten(turn: PeerTurn, key: string, { member, end }: Entry, from: Link | undefined): boolean {
  if (key === member.key || (end === undefined && from?.purpose !== 'seed')) return false;
  const { context } = turn;
  const known = end?.type === 'dead' ? end : member;
  // What no seed ever signed is of a network in which they sign nothing.
  return known.votes.length >= quorumOf(context) && !isCertified(context, known, keyOfSeed(turn));
}

function aliveNews(turn: PeerTurn, alive: Alive): News | undefined {
  const { state, context } = turn;
  const entry = state.roster.entries.get(alive.address);
  if (!isAlive(entry) || entry.member.life !== alive.life || alive.incarnation <= entry.incarnation) return undefined;
  if (!context.keys.verify(entry.member.key, 'alive', bodyOf.alive(alive), alive.signature)) return undefined;
  const wasSuspect = entry.suspects.size > 0;
  const mine = Object.assign(own(state.roster, entry), { incarnation: alive.incarnation, alive, suspects: NOBODY });
  if (wasSuspect) tell(turn, mine);
  return { type: 'cleared', address: alive.address };
}

function suspectNews(turn: PeerTurn, suspect: Suspect): News | undefined {
  const { state, context } = turn;
  const { address, by, life, incarnation } = suspect;
  const entry = state.roster.entries.get(address);
  // Only who is suspected raises its incarnation: a higher one is invented, and a lower one is refuted.
  if (!isAlive(entry) || entry.member.life !== life || entry.suspects.has(by) || by === address) return undefined;
  const isOwn = address === context.address;
  if (isOwn ? incarnation < entry.incarnation || incarnation > entry.incarnation + STEP_MAX : incarnation !== entry.incarnation) return undefined;
  // So many make a suspicion as short as it gets: more would only be work for all (Lifeguard, §IV.B).
  if (!isOwn && entry.suspects.size > CONFIRMATIONS) return undefined;
  const accuser = state.roster.entries.get(by);
  if (!isAlive(accuser) || !context.keys.verify(accuser.member.key, 'suspect', bodyOf.suspect(suspect), suspect.signature)) return undefined;
  if (isOwn) return { type: 'own-suspicion', suspect };
  return add(turn, entry, by, suspect);
}

/** By how much others may be ahead of what a peer that was started again knows of itself: more is invented, to use up its numbers. */
const STEP_MAX = 1000;

/** So many other voices make a suspicion as short as it gets. */
export const CONFIRMATIONS = 2;

/** A voice more against a member. */
export function add(turn: PeerTurn, entry: Entry, by: Address, suspect: Suspect | undefined): News {
  const isFirst = entry.suspects.size === 0;
  const mine = own(turn.state.roster, entry);
  mine.suspects = new Map([...entry.suspects, [by, suspect]]);
  if (isFirst) tell(turn, mine);
  return { type: 'suspected', address: entry.member.address, by, isFirst };
}

/** Takes voices back. */
export function clear(turn: PeerTurn, entry: Entry, by?: Address): void {
  if (entry.suspects.size === 0) return;
  // Who is suspected has an entry of its own.
  entry.suspects = by === undefined ? NOBODY : new Map(Array.from(entry.suspects).filter(([accuser]) => accuser !== by));
  if (entry.suspects.size === 0) tell(turn, entry);
}

function leftNews(turn: PeerTurn, left: Left): News | undefined {
  const { state, context } = turn;
  const entry = state.roster.entries.get(left.address);
  if (!isAlive(entry) || entry.member.life !== left.life || left.address === context.address) return undefined;
  if (!context.keys.verify(entry.member.key, 'left', bodyOf.left(left), left.signature)) return undefined;
  return endNews(turn, entry, left);
}

function deadNews(turn: PeerTurn, said: Dead, from: Link | undefined): News | undefined {
  const { state, context } = turn;
  const entry = state.roster.entries.get(said.address);
  if (!isAlive(entry) || entry.member.life !== said.life) return undefined;
  const dead = fromSeeds(turn, said, from);
  if (dead === undefined) return undefined;
  if (dead.address === context.address) return state.life === dead.life ? { type: 'own-death' } : undefined;
  return endNews(turn, entry, dead);
}

export function endNews(turn: PeerTurn, entry: Entry, end: Dead | Left): News {
  finish(turn.state.roster, entry, end);
  tell(turn, turn.state.roster.entries.get(end.address)!);
  return { type: 'ended', address: end.address };
}

function tell(turn: PeerTurn, { member, incarnation, end, suspects }: Entry): void {
  output(turn, { type: 'member', address: member.address, life: member.life, incarnation, state: end?.type ?? (suspects.size > 0 ? 'suspect' : 'alive') });
}

/** Passes on what was new, to all neighbours of ours but the one that it came from. */
export function spread(turn: PeerTurn, statements: readonly Statement[], from?: Link): void {
  if (statements.length === 0) return;
  const to = turn.state.ours.filter((id) => id !== from?.id);
  if (to.length > 0) turn.effects.push({ type: 'send', to, message: { type: 'statements', statements } });
}

/** Passes on who joined, together with who joins in the next moment. */
export function tellSoon({ state, effects }: PeerTurn, addresses: readonly Address[], from: Link): void {
  if (addresses.length === 0) return;
  if (state.arrivals.length === 0) effects.push({ type: 'set-timer', timer: 'arrivals', after: MOMENT });
  for (const address of addresses) state.arrivals.push({ address, from });
}

/** In ms. */
const MOMENT = 50;

export function tellArrivals(turn: PeerTurn): void {
  const { state } = turn;
  const { arrivals } = state;
  state.arrivals = [];
  for (const link of state.linked) {
    if (!link.isProven) continue;
    // All that is known of each by now: it may have ended.
    const others = arrivals.flatMap(({ address, from }) => {
      const entry = from === link ? undefined : state.roster.entries.get(address);
      return entry === undefined ? [] : statementsOf(entry);
    });
    for (const statements of pagesOf(others)) say(turn, [link], { type: 'statements', statements });
  }
}
