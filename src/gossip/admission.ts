import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import { leastLife, mayBeForgotten } from './forgetting.ts';
import { inquire } from './inquiry.ts';
import { output, say, type Link } from './links.ts';
import type { Message, NotYet } from './messages.ts';
import { isAlive, quorumOf, statementsOf, voteFor, type Entry } from './roster.ts';
import { admit } from './seed-list.ts';
import { CASES_MAX, certified, type Admission, type SeedTurn } from './seed-state.ts';
import { askSeeds, hasOldSeeds, isOldSeed, seedOf } from './seed-links.ts';
import { bodyOf, COUNT_MAX, type Member } from './statements.ts';

/**
 * Who wants to be let in asks a seed. That seed looks whether somebody listens at the address, and has the key; then it asks the other
 * seeds, each of which looks for itself. A quorum lets it in, as the next life of that address.
 */
export function register(turn: SeedTurn, address: Address, link: Link | undefined): void {
  const { state, context } = turn;
  const key = link?.hello?.own?.key ?? '';
  if (link !== undefined) output(turn, { type: 'asked-to-join', address });
  const entry = state.roster.entries.get(address);
  // The same life asks again or asks another seed: each has its own key. An older program does not tell its lives apart.
  if (isAlive(entry) && entry.member.key === key) return accept(turn, address, link === undefined ? [] : [link]);
  const known = state.admissions.get(address);
  if (known !== undefined && known.key === key) return void (link !== undefined && known.askers.add(link.id));
  if (known !== undefined || state.admissions.size >= CASES_MAX || context.seeds.includes(address)) return void (link !== undefined && say(turn, [link], { type: 'registered', ok: false }));
  const promise = state.promised.get(address);
  // Whom seeds have forgotten is let in as the life that others know it by.
  const own = entry === undefined && link?.isProven === true ? Math.min(link.hello!.own!.life, LIVES) : 0;
  const life = Math.max(leastBehind(turn, entry), own, promise === undefined ? 0 : promise.key === key ? promise.life : promise.life + 1);
  const admission = begin(turn, { address, key, life, askers: new Set(link === undefined ? [] : [link.id]), votes: undefined, against: new Set() }, link?.isProven === true ? 2 : 1);
  if (context.settings.trustsAll) propose(turn, admission);
  else inquire(turn, address, key, { type: 'admission' });
}

function begin({ state, context, effects }: SeedTurn, admission: Admission, patience: number): Admission {
  const { address } = admission;
  state.admissions.set(address, admission);
  effects.push({ type: 'set-timer', timer: `admission ${address}`, after: patience * context.settings.seedTimeout });
  return admission;
}

/** Somebody answers whose life this seed may have forgotten: it is let in again, as a life that nobody can have forgotten. */
export function readmit(turn: SeedTurn, { address, key }: Member): void {
  const { state } = turn;
  if (state.roster.entries.has(address) || state.admissions.has(address) || state.admissions.size >= CASES_MAX) return;
  const life = Math.max(leastLife(state), (state.promised.get(address)?.life ?? 0) + 1);
  propose(turn, begin(turn, { address, key, life, askers: new Set(), votes: undefined, against: new Set() }, 1));
}

export function inquiredForAdmission(turn: SeedTurn, address: Address, isThere: boolean): void {
  const admission = turn.state.admissions.get(address);
  if (admission === undefined) return;
  if (isThere) propose(turn, admission);
  else failed(turn, admission, 'unreached');
}

function propose(turn: SeedTurn, admission: Admission): void {
  const { state, context } = turn;
  const { address, key, life } = admission;
  admission.votes = new Map([[context.address, voteFor(context, { type: 'member', address, key, life })]]);
  admission.against.clear();
  state.promised.set(address, { life, key, era: state.era });
  askSeeds(turn, { type: 'join-propose', address, key, life });
  count(turn, admission);
}

/** A seed is there that was not, or that we had lost: it has not heard what is under way. */
export function proposeAgain(turn: SeedTurn, link: Link, seed: Address): void {
  for (const { address, key, life, votes, against } of turn.state.admissions.values()) {
    if (votes !== undefined && !votes.has(seed) && !against.has(seed)) say(turn, [link], { type: 'join-propose', address, key, life });
  }
}

/** Another seed asks for a vote. */
export function hearJoinPropose(turn: SeedTurn, link: Link, { address, key = '', life }: Message & { type: 'join-propose' }): void {
  const { state, context } = turn;
  const entry = state.roster.entries.get(address);
  const isSame = isAlive(entry) && entry.member.key === key;
  // An older seed knows nothing of lives.
  const member = { type: 'member', address, key, life: life ?? (isSame ? entry.member.life : leastBehind(turn, entry)) } as const;
  const promise = state.promised.get(address);
  const least = Math.max(isSame && entry.member.life === member.life ? 0 : leastBehind(turn, entry), promise === undefined ? 0 : promise.key === key ? promise.life : promise.life + 1);
  if (member.life < least || member.life > Math.max(least, 1) + LIVES) return vote(turn, link, member, false, `its life is ${least} at least`, least);
  if (context.settings.trustsAll) return vote(turn, link, member, true, 'votes are given unseen');
  inquire(turn, address, key, { type: 'join-vote', link: link.id, member });
}

/** The least life of whoever comes next to that address. Somebody may have told anew of a life of it before those that were forgotten. */
const leastBehind = ({ state }: SeedTurn, entry: Entry | undefined): number => Math.max(leastLife(state), (entry?.member.life ?? 0) + 1);

/** How many lives a seed may have missed: more are invented. */
const LIVES = 10_000;

export function inquiredForJoinVote(turn: SeedTurn, id: NodeId, member: Omit<Member, 'votes'>, isThere: boolean): void {
  const link = turn.state.links.get(id);
  if (link !== undefined) vote(turn, link, member, isThere, isThere ? 'it answers' : 'nobody answers there');
}

function vote(turn: SeedTurn, link: Link, member: Omit<Member, 'votes'>, ok: boolean, reason: string, least?: number): void {
  const { state, context } = turn;
  const { address, key, life } = member;
  if (ok) {
    state.promised.set(address, { life, key, era: state.era });
    remember(turn, `join ${address}`);
  }
  output(turn, { type: 'voted', about: 'join', address, seed: link.address ?? address, ok, reason });
  say(turn, [link], { type: 'join-vote', address, ok, life: least ?? life, ...(ok ? { signature: voteFor(context, member).signature } : {}) });
}

export function hearJoinVote(turn: SeedTurn, link: Link, { address, ok, life, signature = '' }: Message & { type: 'join-vote' }): void {
  const { state, context } = turn;
  const admission = state.admissions.get(address);
  const seed = seedOf(turn, link);
  if (seed === undefined || admission?.votes === undefined || admission.votes.has(seed.address)) return;
  if (!ok) {
    // It knows a later life than we do: the next one is behind that.
    if (life !== undefined && life > admission.life && life < COUNT_MAX) {
      admission.life = life;
      return propose(turn, admission);
    }
    admission.against.add(seed.address);
    return count(turn, admission);
  }
  const isSigned = seed.key !== undefined && context.keys.verify(seed.key, 'member', bodyOf.member(admission), signature);
  if (!isSigned && !isOldSeed(turn, link, seed)) return;
  admission.votes.set(seed.address, isSigned ? { seed: seed.address, signature } : undefined);
  count(turn, admission);
}

function count(turn: SeedTurn, admission: Admission): void {
  const { context, state } = turn;
  const { address, key, life, votes, against, askers } = admission;
  const n = context.seeds.length;
  if (votes!.size < quorumOf(context)) return void (against.size > n - quorumOf(context) && failed(turn, admission, 'unreached'));
  state.admissions.delete(address);
  turn.effects.push({ type: 'cancel-timer', timer: `admission ${address}` });
  output(turn, { type: 'decided', about: 'join', address, ok: true, votes: votes!.size, seeds: n });
  const member = { type: 'member', address, key, life, votes: Array.from(votes!.values()).filter((one) => one !== undefined) } as const;
  admit(turn, member, context.address);
  askSeeds(turn, { type: 'join-commit', address, statement: member });
  accept(turn, address, Array.from(askers, (id) => state.links.get(id)).filter((link) => link !== undefined));
}

function accept(turn: SeedTurn, address: Address, links: readonly Link[]): void {
  const entry = turn.state.roster.entries.get(address);
  const ours = links.filter(({ isProven }) => isProven);
  if (entry !== undefined) say(turn, ours, { type: 'statements', statements: statementsOf(entry) });
  say(turn, links, { type: 'registered', ok: true });
}

export function admissionOver(turn: SeedTurn, address: Address): void {
  const admission = turn.state.admissions.get(address);
  if (admission !== undefined) failed(turn, admission, 'undecided');
}

/** @param why it is not for good, as far as is known */
function failed(turn: SeedTurn, { address, votes, askers }: Admission, why?: NotYet): void {
  const { context, state, effects } = turn;
  state.admissions.delete(address);
  effects.push({ type: 'cancel-timer', timer: `admission ${address}` });
  output(turn, { type: 'decided', about: 'join', address, ok: false, votes: votes?.size ?? 0, seeds: context.seeds.length });
  say(turn, Array.from(askers, (id) => state.links.get(id)).filter((link) => link !== undefined), { type: 'registered', ok: false, ...(why === undefined ? {} : { why }) });
}

/**
 * Another seed says that a quorum let somebody in: it must show that, or be an older program that this seed voted with.
 * @returns who is not let in but to be looked for, as that life may be one that was forgotten
 */
export function hearJoinCommit(turn: SeedTurn, link: Link, { address, statement }: Message & { type: 'join-commit' }): Member | undefined {
  const { state, context } = turn;
  const seed = seedOf(turn, link);
  say(turn, [link], { type: 'committed' });
  const whole = statement?.type === 'member' && statement.address === address ? certified(turn, statement) : undefined;
  if (whole !== undefined) {
    if (mayBeForgotten(turn, whole)) return whole;
    admit(turn, whole, seed?.address ?? address);
    return undefined;
  }
  const tookPart = context.settings.trustsAll || (hasOldSeeds(turn) && !link.isProven && state.votes.has(`join ${address}`));
  if (!tookPart) {
    output(turn, { type: 'ignored', from: link.address, reason: `it says that ${address} was let in, and cannot show that` });
    return undefined;
  }
  const entry = state.roster.entries.get(address);
  if (isAlive(entry)) return undefined;
  const { key = '', life = leastBehind(turn, entry) } = statement?.type === 'member' ? statement : (state.promised.get(address) ?? {});
  admit(turn, { type: 'member', address, key, life, votes: statement?.type === 'member' ? statement.votes : [] }, seed?.address ?? address);
  return undefined;
}

/** Remembers a vote as long as there are not many later ones. */
export function remember({ state }: SeedTurn, about: string): void {
  state.votes.delete(about);
  state.votes.set(about, true);
  if (state.votes.size > CASES_MAX) state.votes.delete(state.votes.keys().next().value!);
}
