import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import type { Link, LinksState, Neighbour, Turn } from './links.ts';
import type { Message } from './messages.ts';
import { isAlive, quorumOf, type Pending, type Roster } from './roster.ts';

export interface PeerState extends LinksState {
  readonly roster: Roster;
  readonly pending: Pending;
  /** Its life, as seeds number it; 0 before they have let it in. */
  life: number;
  incarnation: number;
  readonly seeds: Map<Address, SeedContact>;
  /** Whether it is registered, and has had its lists. */
  isReady: boolean;
  isLeaving: boolean;
  hasLeft: boolean;
  /** Its neighbours by address, each with the link to it. */
  readonly neighbours: Map<Address, Neighbour>;
  /** The links of all neighbours, made anew when one comes or goes. */
  linked: readonly Link[];
  linkedIds: readonly NodeId[];
  /** Those of nodes of ours. */
  ours: readonly NodeId[];
  /** How many neighbours it wants. */
  wanted: number;
  /** How many more, because it seems to be cut off. */
  extra: number;
  /** Who did not take us, or did not answer, since the last time that we healed; and whom we dialled again behind a lost link. */
  readonly avoided: Set<Address>;
  readonly redialled: Set<Address>;
  /** Whom others reached when we did not, each for how many more times that we heal: they are not suspected anew so long. */
  readonly spared: Map<Address, number>;
  /** How many gossip messages it made, and how many of those on schedule. */
  generated: number;
  scheduled: number;
  /** Each gossip message of late, with the links that it went over; `older` has those before. */
  messages: Map<string, readonly NodeId[]>;
  older: Map<string, readonly NodeId[]>;
  /** Those since the last beat, and since the one before: new neighbours are told of them. */
  recent: Gossip[];
  recentBefore: Gossip[];
  /** How far this peer may itself be at fault when others do not answer: 0 is not at all (Lifeguard, §IV.A). */
  ill: number;
  /** How many times as much patience it has learnt to have with those that it pings. */
  slowness: number;
  /** Looks that others asked for, each by the link that it is done by. */
  readonly looks: Map<NodeId, Look[]>;
  /** Whom this peer itself suspects, or did of late. Never changed, but made anew, as the next: all who have none share that. */
  suspected: ReadonlySet<Address>;
  /** Members of whom it has no answer, though others have, each with the link of whoever last had one. */
  unreachable: Unreachable;
  /** What is under way to find out whether a neighbour lives. */
  readonly probes: Map<Address, Probe>;
  probed: number;
  /** Ticks of the detector, and the one before which no neighbour can have been silent for too long. */
  ticks: number;
  nextLook: number;
  /** In how many milliseconds each chore is due, as of when they were last looked at, and how long it is from then to the next look. */
  chores: number[];
  choresWait: number;
  /** The last beacon, and how many beats ago that was. */
  beacon: Beacon | undefined;
  beaconAge: number;
  /** Who let it go round a beat ago, as far as is known. */
  beaconRoot: { readonly root: Address; readonly life: number } | undefined;
  beacons: number;
  /** Whether seeds are about to be told of a new degree. */
  isDegreeDue: boolean;
  /** Members of which it heard a moment ago, each with the link that they came over, to be told together. */
  arrivals: { readonly address: Address; readonly from: Link }[];
  /** Whether it knows only a part of the network; if not, it tells others of all who come. */
  knowsPart: boolean;
  /** The last beacon of a member that it did not know, and over which link it came. */
  unknownRoot: { readonly beacon: Beacon; readonly link: NodeId } | undefined;
  /** About how many it asked seeds. */
  asked: number;
  /** Milliseconds since it last compared what it knows. */
  compares: number;
}

export type Gossip = Message & { readonly type: 'gossip' };
export type Beacon = Message & { readonly type: 'beacon' };

export type Unreachable = ReadonlyMap<Address, NodeId | undefined>;

export const NONE_SUSPECTED: ReadonlySet<Address> = new Set();
export const NONE_UNREACHABLE: Unreachable = new Map();

export interface SeedContact {
  readonly address: Address;
  link: NodeId | undefined;
  key: string | undefined;
  /** Whether it may have another key by now. */
  isDoubted: boolean;
  isOld: boolean;
  /** How far the registration is. */
  status: 'none' | 'wanted' | 'asked' | 'registered';
  hasListed: boolean;
  /** For how many looks at it nothing was heard from it. */
  quiet: number;
}

export interface Look {
  /** Who asked, by which number. */
  readonly link: NodeId;
  readonly number: number;
}

export interface Probe {
  readonly address: Address;
  readonly number: number;
  /** Who was asked to look too, and how many answered, whatever it was. */
  asked: number;
  answers: number;
}

export type PeerTurn = Turn<PeerState>;

export const keyOfSeed = ({ state }: PeerTurn) => (seed: Address): string | undefined => state.seeds.get(seed)?.key;

/** Whether so many seeds are older programs, which sign nothing, that nobody will ever be let in by signatures: then lists hold, as they do there. */
export const nobodySigns = ({ state, context }: PeerTurn): boolean => Array.from(state.seeds.values()).filter(({ isOld }) => isOld).length > context.seeds.length - quorumOf(context);

/** A member that lives, as far as is known, other than this peer. */
export const isMember = ({ state, context }: PeerTurn, address: Address): boolean => address !== context.address && isAlive(state.roster.entries.get(address));

/** Whether the other end of a link is the member that it says it is. */
export function isMemberAt({ state }: PeerTurn, link: Link): boolean {
  const entry = state.roster.entries.get(link.address!);
  return isAlive(entry) && (link.isProven ? entry.member.key === link.hello!.own!.key : entry.member.key === '');
}
