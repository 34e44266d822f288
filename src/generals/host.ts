import { figure } from '../core/figures.ts';
import type { Tampered } from './fact.ts';
import type { Behaviours, RunSpec } from './run-spec.ts';
import type { FaultKind, Signer } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from './order.ts';
import type { Heard } from './protocol.ts';

/** What one general tells about one order. */
export interface Report {
  readonly id: NodeId;
  /** What the protocol decided here. */
  readonly decision: Order | undefined;
  /** What this general told the quorum; undefined if nothing. */
  readonly ballot: Order | undefined;
  /** Whether it was a traitor in this order, and how. */
  readonly strategy: string | undefined;
  /** What it heard in each round, the first at 0. */
  readonly heard: readonly (readonly Heard<unknown>[])[];
  readonly tampered: readonly Tampered[];
  readonly sent: number;
}

/** A general that is no longer there, though nobody sent it away. */
export interface Loss {
  readonly id: NodeId;
  readonly reason: string;
}

export interface Accusation {
  readonly by: NodeId;
  readonly kind: FaultKind;
  readonly suspect: NodeId;
  readonly evidence: string;
}

/** What became of a run. */
export interface RunResult {
  /** By id; the lost have none. */
  readonly reports: readonly Report[];
  readonly losses: readonly Loss[];
  readonly accusations: readonly Accusation[];
}

/** What a general heard, and tampered with, since that was told last. */
export interface News {
  /** How many rounds were told of before. */
  readonly told: number;
  /** Of each round that is over since. */
  readonly heard: readonly (readonly Heard<unknown>[])[];
  readonly tampered: readonly Tampered[];
}

/** Is told what goes on in an order while it is under way. */
export interface RunObserver {
  readonly news: (id: NodeId, news: News) => void;
  /** After all news of that general. */
  readonly reported: (report: Report) => void;
  readonly accused: (accusation: Accusation) => void;
  readonly lost: (loss: Loss) => void;
}

/** Where generals live: threads, or virtual time. A host carries messages and keeps time; it decides nothing. */
export interface Host {
  /** Brings generals to life, each linked to all others. */
  spawn(ids: readonly NodeId[]): Promise<void>;
  /** Ends a general, at once, also in the middle of an order. */
  stop(id: NodeId): Promise<void>;
  /** The signatures of a general under that seed. */
  signer(seed: number, id: NodeId): Signer;
  /** Has one order agreed on, in which some generals behave so. Always ends: who neither answers nor dies is given up after the deadline. */
  run(spec: RunSpec, behaviours: Behaviours, observer?: RunObserver): Promise<RunResult>;
  /** Who was lost since the last call, outside of any run. */
  losses(): readonly Loss[];
  /** Ends everything. */
  close(): Promise<void>;
}

/** The reasons for losses, in the same words on every host. */
export const lossBy = {
  throwing: (message: string): string => `threw "${message}"`,
  exiting: (code: number): string => `exited with code ${code}`,
  hanging: (deadline: number): string => `did not answer within ${figure(deadline)} ms`,
  greed: (megabytes: number): string => `took more than ${megabytes} MB of memory`,
  killing: (): string => 'was killed in the middle of the order',
};

/** What a general that is made to throw throws. */
export const CRASH_MESSAGE = 'broken down';
