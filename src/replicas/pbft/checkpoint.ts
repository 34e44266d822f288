import type { NodeId } from '../../core/node.ts';
import { askEveryone } from './catch-up.ts';
import type { CheckpointBody, CheckpointMessage, SavedState, Signed, Snapshot } from './messages.ts';
import { propose } from './propose.ts';
import { snapshotOf } from './snapshot.ts';
import { accuse, save, send, type ReplicaState, type Turn } from './state.ts';

/** Every K sequence numbers a replica signs the digest of its state, and tells everyone. */
export function takeCheckpoint(turn: Turn): void {
  const { context, state } = turn;
  if (state.executed <= state.stable) return;
  const snapshot = snapshotOf(state.store, state.executed, context.signer);
  state.snapshots.set(state.executed, snapshot);
  const body = { sequence: state.executed, digest: context.signer.digest(snapshot.manifest), replica: context.self };
  const checkpoint = { body, signature: context.signer.sign('checkpoint', body) };
  send(turn, state.others, { type: 'checkpoint', ...checkpoint });
  keep(turn, checkpoint);
}

/** Upon a checkpoint: the latest two of each replica are kept, however far ahead it is. */
export function hearCheckpoint(turn: Turn, from: NodeId, { body, signature }: CheckpointMessage): void {
  const { context, state } = turn;
  if (body.replica !== from || body.sequence <= state.stable || body.sequence % state.settings.checkpointEvery !== 0) return;
  const before = state.checkpoints[from]?.find((one) => one.body.sequence === body.sequence);
  if (before !== undefined && before.body.digest === body.digest) return;
  if (!context.signer.verify(from, 'checkpoint', body, signature)) return accuse(turn, from, 'a checkpoint with a forged signature');
  if (before !== undefined) return accuse(turn, from, `two checkpoints of sequence number ${body.sequence}`);
  keep(turn, { body, signature });
}

function keep(turn: Turn, checkpoint: Signed<CheckpointBody>): void {
  const { state } = turn;
  const { replica, sequence, digest } = checkpoint.body;
  const kept = [...(state.checkpoints[replica] ?? []), checkpoint].sort((a, b) => a.body.sequence - b.body.sequence).slice(-2);
  state.checkpoints[replica] = kept;
  const proof: Signed<CheckpointBody>[] = [];
  for (const list of state.checkpoints) {
    const same = list?.find(({ body }) => body.sequence === sequence && body.digest === digest);
    if (same !== undefined && proof.length < state.quorum) proof.push(same);
  }
  if (proof.length === state.quorum) stabilise(turn, proof);
}

/** A quorum signed the same state: all that led to it is forgotten, and the window moves. */
export function stabilise(turn: Turn, proof: readonly Signed<CheckpointBody>[]): void {
  const { context, state } = turn;
  const checkpoint = proof[0]?.body;
  if (checkpoint === undefined || checkpoint.sequence <= state.stable) return;
  const { sequence, digest } = checkpoint;
  const own = state.snapshots.get(sequence);
  const snapshot = own !== undefined && context.signer.digest(own.manifest) === digest ? own : undefined;
  state.stable = sequence;
  state.proof = proof;
  if (state.proposed < sequence) state.proposed = sequence;
  state.slots.forEach((slot, index) => {
    if (slot !== undefined && slot.sequence <= sequence) state.slots[index] = undefined;
  });
  for (const [key, { sequence: last }] of state.batches) if (last <= sequence) state.batches.delete(key);
  for (const one of state.snapshots.keys()) if (one <= sequence) state.snapshots.delete(one);
  keepSnapshot(turn, proof, snapshot);
  if (state.executed < sequence) askEveryone(turn);
  propose(turn);
}

/** Keeps the state at the stable checkpoint, as far as it is here, and the one before for those who are taking it. */
export function keepSnapshot(turn: Turn, proof: readonly Signed<CheckpointBody>[], snapshot: Snapshot | undefined): void {
  const { state } = turn;
  state.previous = state.snapshot ?? state.previous;
  state.snapshot = snapshot;
  save(turn, { type: 'stable', proof, ...(snapshot === undefined ? {} : { state: savedOf(state, snapshot) }) });
}

function savedOf(state: ReplicaState, { manifest, chunks }: Snapshot): SavedState {
  const before = new Set(state.saved?.chunks);
  state.saved = manifest;
  return { manifest, chunks: manifest.chunks.flatMap((digest, index) => (before.has(digest) ? [] : [[digest, chunks[index]!] as const])) };
}
