import { topicOf } from '../../core/byzantine.ts';
import type { Context, DurableMachine } from '../../core/machine.ts';
import type { Effect, Event, Pbft, SavedRecord } from '../pbft/messages.ts';
import { parseMessage } from '../pbft/parse.ts';
import { replica } from '../pbft/replica.ts';
import type { ReplicaState } from '../pbft/state.ts';
import { aboutOf } from './about.ts';

/** What the second twin saved; the first saves like every other replica. */
interface TwinRecord {
  readonly type: 'twin';
  readonly record: SavedRecord;
}

export interface TwinVocabulary extends Omit<Pbft, 'record'> {
  readonly record: SavedRecord | TwinRecord;
}

/** The first twin’s state, so that it can be looked at as a replica’s, the second’s, and how often such a message was heard. */
export interface TwinState extends ReplicaState {
  readonly second: { readonly state: ReplicaState; readonly heard: Map<string, number> };
}

/**
 * Two loyal replicas under one identity, which share its key, its address and its disk, and nothing that they know: each message
 * reaches the first, the second or both, by chance, and what either says goes out. So they vote twice, for different things
 * at times, and as commander give different requests the same sequence number, without a line of treason (Bano et al., "Twins: BFT
 * Systems Made Robust", OPODIS 2021).
 */
export function twins(): DurableMachine<TwinVocabulary, TwinState> {
  const reborn = (context: Context, records: readonly SavedRecord[]): ReplicaState => (records.length === 0 ? replica.begin(context) : replica.recover(context, records));
  const born = (context: Context, records: readonly TwinVocabulary['record'][]): TwinState =>
    Object.assign(reborn(context, ofFirst(records)), { second: { state: reborn(context, ofSecond(records)), heard: new Map<string, number>() } });
  return {
    begin: (context) => born(context, []),
    recover: born,
    parse: parseMessage,
    step(context, state, event) {
      const { second } = state;
      const first = (given: Event): TwinEffect[] => replica.step(context, state, given);
      const other = (given: Event): TwinEffect[] => replica.step(context, second.state, given).flatMap(asSecond);
      if (event.type === 'timeout') return event.timer.startsWith(SECOND) ? other({ ...event, timer: event.timer.slice(SECOND.length) }) : first(event);
      if (event.type !== 'message') return [...first(event), ...other(event)];
      const topic = topicOf(second.heard, `${aboutOf(event.message)} from ${event.from}`);
      const hearers = context.choose(`who hears ${topic}`, [[other], [first], [first, other]]);
      return hearers.flatMap((hear) => hear(event));
    },
  };
}

type TwinEffect = Effect | { readonly type: 'save'; readonly record: TwinRecord };

const SECOND = 'twin ';

/** Of what both saved, what `needed` keeps of each. */
export const compactedTwins = (records: readonly TwinVocabulary['record'][], needed: (records: readonly SavedRecord[]) => readonly SavedRecord[]): readonly TwinVocabulary['record'][] => [
  ...needed(ofFirst(records)),
  ...needed(ofSecond(records)).map(tagged),
];

const ofFirst = (records: readonly TwinVocabulary['record'][]): readonly SavedRecord[] => records.flatMap((record) => (record.type === 'twin' ? [] : [record]));

const ofSecond = (records: readonly TwinVocabulary['record'][]): readonly SavedRecord[] => records.flatMap((record) => (record.type === 'twin' ? [record.record] : []));

const tagged = (record: SavedRecord): TwinRecord => ({ type: 'twin', record });

/** What the second twin wants done, beside the first: its timers and records are told apart, and what it executes is its own affair. */
function asSecond(effect: Effect): TwinEffect[] {
  switch (effect.type) {
    case 'save':
      return [{ type: 'save', record: tagged(effect.record) }];
    case 'set-timer':
    case 'cancel-timer':
      return [{ ...effect, timer: `${SECOND}${effect.timer}` }];
    case 'output':
      return [];
    case 'send':
    case 'accuse':
    case 'dial':
    case 'hang-up':
    case 'halt':
      return [effect];
    default:
      return effect satisfies never;
  }
}
