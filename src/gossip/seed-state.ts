import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import type { LinksState, Turn } from './links.ts';
import type { Message } from './messages.ts';
import { isCertified, united, type Pending, type Roster } from './roster.ts';
import { bodyOf, type Dead, type Member, type SeedVote, type Statement } from './statements.ts';

export interface SeedState extends LinksState {
  readonly roster: Roster;
  readonly pending: Pending;
  /** The other seeds. */
  readonly seeds: Map<Address, OtherSeed>;
  /** Who wants to be let in. */
  readonly admissions: Map<Address, Admission>;
  /** Who is accused of being dead. */
  readonly removals: Map<Address, Removal>;
  /** Where this seed looks who answers. */
  readonly inquiries: Map<Address, Inquiry>;
  /** What this seed signed of members that are not let in yet: one key for each life. */
  readonly promised: Map<Address, { readonly life: number; readonly key: string; readonly era: number }>;
  /** The highest life that it forgot, how many eras are over, and who ended in which: forgotten some eras later. @see forgetting.ts */
  floor: number;
  era: number;
  readonly ended: Map<Address, { readonly life: number; readonly era: number }>;
  /** What it voted for of late, which a commit may be about. */
  readonly votes: Map<string, true>;
  /** What waits for a link to a seed. */
  readonly outbox: Map<Address, readonly Message[]>;
  /** Who ended since others were told a moment ago, to be told together; undefined if nobody was. */
  untold: Statement[] | undefined;
  /** What inquiries came to in this step. */
  concluded: Conclusion[];
  /** Whose turn it is to compare lists, and to be looked at. */
  compared: number;
  audited: number;
}

export interface OtherSeed {
  readonly address: Address;
  /** The link that we dialled; undefined if there is none. */
  link: NodeId | undefined;
  /** Its key, once it proved at its own address that it has it. */
  key: string | undefined;
  /** Whether an older program is there. */
  isOld: boolean;
}

export interface Admission {
  readonly address: Address;
  readonly key: string;
  life: number;
  /** Links on which it is awaited. */
  readonly askers: Set<NodeId>;
  /** Undefined as long as this seed looks whether it is there. */
  votes: Map<Address, SeedVote | undefined> | undefined;
  /** Who voted against it. */
  readonly against: Set<Address>;
}

export interface Removal {
  readonly address: Address;
  readonly life: number;
  /** Who it is, if this seed may have forgotten that it ended: it is no member here. */
  readonly forgotten: Member | undefined;
  /** Who reported it, each once: nothing hangs on how many, as seeds look for themselves. */
  readonly reporters: Set<string>;
  readonly askers: Set<NodeId>;
  votes: Map<Address, SeedVote | undefined> | undefined;
  readonly against: Set<Address>;
  /** Whether this seed looked a moment ago, so that it need not look again for others. */
  isFresh: boolean;
}

export interface Inquiry {
  readonly address: Address;
  /** How many links were dialled, and failed. */
  dialled: number;
  failed: number;
  readonly links: Set<NodeId>;
  /** Whether a link was opened on which nobody speaks: a process that stands still. */
  isOpen: boolean;
  /** Whether its time is over once. */
  isSecond: boolean;
  /** How often it began. */
  begun: number;
  /** Who waits for the answer, each to know whether whoever has that key is there; if it is empty, anybody who answers. */
  readonly waiting: { readonly key: string; readonly waiting: Waiting }[];
}

export interface Conclusion {
  readonly address: Address;
  readonly waiting: Waiting;
  readonly isThere: boolean;
}

/** What an inquiry is for. */
export type Waiting =
  | { readonly type: 'admission' }
  | { readonly type: 'removal' }
  /** Others let it in, and who signed that are gone. */
  | { readonly type: 'adoption'; readonly member: Member }
  | { readonly type: 'join-vote'; readonly link: NodeId; readonly member: Omit<Member, 'votes'> }
  | { readonly type: 'dead-vote'; readonly link: NodeId; readonly life: number };

export type SeedTurn = Turn<SeedState>;

export const keyOfSeed = ({ context, state }: SeedTurn) => (seed: Address): string | undefined => (seed === context.address ? context.keys.own : state.seeds.get(seed)?.key);

/** The statement with all that it holds by; undefined if that is not enough. */
export function certified<S extends Member | Dead>(turn: SeedTurn, statement: S): S | undefined {
  if (isCertified(turn.context, statement, keyOfSeed(turn))) return statement;
  const whole = united(turn.state.pending, statement);
  return isCertified(turn.context, whole, keyOfSeed(turn)) ? whole : undefined;
}

/** Whether some seed that is known signed it. */
export const isSigned = (turn: SeedTurn, member: Member): boolean => member.votes.some(({ seed, signature }) => turn.context.keys.verify(keyOfSeed(turn)(seed) ?? '', 'member', bodyOf.member(member), signature));

/** How many votes are remembered, and how many may be under way at once: more are nobody’s who is honest. */
export const CASES_MAX = 1024;
