import { takeCheckpoint } from './checkpoint.ts';
import { stopCollecting } from './collector.ts';
import { propose } from './propose.ts';
import { forget, reply, watch } from './requests.ts';
import { save, slotAt, type Slot, type Turn } from './state.ts';
import { executeBatch } from './store.ts';

/** Executes what has committed, in the order of the sequence numbers and without a gap. */
export function executeReady(turn: Turn): void {
  const { state } = turn;
  const before = state.executed;
  for (;;) {
    const slot = slotAt(state, state.executed + 1);
    if (slot?.committed === undefined) break;
    execute(turn, slot, slot.committed);
  }
  if (state.executed === before) return;
  stopCollecting(turn);
  watch(turn);
  propose(turn);
}

/**
 * Answers are not kept back until the commits are on disk: before a request commits, a quorum has on disk that it prepared,
 * so it survives if all replicas fall at once.
 */
function execute(turn: Turn, { sequence, view }: Slot, { digest, batch, commits }: NonNullable<Slot['committed']>): void {
  const { context, state, effects } = turn;
  const answers = executeBatch(state.store, batch, digest, context.signer, state.n);
  state.executed = sequence;
  effects.push({ type: 'output', output: { type: 'executed', sequence, view: commits[0]?.body.view ?? view, digest, batch } });
  for (const { body } of batch.requests) forget(turn, body);
  for (const [client, list] of answers) reply(turn, client, list);
  save(turn, commits.length === 0 ? { type: 'vouched', sequence, digest } : { type: 'committed', digest, commits });
  if (answers.size > 0 && !state.isChanging) state.doublings = 0;
  if (sequence % state.settings.checkpointEvery === 0) takeCheckpoint(turn);
}
