import type { ClusterConfig } from './cluster-config.ts';
import type { Commanding, Run, Traitor } from './replica.ts';
import type { Seen } from './seen.ts';
import type { Slot } from './service.ts';
import type { Tally } from './tally.ts';

/** What a cluster tells a replica that lives in a thread or process of its own. */
export type ToWorker =
  | { readonly type: 'be'; readonly config: NodeConfig; readonly host: string; readonly port: number; readonly isWatched?: boolean }
  | { readonly type: 'start'; readonly urls: readonly string[] }
  /** Asks where requests were executed. */
  | { readonly type: 'find'; readonly questions: readonly Question<string>[] }
  /** Asks for the votes on what was executed. */
  | { readonly type: 'count'; readonly questions: readonly Question<Slot>[] }
  | { readonly type: 'stop' };

/** What all that is asked in one moment is asked in one message about: to post one costs more than to answer it. */
export interface Question<Subject> {
  readonly question: number;
  readonly about: Subject;
}

export interface Finding<Value> {
  readonly question: number;
  readonly value: Value;
}

/** Who a replica is to be. */
export interface NodeConfig {
  readonly plan: ClusterConfig;
  readonly id: number;
  readonly secret: string;
  readonly data?: string | undefined;
  readonly traitor?: Traitor | undefined;
}

/** What a replica tells its cluster. */
export type FromReplica =
  | { readonly type: 'listening'; readonly port: number }
  /** It has greeted all others. */
  | { readonly type: 'up' }
  /** It cannot be with what is in its folder: one line. The others can. */
  | { readonly type: 'down'; readonly message: string }
  /** The user made a mistake: one line. */
  | { readonly type: 'refused'; readonly message: string }
  /** Users were answered, all in one moment. */
  | { readonly type: 'answered'; readonly runs: readonly Run[] }
  | { readonly type: 'commanded'; readonly command: Commanding }
  /** What it said, heard and did, for who looks on; `left` messages of the same time were too many to be told. */
  | { readonly type: 'seen'; readonly seen: readonly Seen[]; readonly left: number }
  | { readonly type: 'found'; readonly findings: readonly Finding<Slot | undefined>[] }
  | { readonly type: 'counted'; readonly findings: readonly Finding<Tally>[] }
  /** It cannot go on, and ends. */
  | { readonly type: 'failed'; readonly message: string };

/** A message, and to which of the replicas that live there. */
export interface Addressed {
  readonly id: number;
  readonly message: ToWorker;
}

/** What is told from where replicas live. */
export type FromWorker =
  | { readonly type: 'told'; readonly id: number; readonly answer: FromReplica }
  /** That replica has ended, and others live on there. */
  | { readonly type: 'left'; readonly id: number; readonly code: number };
