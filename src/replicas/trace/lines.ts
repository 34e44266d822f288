import { headIn, isBegun, isHeadFact, kindOfNodes, lineOfHead } from '../../trace/nodes/kind.ts';
import type { HeadFact } from '../../trace/nodes/run.ts';
import { sentenceOf } from '../../trace/nodes/sentences.ts';
import { factIn, isCount, isList, isObject, isText, type Fields } from '../../trace/sound.ts';
import { PROMISES, progressText } from '../sim/facts.ts';
import { eventOf, type OwnFact } from './events.ts';
import { isOldHead, modern } from './old.ts';
import { wordsOf } from './words.ts';

/**
 * How runs of replicas begin in trace files, and the versions of their facts. These are described by the types of `sim/facts.ts`, and
 * what all kinds of nodes share by `kind.ts`; how version 1 differed, `old.ts` says.
 */
const SCHEDULED = { head: 'scheduled', versions: [1, 2] } as const;

/** The first fact of a run, as a line of a trace file. @param plan all that was drawn, for programs */
export const lineOfScheduled = (fact: HeadFact, plan: object): string => lineOfHead(SCHEDULED, fact, plan);

/** The last fact of a run. */
export interface Judged {
  readonly type: 'judged';
  readonly verdict: 'holds' | 'violated' | 'unknown';
  /** What went wrong, if anything did. */
  readonly witness?: string;
  /** Why nothing is known: it was looked at before its end. */
  readonly reason?: string;
  readonly events: number;
  readonly view: number;
  readonly places: number;
  readonly time: number;
}

/** Runs of replicas in trace files. */
export const REPLICAS = kindOfNodes({
  ...SCHEDULED,
  runs: 'runs of replicas',
  isHead: (fact, version) => (version === 1 ? isBegun(fact) && isOldHead(fact) : isHeadFact(fact)),
  headOf: (fact, version) => (version === 1 ? modern(fact) : headIn(fact, 'replica')),
  hasArrivals: (version) => version > 1,
  wordsOf,
  isOwn: (fact) => isKnown(fact['type']) && SOUND[fact['type']](fact),
  eventOf: (fact) => eventOf(factIn<OwnFact>(fact)),
  isJudged: ({ verdict, witness, reason, events, view, places, time }) =>
    [events, view, places, time].every(isCount) && (verdict === 'holds' ? witness === undefined : verdict === 'violated' ? isText(witness) : verdict === 'unknown' && isText(reason)),
  judgementOf(fact) {
    const judged = factIn<Judged>(fact);
    return sentenceOf({ ...judged, promises: PROMISES, progress: progressText(judged) });
  },
});

const isKnown = (type: unknown): type is OwnFact['type'] => typeof type === 'string' && Object.hasOwn(SOUND, type);

/** For each of their own facts, whether an object has what readers of a trace rely on, beside the time. */
const SOUND: Readonly<Record<OwnFact['type'], (fact: Fields) => boolean>> = {
  asked: ({ client, request, data }) => isCount(client) && isCount(request) && isText(data),
  executed: ({ by, sequence, view, operations }) => isCount(by) && isCount(sequence) && isCount(view) && isList(operations) && operations.every(isText),
  entered: ({ by, view }) => isCount(by) && isCount(view),
  transferred: ({ by, sequence }) => isCount(by) && isCount(sequence),
  answered: ({ client, request, result }) => isCount(client) && isCount(request) && (result === null || isText(result)),
  refused: ({ client, request, reason }) => isCount(client) && isCount(request) && isText(reason),
  lapsed: ({ client, kept }) => isCount(client) && isCount(kept),
  ended: ({ replica, status }) => isCount(replica) && (status === null || isStatus(status)),
};

const isStatus = (value: unknown): boolean =>
  isObject(value) && typeof value['isChangingView'] === 'boolean' && ['view', 'sequence', 'executed', 'stableCheckpoint', 'waiting'].every((field) => isCount(value[field]));
