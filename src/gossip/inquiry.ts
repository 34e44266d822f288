import type { Address } from './address.ts';
import { dial, hangUp, output, say, type Link } from './links.ts';
import { CASES_MAX, type Inquiry, type SeedTurn, type Waiting } from './seed-state.ts';

/**
 * A seed looks for itself whether somebody is there, before it votes: it dials several times, a little apart, and whoever has the key
 * must prove that. Nobody is there if every link fails, or none is open within the time for it. If one is open but nobody speaks, a
 * process stands still there, as one does that was stopped; it has longer.
 */
export function inquire(turn: SeedTurn, address: Address, key: string, waiting: Waiting): void {
  const { state, context, effects } = turn;
  const known = state.inquiries.get(address);
  if (known !== undefined) {
    if (known.waiting.length >= WAITING_MAX) return unseen(turn, address, waiting);
    // One look serves all who want to know who is there. Who comes with another key may have come a moment ago, so it begins anew.
    const isNew = known.waiting.every((one) => one.key !== key);
    known.waiting.push({ key, waiting });
    if (isNew && known.begun < BEGUN_MAX) beginAnew(turn, known);
    return;
  }
  if (state.inquiries.size >= CASES_MAX) return unseen(turn, address, waiting);
  const inquiry: Inquiry = { address, dialled: 0, failed: 0, begun: 1, links: new Set(), isOpen: false, isSecond: false, waiting: [{ key, waiting }] };
  state.inquiries.set(address, inquiry);
  effects.push({ type: 'set-timer', timer: `inquiry ${address}`, after: context.settings.inquiry });
  look(turn, inquiry);
}

/** How often a seed dials, and milliseconds between. */
const LOOKS = 6;
const LOOK_EVERY = 100;
/** How many times as long as others a process has that stands still. */
export const STILL = 12;

/** How often one may begin anew, and how many may wait for it: nobody is to put it off for ever. */
const BEGUN_MAX = 3;
const WAITING_MAX = 64;

function beginAnew(turn: SeedTurn, inquiry: Inquiry): void {
  inquiry.begun += 1;
  for (const id of inquiry.links) {
    const link = turn.state.links.get(id);
    if (link !== undefined) hangUp(turn, link);
  }
  inquiry.links.clear();
  Object.assign(inquiry, { dialled: 0, failed: 0, isOpen: false, isSecond: false });
  turn.effects.push({ type: 'cancel-timer', timer: `last ${inquiry.address}` }, { type: 'set-timer', timer: `inquiry ${inquiry.address}`, after: turn.context.settings.inquiry });
  look(turn, inquiry);
}

function look(turn: SeedTurn, inquiry: Inquiry): void {
  inquiry.dialled += 1;
  inquiry.links.add(dial(turn, inquiry.address, 'inquiry').id);
  if (inquiry.dialled < LOOKS) turn.effects.push({ type: 'set-timer', timer: `look ${inquiry.address}`, after: LOOK_EVERY });
}

export function lookAgain(turn: SeedTurn, address: Address): void {
  const inquiry = turn.state.inquiries.get(address);
  if (inquiry !== undefined) look(turn, inquiry);
}

/** A link of an inquiry is open: older programs are asked for a sign of life. */
export function lookedIn(turn: SeedTurn, link: Link): void {
  const inquiry = turn.state.inquiries.get(link.address!);
  if (inquiry === undefined) return hangUp(turn, link);
  inquiry.isOpen = true;
  if (inquiry.waiting.some(({ key }) => key === '')) say(turn, [link], { type: 'ping', at: turn.context.unixTime() });
}

/** Whom this seed looks for has come by itself, and has proven that it has the key; whoever says so of another key shows nothing. */
export function came(turn: SeedTurn, address: Address, key: string): void {
  const inquiry = turn.state.inquiries.get(address);
  if (inquiry?.waiting.every((one) => one.key === key) === true) finish(turn, inquiry, () => true);
}

/** Somebody speaks there. */
export function answered(turn: SeedTurn, link: Link): void {
  const inquiry = turn.state.inquiries.get(link.address!);
  if (inquiry === undefined) return;
  finish(turn, inquiry, (key) => key === '' || (link.isProven && link.hello!.own!.key === key));
}

export function lookFailed(turn: SeedTurn, link: Link): void {
  const inquiry = turn.state.inquiries.get(link.address!);
  if (inquiry === undefined || !inquiry.links.delete(link.id)) return;
  inquiry.failed += 1;
  if (inquiry.failed >= LOOKS) finish(turn, inquiry, NOBODY_THERE);
}

export function inquiryOver(turn: SeedTurn, address: Address, isLast: boolean): void {
  const inquiry = turn.state.inquiries.get(address);
  if (inquiry === undefined) return;
  if (!isLast && inquiry.isOpen && inquiry.waiting.some(({ waiting: { type } }) => type === 'removal' || type === 'dead-vote')) {
    turn.effects.push({ type: 'set-timer', timer: `last ${address}`, after: STILL * turn.context.settings.inquiry });
    return;
  }
  // No link failed for good yet: it may be our clock that jumped, so there is a second time.
  if (!isLast && !inquiry.isSecond && inquiry.failed < LOOKS) {
    inquiry.isSecond = true;
    turn.effects.push({ type: 'set-timer', timer: `inquiry ${address}`, after: turn.context.settings.inquiry });
    return;
  }
  finish(turn, inquiry, NOBODY_THERE);
}

const NOBODY_THERE = (): boolean => false;

/** @param isThere whether whoever has that key is there */
function finish(turn: SeedTurn, inquiry: Inquiry, isThere: (key: string) => boolean): void {
  const { state, effects } = turn;
  const { address } = inquiry;
  state.inquiries.delete(address);
  for (const timer of ['inquiry', 'look', 'last']) effects.push({ type: 'cancel-timer', timer: `${timer} ${address}` });
  for (const id of inquiry.links) {
    const link = state.links.get(id);
    if (link !== undefined) hangUp(turn, link);
  }
  output(turn, { type: 'inquired', address, answered: inquiry.waiting.some(({ key }) => isThere(key)) });
  conclude(turn, inquiry, isThere);
}

/** A seed that cannot look votes for nothing: it lets nobody in, and takes nobody off the list. */
function unseen({ state }: SeedTurn, address: Address, waiting: Waiting): void {
  state.concluded.push({ address, waiting, isThere: waiting.type === 'removal' || waiting.type === 'dead-vote' });
}

/** What follows is the business of whoever waits for it: `seed.ts` takes it up at the end of the step. */
function conclude({ state }: SeedTurn, { address, waiting }: Inquiry, isThere: (key: string) => boolean): void {
  for (const one of waiting) state.concluded.push({ address, waiting: one.waiting, isThere: isThere(one.key) });
}
