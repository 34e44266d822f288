import type { NodeId } from '../../core/node.ts';
import type { PreparedCertificate, ViewChange } from './messages.ts';
import { announce } from './new-view.ts';
import { flawOf } from './proof.ts';
import { viewTimeout } from './requests.ts';
import { accuse, primaryOf, save, send, type ReplicaState, type Turn } from './state.ts';

/** Leaves the view, and asks for that one: what is stable and what has prepared since goes with the request, proved. */
export function changeView(turn: Turn, view: number): void {
  const { context, state, effects } = turn;
  state.view = view;
  state.isChanging = true;
  state.doublings += 1;
  state.watched = undefined;
  state.collectingSince = undefined;
  state.early.fill(undefined);
  effects.push({ type: 'cancel-timer', timer: 'view' }, { type: 'cancel-timer', timer: 'collector' });
  const body = { view, stable: state.stable, proof: state.proof, prepared: preparedIn(state), replica: context.self };
  const viewChange: ViewChange = { type: 'view-change', body, signature: context.signer.sign('view-change', body) };
  state.viewChanges[context.self] = viewChange;
  save(turn, { type: 'view-change', viewChange });
  send(turn, state.others, viewChange);
  consider(turn);
}

/** P: the last certificate of every sequence number above the low mark that has one. */
function preparedIn({ slots }: ReplicaState): PreparedCertificate[] {
  const certificates = slots.flatMap((slot) => slot?.certificate ?? []);
  return certificates.sort((a, b) => a.prePrepare.body.sequence - b.prePrepare.body.sequence);
}

/** Upon a view-change for a view that has not begun here: the latest of each replica is kept, if its proofs hold. */
export function hearViewChange(turn: Turn, from: NodeId, message: ViewChange): void {
  const { context, state } = turn;
  const { body } = message;
  if (body.replica !== from || body.view < state.view || (body.view === state.view && !state.isChanging)) return;
  const before = state.viewChanges[from];
  if (before !== undefined && before.body.view >= body.view) return;
  const flaw = flawOf(context.signer, state, message);
  if (flaw !== undefined) return accuse(turn, from, flaw);
  state.viewChanges[from] = message;
  consider(turn);
}

/**
 * One loyal replica among those that left is reason enough to leave as well, for the lowest view that they ask for
 * (§4.5.2); and so is the view’s own primary, who will not serve it any more, but for the next view alone, whatever it asks for.
 * Once a quorum waits for the view, so long that it may begin is waited for it and no longer.
 */
function consider(turn: Turn): void {
  const { context, state, effects } = turn;
  let later = 0;
  let present = 0;
  let lowest = Number.MAX_SAFE_INTEGER;
  for (const one of state.viewChanges) {
    const view = one?.body.view ?? -1;
    if (view > state.view) {
      later += 1;
      lowest = Math.min(lowest, view);
    } else if (view === state.view) present += 1;
  }
  if (later >= state.oneLoyal) return changeView(turn, lowest);
  if ((state.viewChanges[primaryOf(state.view, state.n)]?.body.view ?? 0) > state.view) return changeView(turn, state.view + 1);
  if (!state.isChanging) return;
  if (state.awaited < state.view && present + later >= state.quorum) {
    state.awaited = state.view;
    effects.push({ type: 'set-timer', timer: 'view', after: viewTimeout(turn) });
  }
  if (primaryOf(state.view, state.n) !== context.self || present < state.quorum) return;
  const same = state.viewChanges.filter((one): one is ViewChange => one?.body.view === state.view);
  announce(turn, same.slice(0, state.quorum));
}
