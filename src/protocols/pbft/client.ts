/**
 * A client of PBFT (§4.1): it signs each request, with a number of its own that it never uses twice, and sends it to the
 * replica that it takes for the primary; it believes a result once f + 1 replicas gave the same, one of them being loyal.
 * What is not answered in time it sends to all replicas, again and again, but only the oldest few: they are enough to have a new
 * primary elected, which then gets the rest, and more would choke replicas that are merely slow. It has at most CLIENT_WINDOW numbers under way at once;
 * more requests wait here.
 *
 * Its numbers are reserved on disk by the thousand, so that it goes on with new ones after a fall; what it had asked before is
 * executed once or not at all, and not answered here any more.
 */
import type { ReplicaContext, ReplicaEffect, ReplicaEvent, ReplicaMachine, ReplicaVocabulary } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { oneLoyal } from '../../core/quorum.ts';
import type { Message, Reply, Request } from './messages.ts';
import { parseMessage } from './parse.ts';
import { CLIENT_WINDOW, OPERATION_LENGTH, settingsOf } from './settings.ts';
import { primaryOf } from './state.ts';

export interface ClientVocabulary extends ReplicaVocabulary {
  /** The answer will carry the ticket. */
  readonly input: { readonly ticket: number; readonly data: string };
  readonly message: Message;
  readonly output: { readonly type: 'answered'; readonly ticket: number; readonly timestamp: number; readonly result: string } | { readonly type: 'refused'; readonly ticket: number; readonly reason: string };
  readonly record: { readonly type: 'reserved'; readonly upTo: number };
}

export interface ClientState {
  next: number;
  reserved: number;
  /** The highest view that f + 1 replicas answered from. */
  view: number;
  readonly open: Map<number, OpenRequest>;
  queue: ClientVocabulary['input'][];
}

interface OpenRequest {
  readonly ticket: number;
  readonly request: Request;
  readonly replies: Map<NodeId, { readonly result: string; readonly view: number }>;
  /** Was open already when the timer was set. */
  isOld: boolean;
  /** Was sent to all replicas. */
  isKnown: boolean;
}

type Effects = ReplicaEffect<ClientVocabulary>[];

const RESERVE = 1000;
/** How many requests are sent to all replicas at a time. */
const AGAIN = 8;
/** The most requests that wait in a client. */
const QUEUE = 16_384;

export const client: ReplicaMachine<ClientVocabulary, ClientState> = {
  begin: ({ settings }) => ({ next: 1, reserved: 0, view: settingsOf(settings).firstView, open: new Map(), queue: [] }),
  recover: ({ settings }, records) => {
    const upTo = records.reduce((most, record) => Math.max(most, record.upTo), 0);
    return { next: upTo + 1, reserved: upTo, view: settingsOf(settings).firstView, open: new Map(), queue: [] };
  },
  parse: parseMessage,
  step(context: ReplicaContext, state: ClientState, event: ReplicaEvent<ClientVocabulary>): Effects {
    switch (event.type) {
      case 'start':
        return [];
      case 'input':
        return take(context, state, event.input);
      case 'message':
        return event.message.type === 'reply' ? hearReply(context, state, event.from, event.message) : [];
      case 'timeout':
        return askAgain(context, state);
    }
  },
};

function take(context: ReplicaContext, state: ClientState, input: ClientVocabulary['input']): Effects {
  if (input.data.length > OPERATION_LENGTH) return [{ type: 'output', output: { type: 'refused', ticket: input.ticket, reason: `longer than ${OPERATION_LENGTH} characters` } }];
  if (state.queue.length >= QUEUE) return [{ type: 'output', output: { type: 'refused', ticket: input.ticket, reason: 'too many requests wait' } }];
  state.queue.push(input);
  return ask(context, state);
}

function ask(context: ReplicaContext, state: ClientState): Effects {
  const effects: Effects = [];
  const wasIdle = state.open.size === 0;
  let taken = 0;
  while (taken < state.queue.length && mayOpen(state)) {
    const { ticket, data } = state.queue[taken]!;
    taken += 1;
    if (state.next > state.reserved) {
      state.reserved += RESERVE;
      effects.push({ type: 'save', record: { type: 'reserved', upTo: state.reserved } });
    }
    const body = { client: context.self, timestamp: state.next, operation: data };
    const request: Request = { type: 'request', body, signature: context.seal.sign('request', body) };
    state.open.set(state.next, { ticket, request, replies: new Map(), isOld: false, isKnown: false });
    state.next += 1;
    effects.push({ type: 'send', to: [nodeId(primaryOf(state.view, context.members.length))], message: request });
  }
  if (taken > 0) state.queue = state.queue.slice(taken);
  if (wasIdle && state.open.size > 0) effects.push({ type: 'set-timer', timer: 'retry', after: settingsOf(context.settings).retryAfter });
  return effects;
}

/** Numbers further apart than the window would not all be executed. */
function mayOpen({ open, next }: ClientState): boolean {
  const [oldest] = open.keys();
  return oldest === undefined || next - oldest < CLIENT_WINDOW;
}

function hearReply(context: ReplicaContext, state: ClientState, from: NodeId, { body, signature }: Reply): Effects {
  if (from >= context.members.length || body.replica !== from || body.client !== context.self) return [];
  if (!body.answers.some(([timestamp]) => state.open.has(timestamp))) return [];
  if (!context.seal.verify(from, 'reply', body, signature)) return [{ type: 'accuse', suspect: from, evidence: 'a reply with a forged signature' }];
  const effects: Effects = [];
  const viewBefore = state.view;
  const enough = oneLoyal(context.members.length);
  for (const [timestamp, result] of body.answers) {
    const open = state.open.get(timestamp);
    if (open === undefined) continue;
    open.replies.set(from, { result, view: body.view });
    const same = [...open.replies.values()].filter((reply) => reply.result === result);
    if (same.length < enough) continue;
    state.open.delete(timestamp);
    state.view = Math.max(state.view, Math.min(...same.map(({ view }) => view)));
    effects.push({ type: 'output', output: { type: 'answered', ticket: open.ticket, timestamp, result } });
  }
  if (effects.length > 0 && state.open.size === 0) effects.push({ type: 'cancel-timer', timer: 'retry' });
  if (state.view > viewBefore) {
    const primary = nodeId(primaryOf(state.view, context.members.length));
    for (const { isOld, isKnown, request } of state.open.values()) if (isOld && !isKnown) effects.push({ type: 'send', to: [primary], message: request });
  }
  return [...effects, ...ask(context, state)];
}

function askAgain(context: ReplicaContext, state: ClientState): Effects {
  const effects: Effects = [];
  let sent = 0;
  for (const open of state.open.values()) {
    if (open.isOld && sent < AGAIN) {
      effects.push({ type: 'send', to: context.members, message: open.request });
      open.isKnown = true;
      sent += 1;
    }
    open.isOld = true;
  }
  if (state.open.size > 0) effects.push({ type: 'set-timer', timer: 'retry', after: settingsOf(context.settings).retryAfter });
  return effects;
}
