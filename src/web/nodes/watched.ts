import { figure } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import { UserError } from '../../core/user-error.ts';
import type { Told } from '../../runs.ts';
import { longNames, nodesIn, shortNames } from '../../trace/nodes/names.ts';
import type { Event, Run } from '../../trace/nodes/run.ts';
import { factIn, type Fields } from '../../trace/sound.ts';
import { agreementOf, type Agreement } from './agreement.ts';
import { gossipOf, type Gossip } from './gossip.ts';
import { replicasOf, type Replicas } from './replicas.ts';
import { wordsOf, type Words } from './words.ts';

/**
 * A run of nodes, made ready to be looked at at any moment: what is seen follows from it and the time alone, so back shows what forth
 * showed.
 */
export interface Watched {
  /** Its lines in a trace file. */
  readonly text: () => string;
  readonly told: Told;
  readonly run: Run;
  readonly nodes: readonly NodeId[];
  readonly shortName: (id: NodeId) => string;
  readonly longName: (id: NodeId) => string;
  /** Messages, the earliest first. */
  readonly flights: readonly Flight[];
  /** The types of messages, the most frequent first. */
  readonly types: readonly string[];
  readonly cuts: readonly Cut[];
  /** What nodes were in turn. */
  readonly lives: ReadonlyMap<NodeId, readonly (readonly [at: number, state: NodeState])[]>;
  /** When anything happens, in ms, and when something other than that a message comes or goes. */
  readonly steps: readonly number[];
  readonly happenings: readonly number[];
  /** When it begins to be told: 0, but where only the last of it is kept. */
  readonly begin: number;
  readonly end: number;
  /** How long a message typically takes, in ms. */
  readonly typical: number;
  /** From when on the network loses nothing; undefined if nothing is known of that. */
  readonly stableFrom: number | undefined;
  readonly isViolated: boolean;
  readonly special: Special | undefined;
}

/** What runs of one system have of their own. */
export type Special = Gossip | Replicas | Words | Agreement;

export type NodeState = 'up' | 'down' | 'paused' | 'left' | 'away';

export interface Flight {
  readonly id: number;
  readonly type: string;
  readonly words: string;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly at: number;
  /** When it arrives, or is shown no more. */
  readonly until: number;
  /** Unknown is what became of it in traces that do not tell. */
  readonly fate: 'arrives' | 'lost' | 'unknown';
}

/** Nodes that are cut off from the others for some time. */
export interface Cut {
  readonly from: number;
  readonly until: number;
  readonly side: readonly NodeId[];
  /** From whom; from all others if undefined. */
  readonly others: readonly NodeId[] | undefined;
  readonly way: 'out' | 'in' | undefined;
}

/** More facts than these no picture follows. */
const FACTS_MAX = 400_000;

/** The lines of one of the runs in a file. */
export function linesOfRun(text: string, index: number): string {
  let ended = 0;
  return text.split('\n').filter((line) => {
    const isIn = ended === index && line.trim() !== '';
    if (line.includes('"judged"') && (JSON.parse(line) as Fields)['type'] === 'judged') ended += 1;
    return isIn;
  }).map((line) => `${line}\n`).join('');
}

/** @throws UserError if a run is none of nodes, or a very long one */
export function mustBeWatchable({ run }: Told): void {
  if (run === undefined) throw new UserError('a trace of orders is watched among the generals');
  const { length } = run.facts;
  if (length <= FACTS_MAX) return;
  throw new UserError(`${figure(length)} facts are too many to watch: generals trace shows parts of them by --from and --to`);
}

/** A run, as it is read and as it was written. */
export interface Read {
  readonly told: Told;
  readonly run: Run;
  readonly head: Fields;
  readonly facts: readonly Fields[];
  readonly text: () => string;
  /** In ms, for how long a message is shown at least: in real time many take less than anybody sees. */
  readonly least?: number;
  /** When it begins to be looked at. */
  readonly begin?: number;
}

/** Makes a run ready, all at once. */
export const watchedOf = (read: Read): Watched => ended(watching(read));

/** What comes of something that is done piece by piece, when it is done without a pause. */
export function ended<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Facts from one pause to the next: a page has to move meanwhile. */
const PIECE = 2000;

/** The same piece by piece: of a large run it takes seconds. */
export function* watching({ told, run, head, facts, text, least = 0, begin = 0 }: Read): Generator<void, Watched> {
  const plan = factIn<Plan | undefined>(head['plan']) ?? {};
  const typical = Math.max(least, typicalOf(run));
  yield;
  const flights = yield* flightsOf(run, { typical, least, isPartial: plan.isPartial === true });
  const steps = timesOf(run.facts);
  yield;
  const happenings = timesOf(run.facts.filter((fact) => fact.type === 'event' && fact.line !== undefined));
  const lives = livesOf(run, facts);
  yield;
  const special = yield* specialOf(run, facts, head);
  yield;
  return {
    text, told, run, flights, typical, steps, begin, happenings, lives, special,
    nodes: nodesIn(run),
    shortName: shortNames(run.head),
    longName: longNames(run.head),
    types: typesOf(flights),
    cuts: cutsOf(run, plan),
    end: Math.max(0, steps.at(-1) ?? 0, ...flights.slice(-FLIGHTS_LAST).map(({ until }) => until)),
    stableFrom: plan.stabilisesAt,
    isViolated: run.judgement.isBad,
  };
}

/** What a plan in a trace has for a picture: it is our own program that wrote it, and older ones wrote none. */
interface Plan {
  /** Whether some arrivals are not told: what did not arrive may have. */
  readonly isPartial?: boolean;
  readonly stabilisesAt?: number;
  readonly partitions?: readonly Partition[];
}

interface Partition {
  readonly from: number;
  readonly until: number;
  readonly side: readonly NodeId[];
  readonly others?: readonly NodeId[];
  readonly way?: 'out' | 'in';
}

/** Who is cut off from whom: not nobody, and not all. */
function cutsOf({ head }: Run, { partitions = [], stabilisesAt = Infinity }: Plan): Cut[] {
  const all = head.members.length + head.clients.length;
  return partitions
    .filter(({ side, others }) => side.length > 0 && others?.length !== 0 && side.length < all)
    .map(({ from, until, side, others, way }) => ({ from, until: Math.min(until, stabilisesAt), side, others, way }));
}

/** So many of the last messages may go on after the last fact. */
const FLIGHTS_LAST = 200;

function* specialOf(run: Run, facts: readonly Fields[], head: Fields): Generator<void, Special | undefined> {
  switch (run.head.protocol) {
    case 'pbft':
    case 'collector':
      return replicasOf(run, facts);
    case 'gossip':
      return yield* gossipOf(run, facts, head);
    case 'words':
      return wordsOf(run, facts, head);
    case 'bracha':
    case 'ben-or':
      return agreementOf(facts);
    default:
      return undefined;
  }
}

const timesOf = (facts: readonly { readonly at: number }[]): number[] => [...new Set(facts.map(({ at }) => at))];

/** The median time that a message takes. */
function typicalOf({ facts }: Run): number {
  const sentAt = new Map<number, number>();
  const delays: number[] = [];
  for (const fact of facts) {
    if (fact.type === 'sent') sentAt.set(fact.id, fact.at);
    if (fact.type === 'heard') delays.push(fact.at - sentAt.get(fact.id)!);
  }
  return Math.max(1, delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? 5);
}

interface Pace {
  readonly typical: number;
  readonly least: number;
  readonly isPartial: boolean;
}

/** Each message to each receiver, once for each time that it arrives. What is lost is seen to go half of its way, and to end there. */
function* flightsOf({ head, facts }: Run, { typical, least, isPartial }: Pace): Generator<void, Flight[]> {
  const known = new Set([...head.members, ...head.clients]);
  /** Whether it is told of all that arrived. */
  const isTold = head.hasArrivals && !isPartial;
  const arrivals = new Map<string, number[]>();
  const flights: Flight[] = [];
  for (const [place, fact] of facts.entries()) {
    if (place % PIECE === 0) yield;
    if (fact.type !== 'heard') continue;
    const key = `${fact.id} ${fact.to}`;
    const times = arrivals.get(key);
    if (times === undefined) arrivals.set(key, [fact.at]);
    else times.push(fact.at);
  }
  for (const [place, fact] of facts.entries()) {
    if (place % PIECE === 0) yield;
    if (fact.type !== 'sent') continue;
    const { id, from, at, words } = fact;
    const type = words.split(' ')[0]!;
    for (const to of fact.to) {
      if (to === from || !known.has(to)) continue;
      const flight = { id, type, words, from, to, at };
      const times = arrivals.get(`${id} ${to}`);
      if (times === undefined) flights.push({ ...flight, until: at + 2 * typical, fate: isTold ? 'lost' : 'unknown' });
      else for (const until of times) flights.push({ ...flight, until: Math.max(until, at + least), fate: 'arrives' });
    }
  }
  return flights;
}

function typesOf(flights: readonly Flight[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of flights) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([type]) => type);
}

const AFTER: Readonly<Record<string, NodeState>> = {
  fell: 'down',
  'came-back': 'up',
  paused: 'paused',
  'went-on': 'up',
  joined: 'up',
  left: 'left',
};

function livesOf({ head, facts }: Run, raw: readonly Fields[]): Watched['lives'] {
  const events = facts.filter((fact): fact is Event => fact.type === 'event');
  const late = new Set(events.filter(({ name }) => name === 'joined').map(({ node }) => node));
  const all = [...head.members, ...head.clients];
  const lives = new Map<NodeId, [number, NodeState][]>(all.map((id) => [id, [[0, late.has(id) ? 'away' : 'up']]]));
  facts.forEach((fact, place) => {
    if (fact.type !== 'event') return;
    // Who leaves as it was asked to says so itself.
    const { output } = factIn<{ readonly output?: Fields } | undefined>(raw[place]) ?? {};
    const state = AFTER[fact.name] ?? (output?.['type'] === 'left' ? 'left' : undefined);
    if (state !== undefined) lives.get(fact.node)?.push([fact.at, state]);
  });
  return lives;
}
