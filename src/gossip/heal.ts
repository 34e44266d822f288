import type { Address } from './address.ts';
import { draw, shuffled } from './draw.ts';
import { dial, hangUp, linksTo, type Link } from './links.ts';
import { dialledBy, fill } from './overlay.ts';
import type { PeerTurn } from './peer-state.ts';
import { isAlive } from './roster.ts';
import { lose } from './unreachable.ts';

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
  for (const address of state.suspected) {
    // It refuted what we held against it, and still we did not hear it.
    if (isAlive(state.roster.entries.get(address)) && !state.roster.entries.get(address)!.suspects.has(turn.context.address)) lose(turn, address);
  }
  if (state.life > 0) look(turn);
  fill(turn);
}

function look(turn: PeerTurn): void {
  const { unreachable, neighbours } = turn.state;
  // Those of whom others have answers, and we have not: of a neighbour it may be the link alone that is of no use.
  const all = Array.from(unreachable.keys());
  for (const lost of all.length > LOST_MAX ? shuffled(turn, 'lost', all).slice(0, LOST_MAX) : all) if (linksTo(turn.state, lost).every(({ isOpen }) => isOpen)) dial(turn, lost, neighbours.has(lost) ? 'peer' : 'heal');
  const address = strangerOf(turn);
  if (address !== undefined && !dialledBy(turn).has(address)) dial(turn, address, 'heal');
}

/** So many of those are looked for at once. */
const LOST_MAX = 16;

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

/** Among many a few look at any time: each needs to less often. */
export const healPeriod = ({ context, state }: PeerTurn): number => context.settings.healEvery * Math.min(HEAL_MOST, Math.max(1, Math.floor(state.roster.size / HEAL_FEW)));
const HEAL_FEW = 32;
const HEAL_MOST = 6;
