import type { NodeId } from '../../core/node.ts';
import { timeCollector } from './collector.ts';
import type { Batch, PrePrepare, Proposal, Request, Signed } from './messages.ts';
import { isClient, isUnproposed, markProposed, watch } from './requests.ts';
import { accuse, drop, isInWindow, keepBatch, isPrimary, openSlot, primaryOf, save, send, type Slot, type Turn } from './state.ts';
import { castPrepare, countPrepares, hold } from './vote.ts';

/** Gives sequence numbers to the requests that the primary has, as many batches at a time as the pipeline and the window allow. */
export function propose(turn: Turn): void {
  const { context, state } = turn;
  if (state.isChanging || !isPrimary(turn)) return;
  while (state.queue.length > 0 && state.proposed - Math.max(state.executed, state.stable) < state.settings.pipeline && isInWindow(state, state.proposed + 1)) {
    const requests = nextRequests(turn);
    if (requests.length === 0) return;
    const batch: Batch = { requests };
    state.proposed += 1;
    const body: Proposal = { view: state.view, sequence: state.proposed, digest: context.signer.digest(batch) };
    const signature = context.signer.sign('pre-prepare', body);
    const slot = openSlot(state, body.sequence);
    accept(turn, slot, { body, signature }, batch);
    send(turn, state.others, { type: 'pre-prepare', body, signature, batch });
    castPrepare(turn, slot);
    countPrepares(turn, slot);
  }
}

function nextRequests(turn: Turn): Signed<Request['body']>[] {
  const { queue, settings } = turn.state;
  const requests: Signed<Request['body']>[] = [];
  let taken = 0;
  while (taken < queue.length && requests.length < settings.batch) {
    const { body, signature } = queue[taken]!;
    taken += 1;
    if (isUnproposed(turn, body)) requests.push({ body, signature });
  }
  turn.state.queue = queue.slice(taken);
  return requests;
}

/**
 * Upon a pre-prepare of this view’s primary for a sequence number in the window, unless another one was accepted for that sequence number: a
 * backup accepts it, if its digest is that of the batch and every request in it is signed by its client.
 */
export function hearPrePrepare(turn: Turn, from: NodeId, message: PrePrepare): void {
  const { context, state } = turn;
  const { body, signature, batch } = message;
  if (body.view !== state.view || from !== primaryOf(state.view, state.n)) return drop(turn);
  if (state.isChanging) return hold(turn, from, message);
  if (!isInWindow(state, body.sequence)) return drop(turn);
  const slot = openSlot(state, body.sequence);
  if (slot.prePrepare !== undefined && slot.digest === body.digest && slot.batch !== undefined) return;
  if (!context.signer.verify(from, 'pre-prepare', body, signature)) return accuse(turn, from, 'a pre-prepare with a forged signature');
  if (slot.prePrepare !== undefined && slot.digest !== body.digest) return accuse(turn, from, `two pre-prepares for view ${body.view}, sequence number ${body.sequence}`);
  if (context.signer.digest(batch) !== body.digest) return accuse(turn, from, 'a pre-prepare with the digest of another batch');
  if (slot.prePrepare === undefined && !isProper(turn, batch)) return accuse(turn, from, `a pre-prepare of requests that no client signed, or too many, or none`);
  adopt(turn, slot, { body, signature }, batch);
  watch(turn);
}

/** A backup takes a batch for a sequence number, and votes for it. */
export function adopt(turn: Turn, slot: Slot, prePrepare: Signed<Proposal>, batch: Batch): void {
  accept(turn, slot, prePrepare, batch);
  castPrepare(turn, slot);
  countPrepares(turn, slot);
}

/** What a primary proposed is on disk before anything that follows from it is said. */
function accept(turn: Turn, slot: Slot, prePrepare: Signed<Proposal>, batch: Batch): void {
  const { state } = turn;
  slot.prePrepare = prePrepare;
  slot.digest = prePrepare.body.digest;
  slot.batch = batch;
  keepBatch(state, slot.sequence, slot.digest, batch);
  if (slot.sequence > state.proposed) state.proposed = slot.sequence;
  markProposed(turn, batch);
  save(turn, { type: 'pre-prepared', prePrepare, batch });
  timeCollector(turn, slot.sequence);
}

function isProper(turn: Turn, { requests }: Batch): boolean {
  const { signer } = turn.context;
  if (requests.length === 0 || requests.length > turn.state.settings.batch) return false;
  return requests.every(({ body, signature }) => isClient(turn, body.client) && signer.verify(body.client, 'request', body, signature));
}
