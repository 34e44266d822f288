import type { Address } from './address.ts';
import { say, type Link } from './links.ts';
import { fill } from './overlay.ts';
import type { Beacon, PeerTurn } from './peer-state.ts';
import { firstOf, isAlive } from './roster.ts';

/**
 * The member with the first address lets a beacon go round over the links every few seconds. Whom it does not reach is cut off from that
 * member, and picks a further neighbour until it is reached. Nobody is cut off from a member that only now became the first: were it so,
 * all would have as many neighbours as they may where whoever is the first comes and goes.
 */
export function beaconTick(turn: PeerTurn): void {
  const { state, context } = turn;
  const root = rootOf(turn);
  for (const neighbour of state.neighbours.values()) neighbour.isFresh = false;
  state.recentBefore = state.recent;
  state.recent = [];
  state.beaconAge = isSameRoot(turn, root) ? state.beaconAge + 1 : 0;
  if (root === context.address && state.life > 0) {
    state.beacons += 1;
    state.beacon = { type: 'beacon', root, life: state.life, number: state.beacons };
    state.beaconAge = 0;
    sayToOurs(turn, state.beacon);
  }
  if (state.beaconAge < BEATS_MISSED || state.roster.size === 1) return;
  // Each time another: the first may be cut off with us.
  if (state.extra < EXTRA_MAX) state.extra += 1;
  fill(turn);
}

/** Whether the member that lets the beacon go round is the one that did so a beat ago, in the same life. */
function isSameRoot({ state, context }: PeerTurn, root: Address): boolean {
  const known = state.beaconRoot;
  const life = root === context.address ? state.life : state.roster.entries.get(root)!.member.life;
  state.beaconRoot = known?.root === root && known.life === life ? known : { root, life };
  return known === undefined || known === state.beaconRoot;
}

/** Beats without a beacon after which a peer takes itself for cut off, and how many more neighbours it then picks. */
const BEATS_MISSED = 3;
const EXTRA_MAX = 5;

function sayToOurs({ state, effects }: PeerTurn, beacon: Beacon): void {
  if (state.ours.length > 0) effects.push({ type: 'send', to: state.ours, message: beacon });
}

/** Of all members that live the one with the first address. */
function rootOf({ state, context }: PeerTurn): Address {
  const first = firstOf(state.roster);
  return first === undefined || context.address < first ? context.address : first;
}

export function hearBeacon(turn: PeerTurn, link: Link, beacon: Beacon): void {
  const { state, context } = turn;
  const { root, life, number } = beacon;
  const known = state.beacon;
  if (known?.root === root && (life < known.life || (life === known.life && number <= known.number))) return;
  // The first of all members that live, as nearly always.
  if (root !== state.roster.first || root > context.address) {
    const entry = state.roster.entries.get(root);
    if (entry === undefined && state.knowsPart && root < rootOf(turn)) {
      state.unknownRoot = { beacon, link: link.id };
      return say(turn, [link], { type: 'ask-about', members: [{ address: root, life: 0 }] });
    }
    if (!isAlive(entry) || root > rootOf(turn)) return;
  }
  state.beacon = beacon;
  state.beaconAge = 0;
  state.extra = 0;
  // To whom it comes from, too: all neighbours hear each other by that.
  sayToOurs(turn, beacon);
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
