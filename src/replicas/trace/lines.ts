import { counted } from '../../core/figures.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { RunReader, TraceKind } from '../../trace/read.ts';
import { factIn, isCount, isList, isObject, isSetOf, isText, type Fields } from '../../trace/sound.ts';
import type { RunFact } from '../sim/facts.ts';
import type { Judged, Run, Scheduled, ToldFact } from './run.ts';
import { wordsOf } from './words.ts';

/**
 * The version of replicas' facts in trace files; it is described by the types of `sim/facts.ts` and `run.ts`. In version 1 messages
 * had no numbers, nothing was said of arrivals, `members` was how many replicas there were, and what was drawn stood among the other
 * fields of the first fact.
 */
export const TRACE_VERSION = 2;

/** The first fact of a run, as a line of a trace file. @param plan all that was drawn, for programs */
export const lineOfScheduled = ({ type, ...scheduled }: Omit<Scheduled, 'hasArrivals'>, plan: object): string => `${JSON.stringify({ v: TRACE_VERSION, type, ...scheduled, plan })}\n`;

/** Any other fact of a run, as a line of a trace file. */
export const lineOfFact = (fact: RunFact | Judged): string => `${JSON.stringify(fact)}\n`;

/** Runs of replicas in trace files. */
export const REPLICAS: TraceKind<Run> = {
  head: 'scheduled',
  runs: 'runs of replicas',
  versions: [1, TRACE_VERSION],
  isSound(fact, version) {
    if (fact['type'] === 'scheduled') return isScheduled(fact) && (version === 1 ? isOldPlan(fact) : isPlan(fact));
    if (fact['type'] === 'judged') return isJudged(fact);
    if (!isKnown(fact['type']) || !isCount(fact['at'])) return false;
    if (version === 1 && fact['type'] === 'heard') return false;
    return SOUND[fact['type']](fact) && (version === 1 || fact['type'] !== 'sent' || isCount(fact['id']));
  },
  nameOf: ({ seed }) => `the run of seed ${String(seed)}`,
  begin: (head) => readerOf(head['v'] === 1 ? modern(head) : { ...factIn<Scheduled>(head), hasArrivals: true }),
};

function readerOf(scheduled: Scheduled): RunReader<Run> {
  const nodes: ReadonlySet<unknown> = new Set([...scheduled.members, ...scheduled.clients]);
  const facts: ToldFact[] = [];
  /** To whom each message was sent, by its number. */
  const receivers: (readonly unknown[])[] = [];
  let now = 0;
  return {
    take(fact) {
      if (fact['type'] === 'judged') return undefined;
      if ((fact['at'] as number) < now) return 'time runs backwards';
      now = fact['at'] as number;
      if (!namedIn(fact).every((id) => nodes.has(id))) return 'a node that is not in this run';
      if (fact['type'] === 'heard') {
        if (receivers[(fact['id'] as number) - 1]?.includes(fact['to']) !== true) return 'the arrival of a message that was not sent there before';
        facts.push(factIn<ToldFact>(fact));
      } else if (fact['type'] === 'sent') {
        const { at, from, to, id = receivers.length + 1, message } = fact;
        if (id !== receivers.length + 1) return `a message out of its order, which would be number ${receivers.length + 1}`;
        receivers.push(to as unknown[]);
        facts.push({ at: at as number, type: 'sent', id, from: from as NodeId, to: to as NodeId[], words: wordsOf(message) });
      } else facts.push(factIn<ToldFact>(fact));
      return undefined;
    },
    end: (judged) => ({ scheduled, facts, judged: factIn<Judged>(judged) }),
  };
}

const namedIn = ({ client, from, to, by, suspect, replica }: Fields): unknown[] => [client, from, by, suspect, replica, ...(isList(to) ? to : [to])].filter((id) => id !== undefined);

type Between = RunFact['type'];

const isKnown = (type: unknown): type is Between => typeof type === 'string' && Object.hasOwn(SOUND, type);

/** More nodes than any run has: a picture has a lifeline for each. */
const NODES_MAX = 1024;

const isNodes = (value: unknown): value is unknown[] => isSetOf(value, isCount) && value.length <= NODES_MAX;

/** For each kind of fact, whether an object has what readers of a trace rely on, beside the time. */
const SOUND: Readonly<Record<Between, (fact: Fields) => boolean>> = {
  asked: ({ client, request, data }) => isCount(client) && isCount(request) && isText(data),
  sent: ({ from, to, message }) => isCount(from) && isList(to) && to.length <= NODES_MAX && to.every(isCount) && isObject(message) && isText(message['type']),
  heard: ({ id, from, to }) => isCount(id) && isCount(from) && isCount(to),
  executed: ({ by, sequence, view, operations }) => isCount(by) && isCount(sequence) && isCount(view) && isList(operations) && operations.every(isText),
  entered: ({ by, view }) => isCount(by) && isCount(view),
  transferred: ({ by, sequence }) => isCount(by) && isCount(sequence),
  answered: ({ client, request, result }) => isCount(client) && isCount(request) && (result === null || isText(result)),
  refused: ({ client, request, reason }) => isCount(client) && isCount(request) && isText(reason),
  accused: ({ by, suspect, evidence }) => isCount(by) && isCount(suspect) && isText(evidence),
  fell: ({ replica }) => isCount(replica),
  'came-back': ({ replica }) => isCount(replica),
  paused: ({ replica }) => isCount(replica),
  'went-on': ({ replica }) => isCount(replica),
  lapsed: ({ client, kept }) => isCount(client) && isCount(kept),
  ended: ({ replica, status }) => isCount(replica) && (status === null || isStatus(status)),
};

const isStatus = (value: unknown): boolean =>
  isObject(value) && typeof value['isChangingView'] === 'boolean' && ['view', 'sequence', 'executed', 'stableCheckpoint', 'waiting'].every((field) => isCount(value[field]));

const isScheduled = ({ protocol, seed, traitors }: Fields): boolean =>
  isText(protocol) && isCount(seed) && isList(traitors) && traitors.every((one) => isObject(one) && isCount(one['id']) && isText(one['kind']));

const isPlan = ({ members, clients, about, traitors }: Fields): boolean =>
  isNodes(members) && members.length > 0 && isNodes(clients) && isSetOf([...members, ...clients], isCount) && isText(about) && (traitors as Fields[]).every(({ id }) => members.includes(id));

const isOldPlan = (head: Fields): boolean =>
  [head['members'], head['clients']].every((count) => isCount(count) && count <= NODES_MAX) && head['members'] !== 0 && typeof head['follows'] === 'boolean' &&
  ['lost', 'repeated', 'delay'].every((field) => isCount(head[field])) && ['requests', 'pretences', 'cuts', 'falls', 'pauses', 'lapses'].every((field) => isList(head[field])) &&
  (head['traitors'] as Fields[]).every(({ id }) => (id as number) < (head['members'] as number));

const isJudged = ({ verdict, witness, events, view, places, time }: Fields): boolean =>
  [events, view, places, time].every(isCount) && (verdict === 'holds' ? witness === undefined : verdict === 'violated' && isText(witness));

/** The first fact of a run as it would be in this version. The last client is a Byzantine one, who may have asked for nothing. */
function modern({ protocol, seed, members, clients, traitors, ...plan }: Fields): Scheduled {
  const [n, c] = [members as number, clients as number];
  const named = traitors as Scheduled['traitors'];
  const { follows, lost, repeated, delay } = plan;
  const count = (field: string, one: string): string => counted((plan[field] as unknown[]).length, one);
  const who = named.map(({ id, kind }) => `replica ${id} ${kind}`).join(', ') || 'no traitor';
  const users = `${follows === true ? 'users who follow redirects' : counted(c, 'client')}${(plan['pretences'] as unknown[]).length === 0 ? '' : ' beside a Byzantine one'}`;
  const lapses = (plan['lapses'] as unknown[]).length === 0 ? '' : `, ${count('lapses', 'lapse')} of clients`;
  return {
    type: 'scheduled',
    protocol: protocol as string,
    seed: seed as number,
    members: Array.from({ length: n }, (_, id) => nodeId(id)),
    clients: Array.from({ length: c + 1 }, (_, index) => nodeId(n + index)),
    traitors: named,
    about:
      `${counted(n, 'replica')}, ${who}; ${count('requests', 'request')} of ${users}; ${count('cuts', 'cut')}, ${count('falls', 'fall')}, ${count('pauses', 'pause')}${lapses}; ` +
      `${String(lost)} of 256 messages lost, ${String(repeated)} repeated, each up to ${String(delay)} ms late`,
    hasArrivals: false,
  };
}
