import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import { readmit, remember } from './admission.ts';
import { askOf } from './forgetting.ts';
import { STILL, inquire } from './inquiry.ts';
import { linksTo, output, say, type Link } from './links.ts';
import type { Message } from './messages.ts';
import { isAlive, quorumOf, statementsOf, voteFor } from './roster.ts';
import { askSeeds, hasOldSeeds, isOldSeed, seedOf } from './seed-links.ts';
import { admit, end } from './seed-list.ts';
import { CASES_MAX, certified, isSigned, type Removal, type SeedTurn } from './seed-state.ts';
import { bodyOf, type Member } from './statements.ts';

/**
 * Peers say that one of them is dead. A seed believes nobody: it looks for itself, and if nobody answers it asks the other seeds, each of
 * which looks as well. A quorum takes the member off the list, in this life of it. Who answers any honest seed that is asked stays.
 */
export function hearReport(turn: SeedTurn, link: Link, { address, at, reporter }: Message & { type: 'dead-report' }): void {
  const { state } = turn;
  const by = link.address ?? reporter;
  output(turn, { type: 'accused', address, by, at });
  const entry = state.roster.entries.get(address);
  if (!isAlive(entry)) {
    if (entry !== undefined && link.isProven) say(turn, [link], { type: 'statements', statements: statementsOf(entry) });
    if (entry === undefined && link.isProven) askOf(turn, link, [{ address, life: 0 }]);
    return say(turn, [link], { type: 'dead-answer', address, confirmed: entry !== undefined });
  }
  const known = state.removals.get(address);
  if (known !== undefined) {
    // A link is one voice, whatever names it gives itself.
    if (!known.askers.has(link.id)) known.reporters.add(by);
    known.askers.add(link.id);
    return undefined;
  }
  // Who says so of itself lives, and there is no end of those who invent.
  if (link.address === address || state.removals.size >= CASES_MAX) return say(turn, [link], { type: 'dead-answer', address, confirmed: false });
  lookInto(turn, entry.member, link, by);
}

function lookInto(turn: SeedTurn, member: Member, link?: Link, reporter?: string, forgotten?: Member): void {
  const { state, context } = turn;
  const { address, life, key } = member;
  const removal: Removal = { address, life, forgotten, reporters: new Set(reporter === undefined ? [] : [reporter]), askers: new Set(link === undefined ? [] : [link.id]), votes: undefined, against: new Set(), isFresh: false };
  state.removals.set(address, removal);
  turn.effects.push({ type: 'set-timer', timer: `removal ${address}`, after: (2 + STILL) * context.settings.inquiry + context.settings.seedTimeout });
  if (context.settings.trustsAll && link !== undefined) propose(turn, removal);
  else inquire(turn, address, key, { type: 'removal' });
}

/** A seed misses a member itself: its link is gone, or there was none for long. All who would report it may be dead as well. */
export function miss(turn: SeedTurn, address: Address): void {
  const { state } = turn;
  const entry = state.roster.entries.get(address);
  const isLinked = (): boolean => linksTo(state, address).some((link) => link.isReady && link.purpose === 'visit');
  if (isAlive(entry) && !state.removals.has(address) && state.removals.size < CASES_MAX && !isLinked()) lookInto(turn, entry.member);
}

/** Somebody tells of a member whose life may be one that this seed forgot. */
export function lookForForgotten(turn: SeedTurn, member: Member): void {
  const { state } = turn;
  if (isSigned(turn, member) && !state.removals.has(member.address) && state.removals.size < CASES_MAX) lookInto(turn, member, undefined, undefined, member);
}

export function inquiredForRemoval(turn: SeedTurn, address: Address, isThere: boolean): void {
  const removal = turn.state.removals.get(address);
  if (removal === undefined) return;
  if (!isThere) return propose(turn, removal);
  close(turn, removal, false);
  if (removal.forgotten !== undefined) readmit(turn, removal.forgotten);
}

function propose(turn: SeedTurn, removal: Removal): void {
  const { address, life } = removal;
  removal.votes = new Map([[turn.context.address, voteFor(turn.context, { type: 'dead', address, life })]]);
  removal.isFresh = true;
  turn.effects.push({ type: 'set-timer', timer: `looked ${address}`, after: turn.context.settings.inquiry });
  askSeeds(turn, { type: 'dead-propose', address, life });
  count(turn, removal);
}

/** A seed is there that was not, or that we had lost: it has not heard what is under way. What this one saw long ago may be otherwise by now. */
export function proposeRemovalsAgain(turn: SeedTurn, link: Link, seed: Address): void {
  for (const { address, life, votes, against, isFresh } of turn.state.removals.values()) {
    if (isFresh && votes !== undefined && !votes.has(seed) && !against.has(seed)) say(turn, [link], { type: 'dead-propose', address, life });
  }
}

export function hearDeadPropose(turn: SeedTurn, link: Link, { address, life }: Message & { type: 'dead-propose' }): void {
  const { state, context } = turn;
  const entry = state.roster.entries.get(address);
  if (entry === undefined || (life !== undefined && entry.member.life < life)) {
    // We missed that it was let in: whoever answers there is enough to keep it.
    if (life === undefined || context.settings.trustsAll) return vote(turn, link, address, life ?? 0, life !== undefined && entry === undefined && life <= state.floor, 'it is no member here');
    return inquire(turn, address, '', { type: 'dead-vote', link: link.id, life });
  }
  if (life !== undefined && entry.member.life !== life) return vote(turn, link, address, life, true, 'that life is over: it has a later one');
  if (!isAlive(entry)) return vote(turn, link, address, entry.member.life, entry.end!.type === 'dead', 'it has ended');
  if (context.settings.trustsAll) return vote(turn, link, address, entry.member.life, true, 'votes are given unseen');
  // This seed has just looked, and asked others to. What it saw long ago may be otherwise by now: others may have been cut off with it.
  if (state.removals.get(address)?.isFresh === true) return vote(turn, link, address, entry.member.life, true, 'nobody answers there');
  inquire(turn, address, entry.member.key, { type: 'dead-vote', link: link.id, life: entry.member.life });
}

export function inquiredForDeadVote(turn: SeedTurn, id: NodeId, address: Address, life: number, isThere: boolean): void {
  const link = turn.state.links.get(id);
  if (link !== undefined) vote(turn, link, address, life, !isThere, isThere ? 'it answers' : 'nobody answers there');
}

function vote(turn: SeedTurn, link: Link, address: Address, life: number, ok: boolean, reason: string): void {
  if (ok) remember(turn, `dead ${address} ${life}`);
  output(turn, { type: 'voted', about: 'removal', address, seed: link.address ?? address, ok, reason });
  say(turn, [link], { type: 'dead-vote', address, ok, life, ...(ok ? { signature: voteFor(turn.context, { type: 'dead', address, life }).signature } : {}) });
}

export function hearDeadVote(turn: SeedTurn, link: Link, { address, ok, signature = '' }: Message & { type: 'dead-vote' }): void {
  const { state, context } = turn;
  const removal = state.removals.get(address);
  const seed = seedOf(turn, link);
  if (seed === undefined || removal?.votes === undefined || removal.votes.has(seed.address)) return;
  if (!ok) {
    removal.against.add(seed.address);
    return count(turn, removal);
  }
  const isSigned = seed.key !== undefined && context.keys.verify(seed.key, 'dead', bodyOf.dead(removal), signature);
  if (!isSigned && !isOldSeed(turn, link, seed)) return;
  removal.votes.set(seed.address, isSigned ? { seed: seed.address, signature } : undefined);
  count(turn, removal);
}

function count(turn: SeedTurn, removal: Removal): void {
  const { context } = turn;
  const { address, life, votes, against } = removal;
  const n = context.seeds.length;
  if (votes!.size < quorumOf(context)) return void (against.size > n - quorumOf(context) && close(turn, removal, false));
  const statement = { type: 'dead', address, life, votes: Array.from(votes!.values()).filter((one) => one !== undefined) } as const;
  close(turn, removal, true);
  // It was no member here: who still has it for one is told that it is none.
  if (removal.forgotten !== undefined && !turn.state.roster.entries.has(address)) admit(turn, removal.forgotten, context.address);
  end(turn, statement, context.address);
  askSeeds(turn, { type: 'dead-commit', address, statement });
}

/** A member that is accused has come to this seed, and has proven that it has its key. */
export function acquit(turn: SeedTurn, address: Address, key: string): void {
  const removal = turn.state.removals.get(address);
  if (removal !== undefined && turn.state.roster.entries.get(address)?.member.key === key) close(turn, removal, false);
}

function close(turn: SeedTurn, { address, votes, askers, reporters }: Removal, ok: boolean): void {
  const { context, state, effects } = turn;
  state.removals.delete(address);
  for (const timer of ['removal', 'looked']) effects.push({ type: 'cancel-timer', timer: `${timer} ${address}` });
  // Nobody accused it, and it answers: this seed only missed it.
  if (votes !== undefined || askers.size > 0) output(turn, { type: 'decided', about: 'removal', address, ok, votes: votes?.size ?? 0, seeds: context.seeds.length, reporters: reporters.size });
  say(turn, Array.from(askers, (id) => state.links.get(id)).filter((link) => link !== undefined), { type: 'dead-answer', address, confirmed: ok });
}

export function removalOver(turn: SeedTurn, address: Address): void {
  const removal = turn.state.removals.get(address);
  if (removal !== undefined) close(turn, removal, false);
}

export function lookedLongAgo({ state }: SeedTurn, address: Address): void {
  const removal = state.removals.get(address);
  if (removal !== undefined) removal.isFresh = false;
}

/** Another seed says that a quorum took somebody off: it must show that, or be an older program that this seed voted with. */
export function hearDeadCommit(turn: SeedTurn, link: Link, { address, statement }: Message & { type: 'dead-commit' }): void {
  const { state, context } = turn;
  say(turn, [link], { type: 'committed' });
  const entry = state.roster.entries.get(address);
  if (!isAlive(entry)) return;
  const from = seedOf(turn, link)?.address ?? link.address ?? address;
  const whole = statement?.type === 'dead' && statement.address === address ? certified(turn, statement) : undefined;
  if (whole !== undefined) return void end(turn, whole, from);
  const { life } = entry.member;
  const tookPart = hasOldSeeds(turn) && !link.isProven && state.votes.has(`dead ${address} ${life}`);
  if (!context.settings.trustsAll && !tookPart) return output(turn, { type: 'ignored', from: link.address, reason: `it says that ${address} is off the list, and this seed took no part in that` });
  end(turn, { type: 'dead', address, life, votes: [] }, from);
}
