import type { Context } from '../../core/machine.ts';
import type { Batch, CheckpointBody, Chunk, NewView, Proposal, SavedRecord, SavedState, Signed, SignedVote, Snapshot, VoteBody } from './messages.ts';
import { assign, begin, lowMark } from './new-view.ts';
import { snapshotOf, storeOf } from './snapshot.ts';
import { initialState, isInWindow, keepBatch, openSlot, primaryOf, slotAt, type ReplicaState } from './state.ts';
import { executeBatch } from './store.ts';

/**
 * What a replica is after it has come back: all that it promised before, so that whatever it says again is what it said, and
 * it never says another thing. It signs its votes anew, over the same bytes.
 */
export function recovered(context: Context, records: readonly SavedRecord[]): ReplicaState {
  const state = initialState(context);
  const chunks: Chunks = new Map();
  for (const record of records) remember(context, state, record, chunks);
  return state;
}

/** Those of the last state that was saved, by digest. */
type Chunks = Map<string, Chunk>;

function remember(context: Context, state: ReplicaState, record: SavedRecord, chunks: Chunks): void {
  switch (record.type) {
    case 'pre-prepared':
      return prePrepared(context, state, record.prePrepare, record.batch);
    case 'prepared': {
      const { body } = record.certificate.prePrepare;
      if (!isInWindow(state, body.sequence)) return;
      const slot = openSlot(state, body.sequence);
      slot.certificate = record.certificate;
      if (slot.view !== body.view || slot.digest !== body.digest) return;
      slot.isPrepared = true;
      for (const vote of record.certificate.prepares) slot.prepares[vote.body.replica] = vote;
      slot.prepareCount = record.certificate.prepares.length;
      slot.commits[context.self] = signed(context, state, 'commit', body);
      slot.commitCount = 1;
      return;
    }
    case 'learned':
      return keepBatch(state, record.sequence, record.digest, record.batch);
    case 'committed':
      return committed(context, state, record.commits[0]!.body.sequence, record);
    case 'vouched':
      return committed(context, state, record.sequence, { digest: record.digest, commits: [] });
    case 'stable':
      stable(state, record.proof, record.state && completed(record.state, chunks));
      return execute(context, state);
    case 'view-change':
      state.view = record.viewChange.body.view;
      state.isChanging = true;
      state.doublings += 1;
      state.viewChanges[context.self] = record.viewChange;
      return;
    case 'new-view':
      return newView(state, record.newView);
    default:
      record satisfies never;
  }
}

/** Its sequence numbers are taken, though the votes for them may not have been saved any more. */
function newView(state: ReplicaState, { body, ...rest }: NewView): void {
  const { proof } = lowMark(body.viewChanges).body;
  if (proof.length > 0) stable(state, proof, undefined);
  begin(state, { body, ...rest });
  for (const prePrepare of body.prePrepares) assign(state, prePrepare);
}

function prePrepared(context: Context, state: ReplicaState, prePrepare: Signed<Proposal>, batch: Batch): void {
  const { view, sequence, digest } = prePrepare.body;
  if (!isInWindow(state, sequence)) return;
  keepBatch(state, sequence, digest, batch);
  if (view !== state.view) return;
  const slot = openSlot(state, sequence);
  Object.assign(slot, { prePrepare, digest, batch });
  if (sequence > state.proposed) state.proposed = sequence;
  if (primaryOf(view, state.n) === context.self && !state.settings.collector) return;
  slot.prepares[context.self] = signed(context, state, 'prepare', prePrepare.body);
  slot.prepareCount = primaryOf(view, state.n) === context.self ? 0 : 1;
}

function committed(context: Context, state: ReplicaState, sequence: number, { digest, commits }: { readonly digest: string; readonly commits: readonly SignedVote[] }): void {
  const known = state.batches.get(digest);
  if (!isInWindow(state, sequence) || known === undefined) return;
  openSlot(state, sequence).committed = { digest, batch: known.batch, commits };
  execute(context, state);
}

function signed({ signer, self }: Context, { view }: ReplicaState, phase: 'prepare' | 'commit', { sequence, digest }: Proposal): { body: VoteBody; signature: string } {
  const body = { view, sequence, digest, replica: self };
  return { body, signature: signer.sign(phase, body) };
}

function execute({ signer, self }: Context, state: ReplicaState): void {
  for (;;) {
    const committed = slotAt(state, state.executed + 1)?.committed;
    if (committed === undefined) return;
    executeBatch(state.store, committed.batch, committed.digest, signer, state.n);
    state.executed += 1;
    state.doublings = 0;
    if (state.executed % state.settings.checkpointEvery !== 0) continue;
    const snapshot = snapshotOf(state.store, state.executed, signer);
    state.snapshots.set(state.executed, snapshot);
    const body = { sequence: state.executed, digest: signer.digest(snapshot.manifest), replica: self };
    state.checkpoints[self] = [...(state.checkpoints[self] ?? []), { body, signature: signer.sign('checkpoint', body) }].slice(-2);
  }
}

/** With the chunks that an earlier record holds. */
function completed({ manifest, chunks }: SavedState, known: Chunks): Snapshot {
  for (const [digest, chunk] of chunks) known.set(digest, chunk);
  const needed = new Set(manifest.chunks);
  for (const digest of known.keys()) if (!needed.has(digest)) known.delete(digest);
  return { manifest, chunks: manifest.chunks.map((digest) => known.get(digest)!) };
}

function stable(state: ReplicaState, proof: readonly Signed<CheckpointBody>[], snapshot: Snapshot | undefined): void {
  const { sequence } = proof[0]!.body;
  if (snapshot !== undefined) state.saved = snapshot.manifest;
  if (snapshot !== undefined && state.executed < sequence) {
    state.store = storeOf(snapshot);
    state.executed = sequence;
  }
  if (sequence < state.stable || (sequence === state.stable && snapshot === undefined)) return;
  state.stable = sequence;
  state.proof = proof;
  state.snapshot = snapshot ?? state.snapshots.get(sequence);
  state.proposed = Math.max(state.proposed, sequence);
  state.slots.forEach((slot, index) => {
    if (slot !== undefined && slot.sequence <= sequence) state.slots[index] = undefined;
  });
  for (const [key, { sequence: last }] of state.batches) if (last <= sequence) state.batches.delete(key);
  for (const one of state.snapshots.keys()) if (one <= sequence) state.snapshots.delete(one);
}
