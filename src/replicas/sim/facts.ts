import { counted } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import { accusedText, metText, type AccusedFact, type MetFact } from '../../trace/nodes/met.ts';
import { atTime } from '../../trace/nodes/sentences.ts';
import type { Message } from '../pbft/messages.ts';
import type { ReplicaStatus } from '../pbft/status.ts';

/** What happened in a run, `at` so many ms of virtual time. A trace has one a line (`trace/lines.ts`). */
export type RunFact = { readonly at: number } & (
  | { readonly type: 'asked'; readonly client: NodeId; readonly request: number; readonly data: string }
  /** Messages are numbered 1, 2, 3 … by `id`, whoever sends them. */
  | { readonly type: 'sent'; readonly id: number; readonly from: NodeId; readonly to: readonly NodeId[]; readonly message: Message }
  /** It arrives at one of those to whom it was sent; at twins each time under their one name. */
  | { readonly type: 'heard'; readonly id: number; readonly from: NodeId; readonly to: NodeId }
  | { readonly type: 'executed'; readonly by: NodeId; readonly sequence: number; readonly view: number; readonly operations: readonly string[] }
  | { readonly type: 'entered'; readonly by: NodeId; readonly view: number }
  | { readonly type: 'transferred'; readonly by: NodeId; readonly sequence: number }
  | { readonly type: 'answered'; readonly client: NodeId; readonly request: number; readonly result: string | null }
  | { readonly type: 'refused'; readonly client: NodeId; readonly request: number; readonly reason: string }
  | AccusedFact
  | MetFact
  /** A client begins anew, with so many of the records on its disk; what it has asked and was not answered it asks no more. */
  | { readonly type: 'lapsed'; readonly client: NodeId; readonly kept: number }
  /** How a loyal replica stands at the end; nothing is known of one that is down. */
  | { readonly type: 'ended'; readonly replica: NodeId; readonly status: ReplicaStatus | null }
);

/** A fact in one line for people; undefined for what they would see too much of. */
export function describeFact(fact: RunFact | Untold): string | undefined {
  const words = inWords(fact);
  return words === undefined ? undefined : atTime(fact.at, words);
}

/** What is told of in other words, if at all. */
interface Untold {
  readonly at: number;
  readonly type: 'asked' | 'sent' | 'heard';
}

/** The same without the time. */
export function inWords(fact: RunFact | Untold): string | undefined {
  switch (fact.type) {
    case 'asked':
    case 'sent':
    case 'heard':
      return undefined;
    case 'executed':
      return `replica ${fact.by} executed ${fact.operations.join(', ') || 'nothing'} at sequence number ${fact.sequence}, committed in view ${fact.view}`;
    case 'entered':
      return `replica ${fact.by} entered view ${fact.view}`;
    case 'transferred':
      return `replica ${fact.by} took over the state at sequence number ${fact.sequence}`;
    case 'answered':
      return `client ${fact.client} got ${JSON.stringify(fact.result)} for request ${fact.request}`;
    case 'refused':
      return `client ${fact.client} was refused request ${fact.request}: ${fact.reason}`;
    case 'accused':
      return accusedText(fact);
    case 'fell':
    case 'came-back':
    case 'paused':
    case 'went-on':
    case 'joined':
    case 'left':
    case 'clock-jumped':
      return metText('replica', fact);
    case 'lapsed':
      return `client ${fact.client} begins anew, with ${fact.kept} of its records`;
    case 'ended':
      return `replica ${fact.replica} ends ${fact.status === null ? 'as it crashed' : statusInWords(fact.status)}`;
    default:
      return fact satisfies never;
  }
}

/** What replicas promise, and how far they came, in words. */
export const PROMISES = 'Safety and liveness';

export const progressText = ({ places, view }: { readonly places: number; readonly view: number }): string => `${counted(places, 'batch', 'batches')} in the log, view ${view}`;

const statusInWords = ({ view, isChangingView, sequence, executed, stableCheckpoint, waiting }: ReplicaStatus): string =>
  `in view ${view}${isChangingView ? ', which has not begun' : ''}, at sequence number ${sequence}, with ${counted(executed, 'request')} executed, ${waiting} waiting, and stable up to ${stableCheckpoint}`;
