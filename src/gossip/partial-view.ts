import type { Address } from './address.ts';
import { draw } from './draw.ts';
import { linksTo, output, say, type Link } from './links.ts';
import type { Message } from './messages.ts';
import type { PeerTurn } from './peer-state.ts';
import { firstOf, forget, isAlive, pagesOf, statementsOf, type Roster } from './roster.ts';
import type { Statement } from './statements.ts';

/**
 * In a large network a peer knows a part of it alone, as in HyParView (Leitão, Pereira and Rodrigues 2007): its neighbours, and others
 * drawn by chance, so that what it holds in mind does not grow with the network. Seeds know all. Such a peer has nobody to compare its
 * view with; instead it asks seeds, a few at a time, whether those whom it knows are still members, and hears of others by that: so no
 * group of peers that know each other alone stays alone.
 */
export function learntOf(turn: PeerTurn, address: Address): void {
  const { state, context } = turn;
  if (state.roster.size >= context.settings.viewMax) state.knowsPart = true;
  trim(turn, address);
}

/** A seed has told all that there are: whoever knows so many knows all. */
export function toldAll({ state, context }: PeerTurn, size: number): void {
  if (size < context.settings.viewMax) state.knowsPart = false;
}

/** Forgets others by chance when more are known than are to be. @param newest who was just heard of */
function trim(turn: PeerTurn, newest: Address): void {
  const { state, context } = turn;
  const { roster } = state;
  const { viewMax } = context.settings;
  const isOver = (): boolean => roster.size > viewMax || roster.entries.size > REMEMBERED * viewMax;
  if (!isOver()) return;
  for (let tries = 0; isOver() && tries < TRIES; tries += 1) {
    const place = draw(turn, 'forget', roster.addresses.length);
    const address = roster.addresses[place]!;
    const entry = roster.entries.get(address)!;
    // Of the dead it remembers more than of the living, so that no old word brings them back.
    if (isAlive(entry) !== roster.size > viewMax || entry.suspects.size > 0) continue;
    if (address === newest || address === context.address || address === firstOf(roster) || linksTo(state, address).length > 0 || state.probes.has(address)) continue;
    forget(roster, place);
    output(turn, { type: 'forgot', address });
  }
}

const TRIES = 32;
const REMEMBERED = 4;

/** Asks a seed about the next few of those whom it knows. */
export function askAbout(turn: PeerTurn, seeds: readonly Link[]): void {
  const { state } = turn;
  if (seeds.length === 0) return;
  const { addresses, entries } = state.roster;
  const members = [];
  for (let i = 0; i < Math.min(ASKED, addresses.length); i += 1) {
    state.asked += 1;
    const { member, end } = entries.get(addresses[state.asked % addresses.length]!)!;
    if (end === undefined) members.push({ address: member.address, life: member.life });
  }
  say(turn, [seeds[draw(turn, 'ask', seeds.length)]!], { type: 'ask-about', members });
}

/** Somebody comes who is signed by seeds that we do not know, as they fell before we came: those that are there have signed it since. */
export function askWhoComes(turn: PeerTurn, address: Address): void {
  const seeds = Array.from(turn.state.links.values()).filter((link) => link.isProven && link.purpose === 'seed');
  if (turn.state.knowsPart && seeds.length > 0) say(turn, [seeds[draw(turn, 'ask', seeds.length)]!], { type: 'ask-about', members: [{ address, life: 0 }] });
}

/** How many it asks about at once. */
const ASKED = 16;

/** What is to be said to somebody who has those for members: of all that ended, or have a later life, by what that is known; and of others. */
export function answersAbout({ entries }: Roster, { members }: Message & { readonly type: 'ask-about' }, others: readonly Address[] = []): Message[] {
  const news: Statement[] = [];
  for (const { address, life } of members) {
    const entry = entries.get(address);
    if (entry !== undefined && (entry.member.life > life || (entry.member.life === life && entry.end !== undefined))) news.push(...statementsOf(entry));
  }
  for (const address of others) if (members.every((member) => member.address !== address)) news.push(...statementsOf(entries.get(address)!));
  return pagesOf(news).map((statements) => ({ type: 'statements', statements }));
}
