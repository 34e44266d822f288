import type { Address } from './address.ts';
import { dial, hangUp, output, say, type Link } from './links.ts';
import type { Message, NotYet } from './messages.ts';
import { areOldBelieved, believe } from './news.ts';
import { fill } from './overlay.ts';
import { nobodySigns, type PeerTurn, type SeedContact } from './peer-state.ts';
import { draw, shuffled } from './draw.ts';
import { isAlive } from './roster.ts';

/**
 * A peer registers with ⌊n/2⌋ + 1 seeds, drawn at random, and asks each for its list; it asks another if one refuses or is not there, and
 * all of them again later, for ever. It is ready when so many have it and it has had their lists.
 */
export function join(turn: PeerTurn): void {
  const { state, context } = turn;
  let need = registrationsOf(context.seeds.length);
  for (const seed of state.seeds.values()) {
    // All are dialled, as whoever is let in is so by the signatures of any.
    if ((seed.key === undefined || seed.isDoubted) && !seed.isOld) linkTo(turn, seed);
    if (seed.status !== 'none') need -= 1;
  }
  if (need <= 0) return;
  const others = shuffled(turn, 'seeds', Array.from(state.seeds.values()).filter(({ status }) => status === 'none'));
  others.slice(0, need).forEach((seed) => registerWith(turn, seed));
}

export const registrationsOf = (seeds: number): number => Math.floor(seeds / 2) + 1;

function registerWith(turn: PeerTurn, seed: SeedContact): void {
  seed.status = 'wanted';
  const link = linkTo(turn, seed);
  if (link?.isReady === true) ask(turn, seed, link);
}

/** The link to a seed, dialled if need be. */
function linkTo(turn: PeerTurn, seed: SeedContact): Link {
  const known = seed.link === undefined ? undefined : turn.state.links.get(seed.link);
  if (known !== undefined) return known;
  const link = dial(turn, seed.address, 'seed');
  seed.link = link.id;
  return link;
}

function ask(turn: PeerTurn, seed: SeedContact, link: Link): void {
  seed.status = 'asked';
  say(turn, [link], { type: 'register', address: turn.context.address });
  turn.effects.push({ type: 'set-timer', timer: `registration ${seed.address}`, after: (link.isProven ? 2 : 1) * turn.context.settings.seedTimeout + LATER });
}

/** A seed has its own time to answer in, and the answer some to come. */
const LATER = 500;

export function metSeed(turn: PeerTurn, link: Link): void {
  const seed = turn.state.seeds.get(link.address!)!;
  // Who ever had a key has one: it is only slow to say so.
  seed.isOld = !link.isProven && seed.key === undefined;
  const wasDoubted = seed.isDoubted;
  if (link.isProven) seed.key = link.hello!.own!.key;
  seed.isDoubted = false;
  if (seed.status === 'wanted') ask(turn, seed, link);
  else if (seed.status === 'registered' && !seed.hasListed) say(turn, [link], { type: 'get-peers' });
  // What could not be verified without this key is asked for again.
  if (turn.state.life > 0 && !wasDoubted) return;
  const others = Array.from(turn.state.seeds.values()).filter(({ status }) => status === 'registered');
  for (const { link: id } of others) say(turn, id === undefined ? [] : [turn.state.links.get(id)!], { type: 'get-peers' });
}

export function hearRegistered(turn: PeerTurn, link: Link, { ok, why }: Message & { type: 'registered' }): void {
  const { state } = turn;
  const seed = state.seeds.get(link.address!);
  if (seed === undefined || seed.status !== 'asked') return;
  turn.effects.push({ type: 'cancel-timer', timer: `registration ${seed.address}` });
  if (!ok) return failed(turn, seed, why === undefined ? 'it refuses' : NOT_YET[why]);
  seed.status = 'registered';
  const registered = Array.from(state.seeds.values()).filter(({ status }) => status === 'registered').length;
  if (state.life === 0 && nobodySigns(turn) && registered >= registrationsOf(turn.context.seeds.length)) believe(turn, { type: 'member', address: turn.context.address, key: turn.context.keys.own, life: 1, votes: [] });
  output(turn, { type: 'registered', seed: seed.address, life: state.life });
  say(turn, [link], { type: 'get-peers' });
}

/** Why a seed let us not in that may do so when it is asked again; an older one says no more than that it does not. */
const NOT_YET: Readonly<Record<NotYet, string>> = { undecided: 'seeds have not decided yet', unreached: 'seeds did not reach us' };

/** A registration came to nothing: another seed is asked, or all of them later. */
export function failed(turn: PeerTurn, seed: SeedContact, reason: string): void {
  seed.status = 'none';
  output(turn, { type: 'not-registered', seed: seed.address, reason });
  turn.effects.push({ type: 'set-timer', timer: 'join', after: RETRY_MIN + draw(turn, 'retry', RETRY_SPREAD) });
}

/** With jitter, so that peers that lost one seed do not all come to another at once. */
const RETRY_MIN = 100;
const RETRY_SPREAD = 900;

export function lostSeed(turn: PeerTurn, link: Link): void {
  const seed = turn.state.seeds.get(link.address!);
  if (seed === undefined || seed.link !== link.id) return;
  seed.link = undefined;
  seed.quiet = 0;
  // It has our name, but is not there: another takes its place.
  if (seed.status === 'registered' && !link.isOpen) seed.status = 'none';
  if (seed.status === 'wanted' || seed.status === 'asked') failed(turn, seed, 'nobody answers there');
}

export function registrationOver(turn: PeerTurn, address: Address): void {
  const seed = turn.state.seeds.get(address);
  if (seed?.status !== 'asked') return;
  // The link may be open at this end alone.
  forget(turn, seed);
  failed(turn, seed, 'it does not answer');
}

function forget(turn: PeerTurn, seed: SeedContact): void {
  const link = seed.link === undefined ? undefined : turn.state.links.get(seed.link);
  if (link !== undefined) hangUp(turn, link);
  seed.link = undefined;
  seed.quiet = 0;
}

/** Looks at a seed without a word from it. */
const QUIET = 10;

export function hearList(turn: PeerTurn, link: Link, { peers }: Message & { type: 'peer-list' }): void {
  const { state, context } = turn;
  const seed = state.seeds.get(link.address!);
  if (seed === undefined) return;
  seed.hasListed = true;
  output(turn, { type: 'listed', seed: seed.address, peers: peers.map(({ address }) => address) });
  for (const { address, degree } of peers) {
    const entry = state.roster.entries.get(address);
    if (isAlive(entry) && degree !== undefined) state.roster.degrees.set(address, degree);
    // An older seed signs nothing: what it says holds because we dialled it.
    else if (seed.isOld && areOldBelieved(turn) && address !== context.address && entry === undefined) believe(turn, { type: 'member', address, key: '', life: 1, votes: [] });
  }
  // A seed that keeps nothing on a disk was started again: all must come to it anew, as nobody may be left who can show that they were let in.
  if (seed.status === 'registered' && link.isProven && state.life > 0 && peers.every(({ address }) => address !== context.address)) return failed(turn, seed, 'it has forgotten us');
  const listed = Array.from(state.seeds.values()).filter(({ status, hasListed }) => status === 'registered' && hasListed);
  if (listed.length >= registrationsOf(context.seeds.length)) fill(turn);
}

/** Keeps up with seeds: with those that are lost, and with lists of which nobody tells. */
export function keepUp(turn: PeerTurn): void {
  const { state } = turn;
  join(turn);
  const isAlone = state.neighbours.size === 0;
  for (const seed of state.seeds.values()) {
    const link = seed.link === undefined ? undefined : state.links.get(seed.link);
    // To know its key, or because it was lost.
    if (link === undefined && (seed.status === 'registered' || seed.key === undefined)) linkTo(turn, seed);
    if (link?.isReady === true && (isAlone || seed.isOld)) say(turn, [link], { type: 'get-peers' });
    if (link === undefined && seed.status === 'registered') seed.hasListed = false;
    // Its key is known, and its list is not ours to keep up with.
    if (link?.isReady === true && seed.status === 'none' && state.isReady) forget(turn, seed);
    // Seeds of ours ask for signs of life: one that does not for so long has lost the link, and we do not know.
    seed.quiet += 1;
    if (link === undefined || seed.quiet <= QUIET || (link.isReady && (!link.isProven || seed.status !== 'registered'))) continue;
    forget(turn, seed);
    // Or it was lost while it was being opened.
    if (seed.status === 'wanted') failed(turn, seed, 'it does not answer');
  }
}

/** Seeds took this peer for dead: it lives, and asks to be let in again, as another life. */
export function joinAnew(turn: PeerTurn): void {
  const { state } = turn;
  state.life = 0;
  state.incarnation = 0;
  for (const seed of state.seeds.values()) {
    seed.status = 'none';
    // The hello of a link says which life it is of.
    forget(turn, seed);
  }
  turn.effects.push({ type: 'set-timer', timer: 'join', after: RETRY_MIN });
}
