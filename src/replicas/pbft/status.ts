import type { Command } from '../command.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Signer } from '../../core/machine.ts';
import { snapshotOf } from './snapshot.ts';
import { primaryOf, type ReplicaState } from './state.ts';

/** A replica as people may look at it. */
export interface ReplicaStatus {
  readonly view: number;
  readonly commander: NodeId;
  readonly isChangingView: boolean;
  /** How many requests have been executed. */
  readonly executed: number;
  /** The last sequence number of the log that was. */
  readonly sequence: number;
  readonly stableCheckpoint: number;
  /** Of the log: equal logs, equal digests. */
  readonly digest: string;
  readonly tail: readonly string[];
  readonly waiting: number;
  readonly dropped: number;
}

export const commandOf = ({ view, n, isChanging }: ReplicaState): Command => ({ view, commander: nodeId(primaryOf(view, n)), hasBegun: !isChanging });

export const statusOf = (state: ReplicaState): ReplicaStatus => ({
  view: state.view,
  commander: commandOf(state).commander,
  isChangingView: state.isChanging,
  executed: state.store.position,
  sequence: state.executed,
  stableCheckpoint: state.stable,
  digest: state.store.chain,
  tail: [...state.store.tail],
  waiting: state.waiting.size,
  dropped: state.dropped,
});

/** The digest of all of the state, as in a checkpoint. */
export const stateDigest = (signer: Signer, state: ReplicaState): string => signer.digest(snapshotOf(state.store, state.executed, signer).manifest);
