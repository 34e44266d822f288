import { byzantineQuorum, strictMajority } from '../core/quorum.ts';
import type { Address } from './address.ts';
import type { GossipContext } from './context.ts';
import type { GossipSettings } from './settings.ts';
import { bodyOf, type Alive, type Dead, type Left, type Member, type SeedVote, type Statement, type Suspect } from './statements.ts';

/** What a node knows of a member, or of one that was. */
export interface Entry {
  member: Member;
  incarnation: number;
  /** Its own word for that; undefined as long as it never had to say that it lives. */
  alive: Alive | undefined;
  /** How it ended, if it did. */
  end: Dead | Left | undefined;
  /** Who suspects it in this life and incarnation. Never changed, but made anew: most never have any. */
  suspects: ReadonlyMap<Address, Suspect | undefined>;
  /** What it adds to the checksum while it is a member. */
  readonly mark: number;
  /** Whether others share it, who know no more of that member: whoever changes it first has a copy of its own. */
  readonly isShared: boolean;
}

/** Who is a member, or was; and what is counted of those who are, so that nobody has to go through all. */
export interface Roster {
  readonly entries: Map<Address, Entry>;
  /** How many neighbours members have, as far as is known. */
  readonly degrees: Map<Address, number>;
  /** All addresses, for picks by chance. */
  readonly addresses: Address[];
  /** A number that is the same for those who know the same members, in whatever order they learnt of them. */
  checksum: number;
  size: number;
  /** Of the members of ours that live the one with the first address; undefined when that is to be found out anew. */
  first: Address | undefined;
}

export const newRoster = (): Roster => ({ entries: new Map(), degrees: new Map(), addresses: [], checksum: 0, size: 0, first: undefined });

/** Puts a member in the place of whoever had that address. */
export function enter(roster: Roster, member: Member): Entry {
  const known = roster.entries.get(member.address);
  if (known === undefined) roster.addresses.push(member.address);
  else roster.degrees.delete(member.address);
  if (isAlive(known)) count(roster, known, -1);
  const entry = newEntry(member);
  roster.entries.set(member.address, entry);
  count(roster, entry, 1);
  return entry;
}

export function finish(roster: Roster, entry: Entry, end: Dead | Left): void {
  if (isAlive(entry)) count(roster, entry, -1);
  roster.degrees.delete(entry.member.address);
  Object.assign(own(roster, entry), { end, suspects: NOBODY });
}

/** An entry that may be changed. */
export function own(roster: Roster, entry: Entry): Entry {
  if (!entry.isShared) return entry;
  const copy = { ...entry, isShared: false };
  roster.entries.set(entry.member.address, copy);
  return copy;
}

/** Knows nothing more of whoever stands in that place. */
export function forget(roster: Roster, place: number): void {
  const { addresses, entries, degrees } = roster;
  const address = addresses[place]!;
  const entry = entries.get(address)!;
  if (isAlive(entry)) count(roster, entry, -1);
  entries.delete(address);
  degrees.delete(address);
  const last = addresses.pop()!;
  if (place < addresses.length) addresses[place] = last;
}

/** Of the members of ours that live the one with the first address. */
export function firstOf(roster: Roster): Address | undefined {
  if (roster.first === undefined) for (const entry of roster.entries.values()) if (isAlive(entry) && entry.member.key !== '' && (roster.first === undefined || entry.member.address < roster.first)) roster.first = entry.member.address;
  return roster.first;
}

function count(roster: Roster, { member: { address }, mark }: Entry, by: 1 | -1): void {
  if (roster.first !== undefined && address <= roster.first) roster.first = undefined;
  roster.size += by;
  roster.checksum = (roster.checksum + by * mark) >>> 0;
}

/** One that has not ended. */
export type Living = Entry & { readonly end: undefined };

export const isAlive = (entry: Entry | undefined): entry is Living => entry !== undefined && entry.end === undefined;

export const NOBODY: Entry['suspects'] = new Map();

/** One for all who hear of a member from one statement, as those do that live in one process: a thousand peers know a thousand each. */
function newEntry(member: Member): Entry {
  let entry = FRESH.get(member);
  if (entry === undefined) FRESH.set(member, (entry = { member, incarnation: 0, alive: undefined, end: undefined, suspects: NOBODY, mark: markOf(member), isShared: true }));
  return entry;
}

const FRESH = new WeakMap<Member, Entry>();

/** How many seeds must agree: more than half; if some may lie, so many that any two such sets share one that does not. */
export const quorumFor = (seeds: number, { byzantineSeeds }: Pick<GossipSettings, 'byzantineSeeds'>): number => (byzantineSeeds ? byzantineQuorum(seeds) : strictMajority(seeds));

export const quorumOf = ({ seeds, settings }: GossipContext): number => quorumFor(seeds.length, settings);

/**
 * Whether a member is another than the one that is known, and stands above it: of a later life. Of one life there is one member; were there
 * two all the same, all would take the one whose key is greater.
 */
export const isNewer = (member: Member, known: Member | undefined): boolean => known === undefined || member.life > known.life || (member.life === known.life && member.key > known.key);

/** Whether a quorum of seeds signed it. @param keyOf the keys of seeds that are known */
export function isCertified(context: GossipContext, statement: Member | Dead, keyOf: (seed: Address) => string | undefined): boolean {
  const { votes } = statement;
  const quorum = quorumOf(context);
  if (votes.length < quorum) return false;
  let known = VERIFIED.get(statement);
  if (known === undefined) VERIFIED.set(statement, (known = []));
  let signers = 0;
  for (let i = 0; i < votes.length && signers < quorum; i += 1) {
    const { seed } = votes[i]!;
    const key = keyOf(seed);
    if (key === undefined || !context.seeds.includes(seed)) continue;
    const before = known[i];
    const isSigned = before?.key === key ? before.isSigned : isSignedBy(context, statement, i, key);
    if (before?.key !== key) known[i] = { key, isSigned };
    if (isSigned && !hasSigned(votes, known, i)) signers += 1;
  }
  return signers >= quorum;
}

/** However often a seed has signed it, it is one. @param place of its vote that is new */
function hasSigned(votes: readonly SeedVote[], known: Verified, place: number): boolean {
  for (let i = 0; i < place; i += 1) if (votes[i]!.seed === votes[place]!.seed && known[i]?.key === known[place]!.key && known[i]!.isSigned) return true;
  return false;
}

function isSignedBy({ keys }: GossipContext, statement: Member | Dead, vote: number, key: string): boolean {
  const body = statement.type === 'member' ? bodyOf.member(statement) : bodyOf.dead(statement);
  return keys.verify(key, statement.type, body, statement.votes[vote]!.signature);
}

/** By which key each vote for a statement was last verified, and whether it is by that: in one process a thousand peers may hear the same one. */
const VERIFIED = new WeakMap<Member | Dead, Verified>();

type Verified = ({ readonly key: string; readonly isSigned: boolean } | undefined)[];

/** Statements that do not hold yet, each with the votes that came with it from anybody. */
export type Pending = Map<string, Member | Dead>;

/** A statement with all votes for it that came so far: whoever hands it on may have others. */
export function united<S extends Member | Dead>(pending: Pending, statement: S): S {
  const key = `${statement.type} ${statement.address} ${statement.life} ${statement.type === 'member' ? statement.key : ''}`;
  const known = pending.get(key);
  const votes = new Map([...(known?.votes ?? []), ...statement.votes].map((vote) => [`${vote.seed} ${vote.signature}`, vote]));
  const whole = { ...statement, votes: Array.from(votes.values()).slice(0, VOTES_MAX) };
  pending.delete(key);
  pending.set(key, whole);
  if (pending.size > PENDING_MAX) pending.delete(pending.keys().next().value!);
  return whole;
}

const VOTES_MAX = 64;
const PENDING_MAX = 1024;

/** A vote for it by this seed. */
export function voteFor(context: GossipContext, statement: Omit<Member, 'votes'> | Omit<Dead, 'votes'>): SeedVote {
  const body = statement.type === 'member' ? bodyOf.member(statement) : bodyOf.dead(statement);
  return { seed: context.address, signature: context.keys.sign(statement.type, body) };
}

/** All that somebody else needs to know the same of a member. */
export function statementsOf({ member, alive, end }: Entry): Statement[] {
  const statements: Statement[] = [member];
  if (alive !== undefined) statements.push(alive);
  if (end !== undefined) statements.push(end);
  return statements;
}

/** What tells two lists apart. */
export const checksumOf = ({ checksum, size }: Roster): { readonly checksum: number; readonly size: number } => ({ checksum, size });

/** A number for a member. Lists are compared by the sum of theirs, so those of addresses that are alike must have nothing in common. */
export function markOf({ address, life }: Pick<Member, 'address' | 'life'>): number {
  let hash = Math.imul(life, 0x9e3779b1);
  for (let i = 0; i < address.length; i += 1) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
  // Ports of one host differ in their last digits, by which this far a sum of two is often that of two others: so all bits are mixed (MurmurHash3).
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** About how many statements go in one message. */
export const PAGE = 100;

/** Statements in messages of a bounded size. What is known of one member stays together. */
export function pagesOf(statements: readonly Statement[]): Statement[][] {
  const pages: Statement[][] = [];
  let page: Statement[] | undefined;
  for (const statement of statements) {
    if (page === undefined || (page.length >= PAGE && (statement.type === 'member' || page.length >= 2 * PAGE))) pages.push((page = []));
    page.push(statement);
  }
  return pages;
}
