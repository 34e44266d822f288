import { figure } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import { UserError } from '../../core/user-error.ts';
import { runsIn, shownRun, type Told } from '../../runs.ts';
import { longNames, nodesIn, shortNames } from '../../trace/nodes/names.ts';
import type { Event, Run } from '../../trace/nodes/run.ts';
import { factIn, type Fields } from '../../trace/sound.ts';
import { agreementOf, type Agreement } from './agreement.ts';
import { gossipOf, type Gossip } from './gossip.ts';
import { replicasOf, type Replicas } from './replicas.ts';
import { wordsOf, type Words } from './words.ts';

/** A run of nodes, made ready to be looked at at any moment: what is seen follows from it and the time alone, so back shows what forth showed. */
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

/** @throws UserError if the text is no trace of one run of nodes, or a very long one */
export function watchedIn(text: string): Watched {
  const told = runsIn(text)[0]!;
  const { run } = told;
  if (run === undefined) throw new UserError('a trace of orders is watched among the generals');
  if (run.facts.length > FACTS_MAX) throw new UserError(`${figure(run.facts.length)} facts are too many to watch: generals trace shows parts of them by --from and --to`);
  const [head = {}, ...lines] = text.split('\n').filter((line) => line.trim() !== '').map((line) => factIn<Fields>(JSON.parse(line)));
  return watchedOf({ told, run, head, facts: lines.slice(0, -1), text: () => text });
}

/** The same as before where only what came of it has become known: reading all of a large run takes seconds. @returns undefined where more is new */
export function judgedAnew(before: Watched, text: string): Watched | undefined {
  const lastLine = (lines: string): number => lines.lastIndexOf('\n', lines.length - 2) + 1;
  const own = before.text();
  if (text.slice(0, lastLine(text)) !== own.slice(0, lastLine(own))) return undefined;
  const told = runsIn(text.slice(0, text.indexOf('\n') + 1) + text.slice(lastLine(text)))[0]!;
  const run = { ...before.run, judgement: told.run!.judgement };
  return { ...before, run, text: () => text, told: { ...told, run, shown: (showing) => shownRun(run, showing) }, isViolated: run.judgement.isBad };
}

/** A run, as it is read and as it was written. */
interface Read {
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

export function watchedOf({ told, run, head, facts, text, least = 0, begin = 0 }: Read): Watched {
  const plan = factIn<Plan | undefined>(head['plan']) ?? {};
  const typical = Math.max(least, typicalOf(run));
  const flights = flightsOf(run, { typical, least, isPartial: plan.isPartial === true });
  const nodes = nodesIn(run);
  const steps = timesOf(run.facts);
  return {
    text, told, run, nodes, flights, typical, steps, begin,
    shortName: shortNames(run.head),
    longName: longNames(run.head),
    types: typesOf(flights),
    cuts: (plan.partitions ?? []).filter(({ side, others }) => side.length > 0 && others?.length !== 0 && side.length < run.head.members.length + run.head.clients.length).map(({ from, until, side, others, way }) => ({ from, until: Math.min(until, plan.stabilisesAt ?? until), side, others, way })),
    lives: livesOf(run, facts),
    happenings: timesOf(run.facts.filter((fact) => fact.type === 'event' && fact.line !== undefined)),
    end: Math.max(0, steps.at(-1) ?? 0, ...flights.slice(-FLIGHTS_LAST).map(({ until }) => until)),
    stableFrom: plan.stabilisesAt,
    isViolated: run.judgement.isBad,
    special: specialOf(run, facts, head),
  };
}

/** What a plan in a trace has for a picture: it is our own program that wrote it, and older ones wrote none. */
interface Plan {
  /** Whether some arrivals are not told: what did not arrive may have. */
  readonly isPartial?: boolean;
  readonly stabilisesAt?: number;
  readonly partitions?: readonly { readonly from: number; readonly until: number; readonly side: readonly NodeId[]; readonly others?: readonly NodeId[]; readonly way?: 'out' | 'in' }[];
}

/** So many of the last messages may go on after the last fact. */
const FLIGHTS_LAST = 200;

function specialOf(run: Run, facts: readonly Fields[], head: Fields): Special | undefined {
  switch (run.head.protocol) {
    case 'pbft':
    case 'collector':
      return replicasOf(run, facts);
    case 'gossip':
      return gossipOf(run, facts, head);
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

/** Each message to each receiver, once for each time that it arrives. What is lost is seen to go half of its way, and to end there. */
function flightsOf({ head, facts }: Run, { typical, least, isPartial }: { readonly typical: number; readonly least: number; readonly isPartial: boolean }): Flight[] {
  const known = new Set([...head.members, ...head.clients]);
  const arrivals = new Map<string, number[]>();
  for (const fact of facts) {
    if (fact.type !== 'heard') continue;
    const key = `${fact.id} ${fact.to}`;
    const times = arrivals.get(key);
    if (times === undefined) arrivals.set(key, [fact.at]);
    else times.push(fact.at);
  }
  return facts.flatMap((fact): Flight[] => {
    if (fact.type !== 'sent') return [];
    const { id, from, at, words } = fact;
    const type = words.split(' ')[0]!;
    return fact.to.filter((to) => to !== from && known.has(to)).flatMap((to): Flight[] => {
      const times = arrivals.get(`${id} ${to}`);
      if (times === undefined) return [{ id, type, words, from, to, at, until: at + 2 * typical, fate: head.hasArrivals && !isPartial ? 'lost' : 'unknown' }];
      return times.map((until) => ({ id, type, words, from, to, at, until: Math.max(until, at + least), fate: 'arrives' }));
    });
  });
}

function typesOf(flights: readonly Flight[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of flights) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([type]) => type);
}

const AFTER: Readonly<Record<string, NodeState>> = { fell: 'down', 'came-back': 'up', paused: 'paused', 'went-on': 'up', joined: 'up', left: 'left' };

function livesOf({ head, facts }: Run, raw: readonly Fields[]): Watched['lives'] {
  const events = facts.filter((fact): fact is Event => fact.type === 'event');
  const late = new Set(events.filter(({ name }) => name === 'joined').map(({ node }) => node));
  const lives = new Map<NodeId, [number, NodeState][]>([...head.members, ...head.clients].map((id) => [id, [[0, late.has(id) ? 'away' : 'up']]]));
  facts.forEach((fact, place) => {
    if (fact.type !== 'event') return;
    // Who leaves as it was asked to says so itself.
    const state = AFTER[fact.name] ?? (factIn<{ readonly output?: Fields } | undefined>(raw[place])?.output?.['type'] === 'left' ? 'left' : undefined);
    if (state !== undefined) lives.get(fact.node)?.push([fact.at, state]);
  });
  return lives;
}
