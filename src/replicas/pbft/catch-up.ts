/**
 * How a replica that lags, was cut off or fell comes level, without a word when nobody does: every replica says now and then
 * where it stands, to one other in turn, or to all while it is stuck. Who knows more answers with proof: the new-view of a
 * later view; of what chunks the state at a stable checkpoint is made (`transfer.ts`); requests that committed, with the
 * commits of a quorum, or on its word, which counts when f + 1 give it; else its own votes once more. What a replica answers
 * another between two statuses is limited, so nobody can be made to talk.
 */
import type { NodeId } from '../../core/node.ts';
import { stabilise } from './checkpoint.ts';
import { executeReady } from './execute.ts';
import type { Committed, Executed, Fetch, StableMessage, StatusMessage } from './messages.ts';
import { areVotesOf, isStable } from './proof.ts';
import { accuse, BUDGET, CHUNK_BUDGET, isInWindow, keepBatch, openSlot, save, send, slotAt, STATUS_COST, type ReplicaState, type Slot, type Turn } from './state.ts';
import { lookAfterTransfer } from './transfer.ts';
import { sayAgain, votesFor } from './vote.ts';

/** The most sequence numbers about which one status is answered. */
const PLACES = 16;

export function statusTimeout(turn: Turn): void {
  const { state, effects } = turn;
  const isStuck = state.isChanging || state.transfer !== undefined || state.executed < state.stable || (state.executed === state.executedBefore && state.watched !== undefined);
  state.executedBefore = state.executed;
  state.budgets.fill(BUDGET);
  state.chunkBudgets.fill(CHUNK_BUDGET);
  lookAfterTransfer(turn);
  if (isStuck) {
    askEveryone(turn);
    fetchMissing(turn);
  } else if (state.others.length > 0) {
    state.statusPeer = (state.statusPeer + 1) % state.others.length;
    send(turn, [state.others[state.statusPeer]!], statusOf(state));
  }
  effects.push({ type: 'set-timer', timer: 'status', after: state.settings.statusEvery });
}

export const askEveryone = (turn: Turn): void => send(turn, turn.state.others, statusOf(turn.state));

const statusOf = ({ view, isChanging, executed, stable }: ReplicaState): StatusMessage => ({ type: 'status', view, isChanging, executed, stable });

/** Asks for the batches that a new-view named by their digests alone. */
export function fetchMissing(turn: Turn): void {
  const { state } = turn;
  let asked = 0;
  for (let sequence = state.stable + 1; sequence <= state.proposed && asked < PLACES; sequence += 1) {
    const slot = slotAt(state, sequence);
    if (slot?.view !== state.view || slot.prePrepare === undefined || slot.batch !== undefined) continue;
    send(turn, state.others, { type: 'fetch', digest: slot.digest });
    asked += 1;
  }
}

export function hearStatus(turn: Turn, from: NodeId, status: StatusMessage): void {
  const { context, state } = turn;
  if (!spend(state, from, STATUS_COST)) return;
  const to = [from];
  if (state.isChanging) {
    const own = state.viewChanges[context.self];
    if (own !== undefined && status.view <= state.view) send(turn, to, own);
  } else if (state.newView !== undefined && (status.view < state.view || (status.view === state.view && status.isChanging))) send(turn, to, state.newView);
  // Who is ahead answers by what takes one there: its view-change, or the new-view by which that view began.
  if (status.view > state.view) send(turn, to, statusOf(state));
  for (const checkpoint of state.checkpoints[context.self] ?? []) {
    if (checkpoint.body.sequence > status.stable) send(turn, to, { type: 'checkpoint', ...checkpoint });
  }
  let first = status.executed + 1;
  if (status.executed < state.stable) {
    if (state.snapshot === undefined) return;
    send(turn, to, { type: 'state', manifest: state.snapshot.manifest, proof: state.proof });
    first = state.stable + 1;
  } else if (status.stable < state.stable) send(turn, to, { type: 'stable', proof: state.proof });
  for (let sequence = first; sequence < first + PLACES; sequence += 1) {
    const slot = slotAt(state, sequence);
    const proof = slot === undefined ? undefined : proofOf(turn, slot);
    if (slot === undefined) continue;
    if (proof !== undefined) {
      send(turn, to, proof);
      continue;
    }
    if (slot.committed !== undefined && sequence <= state.executed) send(turn, to, { type: 'executed', sequence, batch: slot.committed.batch });
    if (!state.isChanging && status.view === state.view && !status.isChanging) sayAgain(turn, slot, to);
  }
}

/**
 * That a sequence number committed here, for others to check: with genuine commits of a quorum, as they were counted or as they came
 * since. Undefined if liars have left too few of these.
 */
function proofOf({ context, state }: Turn, slot: Slot): Committed | undefined {
  if (slot.committed === undefined) return undefined;
  const { digest, batch, commits } = slot.committed;
  for (const votes of [commits, votesFor(slot.commits, digest, state.n)]) {
    const genuine = votes.filter(({ body, signature }) => context.signer.verify(body.replica, 'commit', body, signature));
    if (genuine.length >= state.quorum) return { type: 'committed', batch, commits: genuine.slice(0, state.quorum) };
  }
  return undefined;
}

export function hearFetch(turn: Turn, from: NodeId, { digest }: Fetch): void {
  const known = turn.state.batches.get(digest);
  if (known !== undefined && spend(turn.state, from, 1)) send(turn, [from], { type: 'batch', batch: known.batch });
}

function spend(state: ReplicaState, by: NodeId, cost: number): boolean {
  const budget = state.budgets[by] ?? 0;
  if (budget < cost) return false;
  state.budgets[by] = budget - cost;
  return true;
}

/** Upon proof that a request committed: it is executed in its turn, whatever the view. */
export function hearCommitted(turn: Turn, from: NodeId, { batch, commits }: Committed): void {
  const { context, state } = turn;
  const { sequence, digest } = commits[0]!.body;
  if (sequence <= state.executed || !isInWindow(state, sequence)) return;
  if (slotAt(state, sequence)?.committed !== undefined) return;
  if (!areVotesOf(context.signer, state, 'commit', commits, state.quorum) || context.signer.digest(batch) !== digest) return accuse(turn, from, 'a proof of commitment that proves nothing');
  const slot = openSlot(state, sequence);
  slot.committed = { digest, batch, commits };
  if (!state.batches.has(digest)) save(turn, { type: 'learned', sequence, digest, batch });
  keepBatch(state, sequence, digest, batch);
  executeReady(turn);
}

/**
 * Upon the word of f + 1 replicas that they executed a batch at a sequence number: one of them is loyal. So a replica comes level also
 * where there is no proof to be shown: a quorum’s commits were counted by who sent them, liars’ with false signatures among
 * them, and then the view changed.
 */
export function hearExecuted(turn: Turn, from: NodeId, { sequence, batch }: Executed): void {
  const { context, state } = turn;
  if (sequence <= state.executed || !isInWindow(state, sequence)) return;
  const slot = openSlot(state, sequence);
  if (slot.committed !== undefined) return;
  const digest = context.signer.digest(batch);
  slot.vouchers.set(from, digest);
  if ([...slot.vouchers.values()].filter((other) => other === digest).length < state.oneLoyal) return;
  slot.committed = { digest, batch, commits: [] };
  if (!state.batches.has(digest)) save(turn, { type: 'learned', sequence, digest, batch });
  keepBatch(state, sequence, digest, batch);
  executeReady(turn);
}

/** Upon proof that a checkpoint is stable: the window moves. */
export function hearStable(turn: Turn, from: NodeId, { proof }: StableMessage): void {
  const { context, state } = turn;
  if (proof[0]!.body.sequence <= state.stable) return;
  if (isStable(context.signer, state, proof)) stabilise(turn, proof);
  else accuse(turn, from, 'a checkpoint that nobody vouches for');
}
