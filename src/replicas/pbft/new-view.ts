import type { Signer } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { fetchMissing } from './catch-up.ts';
import { stabilise } from './checkpoint.ts';
import type { Batch, NewView, Proposal, Signed, ViewChangeBody } from './messages.ts';
import { flawOf } from './proof.ts';
import { adopt, hearPrePrepare, propose } from './propose.ts';
import { forgetDone, passOn, watch } from './requests.ts';
import { accuse, isInWindow, openSlot, primaryOf, save, send, slotAt, type ReplicaState, type Turn } from './state.ts';
import { hearVote } from './vote.ts';
import { hearCertificate } from './collector.ts';
import { changeView } from './view-change.ts';

/** The null request, which goes through the protocol like others and does nothing. */
export const NO_REQUESTS: Batch = { requests: [] };

/** The primary of the new view tells everyone with what it begins. */
export function announce(turn: Turn, viewChanges: readonly Signed<ViewChangeBody>[]): void {
  const { context, state } = turn;
  const { signer } = context;
  const signed = viewChanges.map(({ body, signature }) => ({ body, signature }));
  const prePrepares = planOf(signer, state.view, signed).map((body) => ({ body, signature: signer.sign('pre-prepare', body) }));
  const body = { view: state.view, viewChanges: signed, prePrepares };
  const newView: NewView = { type: 'new-view', body, signature: signer.sign('new-view', body) };
  enter(turn, newView, true);
}

/**
 * O: for each sequence number above the latest stable checkpoint in V, up to the highest that prepared, the request that prepared in
 * the latest view, or the null request where none did (§4.4).
 */
export function planOf(signer: Signer, view: number, viewChanges: readonly Signed<ViewChangeBody>[]): Proposal[] {
  const low = lowMark(viewChanges).body.stable;
  const best = new Map<number, Proposal>();
  let high = low;
  for (const { prePrepare } of viewChanges.flatMap(({ body }) => body.prepared)) {
    const { sequence } = prePrepare.body;
    const before = best.get(sequence);
    if (before === undefined || prePrepare.body.view > before.view) best.set(sequence, prePrepare.body);
    if (sequence > high) high = sequence;
  }
  return Array.from({ length: high - low }, (_, index) => {
    const sequence = low + 1 + index;
    return { view, sequence, digest: best.get(sequence)?.digest ?? signer.digest(NO_REQUESTS) };
  });
}

/** The view-change with the latest stable checkpoint. */
export const lowMark = (viewChanges: readonly Signed<ViewChangeBody>[]): Signed<ViewChangeBody> =>
  viewChanges.reduce((best, one) => (one.body.stable > best.body.stable ? one : best));

/** Upon a new-view, from whomever: a replica checks the proofs in it, computes O itself, and enters the view if all is as it must be. */
export function hearNewView(turn: Turn, from: NodeId, message: NewView): void {
  const { context, state } = turn;
  const { view } = message.body;
  if (view < state.view || (view === state.view && !state.isChanging)) return;
  const primary = nodeId(primaryOf(view, state.n));
  const flaw = flawIn(context.signer, state, message, primary);
  if (flaw === undefined) return enter(turn, message, false);
  accuse(turn, from, flaw);
  if (from === primary && view === state.view) changeView(turn, view + 1);
}

function flawIn(signer: Signer, state: ReplicaState, { body, signature }: NewView, primary: NodeId): string | undefined {
  if (!signer.verify(primary, 'new-view', body, signature)) return 'a new-view with a forged signature';
  const senders = new Set(body.viewChanges.map((one) => one.body.replica));
  if (senders.size < state.quorum || senders.size !== body.viewChanges.length) return 'a new-view without a quorum';
  for (const one of body.viewChanges) {
    if (one.body.view !== body.view) return 'a new-view from requests for another view';
    const flaw = one.body.replica < state.n ? flawOf(signer, state, one) : 'a view-change of nobody';
    if (flaw !== undefined) return `a new-view from ${flaw}`;
  }
  const plan = planOf(signer, body.view, body.viewChanges);
  const isAsPlanned = plan.length === body.prePrepares.length && plan.every((proposal, index) => isSame(proposal, body.prePrepares[index]!.body));
  if (!isAsPlanned) return 'a new-view that does not follow from its view-changes';
  return body.prePrepares.every((one) => signer.verify(primary, 'pre-prepare', one.body, one.signature)) ? undefined : 'a new-view with a forged pre-prepare';
}

const isSame = (a: Proposal, b: Proposal): boolean => a.view === b.view && a.sequence === b.sequence && a.digest === b.digest;

function enter(turn: Turn, newView: NewView, isOwn: boolean): void {
  const { state, effects } = turn;
  const { view, viewChanges, prePrepares } = newView.body;
  if (view > state.view) state.early.fill(undefined);
  save(turn, { type: 'new-view', newView });
  if (isOwn) send(turn, state.others, newView);
  begin(state, newView);
  effects.push({ type: 'output', output: { type: 'entered', view } }, { type: 'cancel-timer', timer: 'view' }, { type: 'cancel-timer', timer: 'collector' });
  // So that nothing is proposed before O.
  state.queue = [];
  stabilise(turn, lowMark(viewChanges).body.proof);
  for (const prePrepare of prePrepares) assign(state, prePrepare);
  takeUp(turn);
  forgetDone(turn);
  state.queue = [...state.waiting.values()].filter((one) => one.view !== view).map(({ request }) => request);
  // The primary may know nothing of what made the others leave the last view.
  for (const request of state.queue.slice(0, PASSED_ON)) passOn(turn, request);
  fetchMissing(turn);
  watch(turn);
  propose(turn);
  replayEarly(turn);
}

/** How many of the requests that wait a backup passes on to a new primary at once; the others it does as their turn comes. */
const PASSED_ON = 16;

/** The view and what it starts with, as far as it is remembered. */
export function begin(state: ReplicaState, newView: NewView): void {
  const { view, viewChanges, prePrepares } = newView.body;
  state.view = view;
  state.isChanging = false;
  state.newView = newView;
  state.watched = undefined;
  state.collectingSince = undefined;
  state.proposed = Math.max(state.stable, prePrepares.at(-1)?.body.sequence ?? lowMark(viewChanges).body.stable);
}

/** A member of O gets its sequence number: nothing else can have it in this view. */
export function assign(state: ReplicaState, prePrepare: Signed<Proposal>): void {
  const { sequence, digest } = prePrepare.body;
  if (!isInWindow(state, sequence)) return;
  const slot = openSlot(state, sequence);
  slot.prePrepare = prePrepare;
  slot.digest = digest;
}

/** Votes for what got its sequence number by a new-view, as far as its batch is here. */
export function takeUp(turn: Turn): void {
  const { state, context } = turn;
  if (state.isChanging) return;
  for (let sequence = state.stable + 1; sequence <= state.proposed; sequence += 1) {
    const slot = slotAt(state, sequence);
    if (slot?.view !== state.view || slot.prePrepare === undefined || slot.batch !== undefined) continue;
    const { digest } = slot;
    const batch = digest === context.signer.digest(NO_REQUESTS) ? NO_REQUESTS : (state.batches.get(digest)?.batch ?? batchOf(slot.committed, digest));
    if (batch !== undefined) adopt(turn, slot, slot.prePrepare, batch);
  }
}

const batchOf = (committed: { readonly digest: string; readonly batch: Batch } | undefined, digest: string): Batch | undefined =>
  committed?.digest === digest ? committed.batch : undefined;

/** A batch that a sequence number still lacks has come. */
export function supply(turn: Turn, batch: Batch): void {
  const { context, state } = turn;
  const digest = context.signer.digest(batch);
  for (let sequence = state.stable + 1; sequence <= state.proposed; sequence += 1) {
    const slot = slotAt(state, sequence);
    if (slot?.view === state.view && slot.prePrepare !== undefined && slot.batch === undefined && slot.digest === digest && !state.isChanging) adopt(turn, slot, slot.prePrepare, batch);
  }
  watch(turn);
}

function replayEarly(turn: Turn): void {
  const { state } = turn;
  const early = [...state.early];
  state.early.fill(undefined);
  early.forEach((messages, id) => {
    for (const message of messages ?? []) {
      if (message.type === 'pre-prepare') hearPrePrepare(turn, nodeId(id), message);
      else if (message.type === 'certificate') hearCertificate(turn, nodeId(id), message);
      else hearVote(turn, nodeId(id), message);
    }
  });
}
