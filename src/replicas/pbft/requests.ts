import { nodeId, type NodeId } from '../../core/node.ts';
import type { Answer, Batch, Request, RequestBody } from './messages.ts';
import { CLIENTS, CLIENT_WINDOW, DOUBLINGS, NUMBERS } from './settings.ts';
import { accuse, drop, isPrimary, primaryOf, send, slotAt, type Turn } from './state.ts';
import { isDone, outcomeOf } from './store.ts';
import { propose } from './propose.ts';

/** A client’s request, from itself or passed on by a replica. */
export function hearRequest(turn: Turn, from: NodeId, request: Request): void {
  const { context, state } = turn;
  const { body, signature } = request;
  if (!isClient(turn, body.client)) return;
  if (!context.signer.verify(body.client, 'request', body, signature)) return accuse(turn, from, 'a request with a forged signature');
  if (isDone(state.store, body)) return from === body.client ? answerAgain(turn, body) : undefined;
  const isNew = keep(turn, request);
  if (isPrimary(turn) && !state.isChanging) {
    if (isNew) state.queue.push(request);
    propose(turn);
  } else if (from === body.client || isNew) passOn(turn, request);
  watch(turn);
}

/**
 * A backup tells the primary of what it waits for (§4.1), before it starts a timer for it: else whoever tells backups alone could
 * have one loyal primary after the other deposed.
 */
export function passOn(turn: Turn, request: Request): void {
  const { state } = turn;
  if (isPrimary(turn)) return;
  const waiting = state.waiting.get(keyOf(request.body));
  if (waiting !== undefined) waiting.passedOn = state.view;
  send(turn, [nodeId(primaryOf(state.view, state.n))], request);
}

/** Ids of clients follow those of the replicas, so many for each. */
export const isClient = ({ state }: Turn, id: NodeId): boolean => id >= state.n && id < state.n * (1 + CLIENTS);

const keyOf = ({ client, timestamp }: RequestBody): number => client * NUMBERS + timestamp;

/** Keeps a request until it is executed. @returns whether it is new */
export function keep(turn: Turn, request: Request): boolean {
  const { state } = turn;
  const { client } = request.body;
  const key = keyOf(request.body);
  if (state.waiting.has(key)) return false;
  const count = state.waitingOf.get(client) ?? 0;
  if (count >= 2 * CLIENT_WINDOW) {
    drop(turn);
    return false;
  }
  state.waiting.set(key, { request, view: -1, passedOn: -1 });
  state.waitingOf.set(client, count + 1);
  return true;
}

/** The requests of a batch were proposed in this view. */
export function markProposed(turn: Turn, batch: Batch): void {
  const { state } = turn;
  for (const request of batch.requests) {
    if (isDone(state.store, request.body)) continue;
    keep(turn, { type: 'request', ...request });
    const waiting = state.waiting.get(keyOf(request.body));
    if (waiting !== undefined) waiting.view = state.view;
  }
}

/** Whether the primary still has to propose it. */
export function isUnproposed(turn: Turn, body: RequestBody): boolean {
  const waiting = turn.state.waiting.get(keyOf(body));
  return waiting !== undefined && waiting.view !== turn.state.view;
}

export function forget(turn: Turn, body: RequestBody): void {
  const { waiting, waitingOf } = turn.state;
  if (!waiting.delete(keyOf(body))) return;
  const count = (waitingOf.get(body.client) ?? 1) - 1;
  if (count === 0) waitingOf.delete(body.client);
  else waitingOf.set(body.client, count);
}

/** Forgets what was executed in other ways than by its own batch, or has become too old. */
export function forgetDone(turn: Turn): void {
  for (const { request } of turn.state.waiting.values()) if (isDone(turn.state.store, request.body)) forget(turn, request.body);
}

/**
 * Runs the view timer for the oldest request that waits, and not for any other, so that a primary cannot starve one by
 * serving the rest; or for the next sequence number, where a batch waits whose requests are all executed.
 */
export function watch(turn: Turn): void {
  const { state, effects } = turn;
  if (state.isChanging) return;
  const target = oldestOf(turn) ?? (slotAt(state, state.executed + 1)?.prePrepare === undefined ? undefined : -(state.executed + 1));
  if (target === state.watched) return;
  state.watched = target;
  if (target === undefined) effects.push({ type: 'cancel-timer', timer: 'view' });
  else effects.push({ type: 'set-timer', timer: 'view', after: viewTimeout(turn) });
  const waiting = target === undefined ? undefined : state.waiting.get(target);
  if (waiting !== undefined && waiting.view !== state.view && waiting.passedOn !== state.view) passOn(turn, waiting.request);
}

/** The oldest request that waits; what a client’s later requests have made too old waits no longer. */
function oldestOf(turn: Turn): number | undefined {
  for (const [key, { request }] of turn.state.waiting) {
    if (!isDone(turn.state.store, request.body)) return key;
    forget(turn, request.body);
  }
  return undefined;
}

export const viewTimeout = ({ state }: Turn): number => state.settings.timeout * 2 ** Math.min(state.doublings, DOUBLINGS);

function answerAgain(turn: Turn, body: RequestBody): void {
  const request = turn.context.signer.digest(body);
  const outcome = outcomeOf(turn.state.store, body, request);
  if (outcome !== undefined) reply(turn, body.client, [[body.timestamp, request, outcome]]);
}

export function reply(turn: Turn, client: NodeId, answers: readonly Answer[]): void {
  const { context, state } = turn;
  const body = { view: state.view, client, replica: context.self, answers };
  send(turn, [client], { type: 'reply', body, signature: context.signer.sign('reply', body) });
}
