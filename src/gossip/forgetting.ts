import type { Address } from './address.ts';
import { output, say, type Link } from './links.ts';
import { enter, finish, forget, isAlive, newRoster } from './roster.ts';
import type { SeedState, SeedTurn } from './seed-state.ts';
import type { Member, Saved } from './statements.ts';

/**
 * A seed forgets who ended, some time later: else what it holds would grow with every address that ever was. Of all of them it keeps one
 * number, the highest life that it forgot, its floor. Whoever comes from then on gets a life above that. So no word about an earlier life of
 * an address touches a later one: any two quorums share a seed, which knows that earlier life, or forgot it.
 *
 * A life at or below the floor, of which somebody tells all the same, may be one that was forgotten, or one that other seeds gave away:
 * each seed has a floor of its own, and whoever was cut off for longer may still have it on a list. It is not believed but looked for
 * (`removal.ts`). Who is there is let in as a life above the floor. Who is not is taken off all lists once more.
 *
 * No clock says how long ago somebody ended, as clocks may be wrong. Time is counted in eras. That an era is over is saved, so that a seed
 * which is started again goes on where it was.
 */
export function beginEras({ effects, context }: SeedTurn): void {
  effects.push({ type: 'set-timer', timer: 'era', after: context.settings.forgetAfter / ERAS });
}

/** So many eras after its end somebody is forgotten. */
const ERAS = 4;

export function eraOver(turn: SeedTurn): void {
  const { state, effects } = turn;
  beginEras(turn);
  // At rest nothing is written.
  if (state.ended.size === 0 && state.promised.size === 0) return;
  const { floor } = state;
  for (const [address, promise] of Array.from(state.promised)) {
    if (promise.era > state.era - ERAS) continue;
    // Nobody came by it, and it must not be given to another key.
    state.floor = Math.max(state.floor, promise.life);
    state.promised.delete(address);
  }
  const hadEnded = state.ended.size > 0;
  for (const address of age(state)) output(turn, { type: 'forgot', address });
  if (hadEnded || state.floor > floor) effects.push({ type: 'save', record: { type: 'aged', floor: state.floor } });
}

/** @returns who was forgotten */
function age(state: Lapsing): readonly Address[] {
  state.era += 1;
  const due = new Set<Address>();
  for (const [address, { life, era }] of Array.from(state.ended)) {
    const entry = state.roster.entries.get(address);
    const isOver = entry !== undefined && !isAlive(entry) && entry.member.life === life;
    if (isOver && era >= state.era - ERAS) continue;
    state.ended.delete(address);
    if (!isOver) continue;
    due.add(address);
    state.floor = Math.max(state.floor, life);
  }
  const { addresses } = state.roster;
  // From behind: the last takes the place of whoever goes.
  if (due.size > 0) for (let place = addresses.length - 1; place >= 0; place -= 1) if (due.has(addresses[place]!)) forget(state.roster, place);
  return Array.from(due);
}

type Lapsing = Pick<SeedState, 'floor' | 'era' | 'ended' | 'roster'>;

/** Somebody ended in this era. */
export function noteEnd({ ended, era }: Lapsing, { address, life }: Pick<Member, 'address' | 'life'>): void {
  ended.set(address, { life, era });
}

/** What a seed knew by what it saved. */
export function recalled(records: readonly Saved[]): Lapsing {
  const state: Lapsing = { roster: newRoster(), floor: 0, era: 0, ended: new Map() };
  for (const record of records) {
    if (record.type === 'aged') {
      age(state);
      state.floor = Math.max(state.floor, record.floor);
    } else if (record.type === 'member') enter(state.roster, record);
    else if (record.type === 'dead' || record.type === 'left') {
      const entry = state.roster.entries.get(record.address);
      if (entry?.member.life !== record.life) continue;
      finish(state.roster, entry, record);
      noteEnd(state, record);
    }
  }
  return state;
}

/** Which of them are still needed: what is known of whoever is not forgotten, each era behind an end of those, and the last one for its floor. */
export function neededOf(records: readonly Saved[]): readonly Saved[] {
  const needed = new Set<Saved>();
  for (const { member, end } of recalled(records).roster.entries.values()) {
    needed.add(member);
    if (end !== undefined) needed.add(end);
  }
  const lastEra = records.findLast(({ type }) => type === 'aged');
  let hasEnded = false;
  return records.filter((record) => {
    if (record.type === 'aged') return hasEnded || record === lastEra;
    const isNeeded = needed.has(record);
    hasEnded ||= isNeeded && record.type !== 'member';
    return isNeeded;
  });
}

/** The least life that somebody may get who comes. */
export const leastLife = ({ floor }: Pick<SeedState, 'floor'>): number => floor + 1;

/** Whether this may be a life that was forgotten. */
export const mayBeForgotten = ({ state }: SeedTurn, { address, life }: Pick<Member, 'address' | 'life'>): boolean => life <= state.floor && !state.roster.entries.has(address);

/** Asks who tells of a life that may be forgotten to show by what it knows that. */
export function askOf(turn: SeedTurn, link: Link, members: readonly { readonly address: Address; readonly life: number }[]): void {
  const forgotten = members.filter((member) => mayBeForgotten(turn, member)).map(({ address }) => ({ address, life: 0 }));
  if (forgotten.length > 0) say(turn, [link], { type: 'ask-about', members: forgotten });
}
