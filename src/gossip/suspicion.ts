import type { Address } from './address.ts';
import { endpointOf } from './address.ts';
import { dial, hangUp, linksTo, output, say, type Link } from './links.ts';
import type { Message } from './messages.ts';
import { CONFIRMATIONS, add, clear, endNews, spread } from './news.ts';
import { drop, fill } from './overlay.ts';
import { NONE_SUSPECTED, type PeerTurn } from './peer-state.ts';
import { isAlive, own, type Entry } from './roster.ts';
import { bodyOf, type Suspect } from './statements.ts';
import { forget, lose } from './unreachable.ts';

/**
 * A suspicion, and what becomes of it. Whoever is suspected and lives says so, with a higher incarnation, and that ends it. Else peers
 * agree on the death when another suspects it as well, or nobody else knew it; then seeds are told, which look for themselves.
 *
 * How long that takes shortens when others suspect it too (Lifeguard, §IV.B): from `suspicionMax` to `suspicionMin`.
 */
export function suspect(turn: PeerTurn, address: Address, reason: string): void {
  const { state, context } = turn;
  const known = state.roster.entries.get(address);
  if (!isAlive(known) || known.suspects.has(context.address) || address === context.address || state.life === 0 || state.spared.has(address)) return;
  const entry = own(state.roster, known);
  output(turn, { type: 'suspecting', address, reason });
  const body = { address, life: entry.member.life, incarnation: entry.incarnation, by: context.address };
  const statement: Suspect = { type: 'suspect', ...body, signature: context.keys.sign('suspect', bodyOf.suspect(body)) };
  // It refuted that the last time, and was not heard since.
  if (state.suspected.has(address)) lose(turn, address);
  state.suspected = new Set([...state.suspected, address]);
  const isEnough = entry.suspects.size > CONFIRMATIONS;
  add(turn, entry, context.address, statement);
  if (!isEnough) spread(turn, [statement]);
  say(turn, state.linked.filter(({ isProven }) => !isProven), { type: 'suspect-notice', address, by: context.address });
  wait(turn, entry, context.address);
  // It may be the link alone that is of no use: if a new one opens, it takes its place.
  if (state.neighbours.has(address)) dial(turn, address, 'peer');
}

/** A peer says that another is dead, over a link that says no more than that. */
export function hearNotice(turn: PeerTurn, link: Link, { address, by }: Message & { type: 'suspect-notice' }): void {
  const { state, context } = turn;
  output(turn, { type: 'noticed', address, by });
  const entry = state.roster.entries.get(address);
  // It speaks for itself alone, and only older programs speak so.
  if (!isAlive(entry) || by !== link.address || link.isProven || entry.suspects.has(by) || address === by) return;
  if (address === context.address) return say(turn, [link], { type: 'ping', at: context.unixTime() });
  const mine = own(state.roster, entry);
  add(turn, mine, by, undefined);
  wait(turn, mine, by);
}

/** Another voice, ours or not: who suspects it himself reports it, sooner if there are more. */
export function wait(turn: PeerTurn, entry: Entry, by: Address): void {
  const { context, effects } = turn;
  const { address } = entry.member;
  if (entry.suspects.size === 1) effects.push({ type: 'set-timer', timer: `lapse ${address}`, after: LAPSE * context.settings.suspicionMax });
  if (!entry.suspects.has(context.address)) return;
  const { suspicionMin, suspicionMax } = context.settings;
  const voices = entry.suspects.size;
  // A voice more alone does not begin the time anew, which would make it longer.
  if (voices <= CONFIRMATIONS && by !== context.address) return;
  effects.push({ type: 'set-timer', timer: `suspicion ${address}`, after: voices > CONFIRMATIONS ? suspicionMin : suspicionMax });
}

/** A suspicion that led to nothing in so many times the longest one is that of somebody who took it back, and could not tell us. */
const LAPSE = 12;

export function lapse(turn: PeerTurn, address: Address): void {
  const { context, state, effects } = turn;
  const entry = state.roster.entries.get(address);
  if (!isAlive(entry) || entry.suspects.size === 0) return;
  for (const by of Array.from(entry.suspects.keys())) if (by !== context.address) clear(turn, entry, by);
  if (entry.suspects.size > 0) effects.push({ type: 'set-timer', timer: `lapse ${address}`, after: LAPSE * context.settings.suspicionMax });
}

export function suspicionOver(turn: PeerTurn, address: Address): void {
  const { state, context, effects } = turn;
  const entry = state.roster.entries.get(address);
  if (!isAlive(entry) || !entry.suspects.has(context.address)) return;
  const by = Array.from(entry.suspects.keys());
  if (by.length > 1) output(turn, { type: 'agreed', address, by });
  const at = String(context.unixTime());
  const seeds = Array.from(state.seeds.values()).filter(({ status, link }) => status === 'registered' && link !== undefined);
  for (const seed of seeds) {
    const link = state.links.get(seed.link!);
    if (link?.isReady !== true) continue;
    output(turn, { type: 'reported', address, at, seed: seed.address });
    say(turn, [link], { type: 'dead-report', address, at, reporter: endpointOf(context.address).host });
  }
  // Until seeds have decided; they may not be there.
  effects.push({ type: 'set-timer', timer: `suspicion ${address}`, after: REPORT_EVERY });
}

const REPORT_EVERY = 10_000;

export function hearAnswer(turn: PeerTurn, link: Link, { address, confirmed }: Message & { type: 'dead-answer' }): void {
  const { state } = turn;
  const seed = state.seeds.get(link.address!);
  const entry = state.roster.entries.get(address);
  if (seed === undefined) return;
  output(turn, { type: confirmed ? 'confirmed' : 'rejected', address, seed: seed.address });
  if (!isAlive(entry)) return;
  // It may have come by itself meanwhile, and be a neighbour again: then there is nothing left to take back.
  if (!confirmed) return entry.suspects.has(turn.context.address) ? withdraw(turn, entry) : undefined;
  // Seeds of ours show by what a member is dead; an older one only says so.
  if (!seed.isOld) return;
  endNews(turn, entry, { type: 'dead', address, life: entry.member.life, votes: [] });
  ended(turn, address);
}

/** Seeds reach it though we do not: it is no neighbour for us, and no dead. */
function withdraw(turn: PeerTurn, entry: Entry): void {
  const { state, context, effects } = turn;
  const { address } = entry.member;
  suspectNoMore(turn, address);
  lose(turn, address);
  spare(turn, address);
  clear(turn, entry, context.address);
  effects.push({ type: 'cancel-timer', timer: `suspicion ${address}` });
  const neighbour = state.neighbours.get(address);
  if (neighbour === undefined) return;
  drop(turn, neighbour);
  hangUp(turn, neighbour.link);
  state.avoided.add(address);
  fill(turn);
}

/** It lives though we do not hear it, as seeds say or itself: it is not suspected again so soon. */
export const spare = ({ state }: PeerTurn, address: Address): void => void state.spared.set(address, SPARED);

/** So many times a peer heals before it suspects such a one again. */
const SPARED = 3;

/** It was heard: whatever we held against it is void. */
export function heard(turn: PeerTurn, address: Address): void {
  const { state, context, effects } = turn;
  if (!state.suspected.has(address)) return;
  suspectNoMore(turn, address);
  const entry = state.roster.entries.get(address);
  if (!isAlive(entry) || !entry.suspects.has(context.address)) return;
  clear(turn, entry, context.address);
  effects.push({ type: 'cancel-timer', timer: `suspicion ${address}` });
}

function suspectNoMore({ state }: PeerTurn, address: Address): void {
  if (!state.suspected.has(address)) return;
  const rest = Array.from(state.suspected).filter((one) => one !== address);
  state.suspected = rest.length === 0 ? NONE_SUSPECTED : new Set(rest);
}

/** Something came from one that was unreachable from here. */
export function found(turn: PeerTurn, address: Address): void {
  forget(turn, address);
  heard(turn, address);
}

/** A member is dead or gone: no link to it is of use. */
export function ended(turn: PeerTurn, address: Address): void {
  const { state, effects } = turn;
  effects.push({ type: 'cancel-timer', timer: `suspicion ${address}` });
  state.probes.delete(address);
  suspectNoMore(turn, address);
  forget(turn, address);
  const neighbour = state.neighbours.get(address);
  if (neighbour !== undefined) drop(turn, neighbour);
  for (const link of linksTo(state, address)) if (link.purpose !== 'seed') hangUp(turn, link);
  fill(turn);
}

/** Somebody takes this peer for dead. Only we raise our incarnation, by one each time. */
export function refute(turn: PeerTurn, by: Address, incarnation = 0): void {
  const { state, context } = turn;
  const known = state.roster.entries.get(context.address);
  if (!isAlive(known)) return;
  // Of what it said before it was started again others may know more than it does.
  state.incarnation = Math.max(state.incarnation, known.incarnation, incarnation) + 1;
  const body = { address: context.address, life: state.life, incarnation: state.incarnation };
  const alive = { type: 'alive', ...body, signature: context.keys.sign('alive', bodyOf.alive(body)) } as const;
  Object.assign(own(state.roster, known), { incarnation: state.incarnation, alive });
  output(turn, { type: 'refuted', incarnation: state.incarnation, by });
  spread(turn, [alive]);
}
