/**
 * A client of PBFT (§4.1): it signs each request, with a number of its own that it never uses twice, and sends it to the
 * replica that it takes for the primary; it believes a result once f + 1 replicas gave the same to this very request, which they name by
 * its digest, one of them being loyal. What is not answered in time it sends to all replicas, again and again, but only the
 * oldest few: they are enough to have a new primary elected, which then gets the rest, and more would choke replicas that are
 * merely slow. It has at most CLIENT_WINDOW numbers under way at once; more requests wait here.
 *
 * Its numbers are reserved on disk by the thousand, so that it goes on with new ones after a fall; what it had asked before is
 * executed once or not at all, and not answered here any more.
 *
 * A disk that was lost, or put back to an earlier time, has it use numbers again. Replicas then say that the number is used for
 * another request or too old, and where the client’s numbers stand. Once a quorum says so, it asks anew behind
 * that, under the same mark.
 *
 * Once        One of that quorum is loyal: where that one stands, the number is done, and the request, known by its random mark,
 *             was not among the last that were executed of this client (`store.ts`, MARKS). Had it been executed earlier
 *             than these, its answer would have come before. And under a number that is done it will not be executed. So it
 *             never is, and asking anew does not do it twice.
 * Its answer  The digest that a reply names is over number and mark. No earlier request has that mark.
 * Its number  Of a quorum’s claims the (f + 1)-th highest is at most what one of the loyal claims, so that liars cannot push it to
 *             the end of the numbers; and at least what another of them claims, so that it gets beyond what is done.
 */
import type { Context, DurableMachine, Effect, Event, Vocabulary } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { byzantineQuorum, oneLoyal } from '../../core/quorum.ts';
import type { Message, Outcome, Reply, Request } from './messages.ts';
import { FLAWS, flawIn, type Flaw } from './operation.ts';
import { parseMessage } from './parse.ts';
import { CLIENT_WINDOW, NUMBERS, settingsOf } from './settings.ts';
import { primaryOf } from './state.ts';

export interface ClientVocabulary extends Vocabulary {
  /** The answer will carry the ticket. Of a mark there is no other in the world; the key is what is asked again under, or empty. */
  readonly input: { readonly ticket: number; readonly data: string; readonly mark: string; readonly key?: string };
  readonly message: Message;
  readonly output:
    | { readonly type: 'answered'; readonly ticket: number; readonly timestamp: number; readonly result: string | null }
    | { readonly type: 'refused'; readonly ticket: number; readonly flaw: ClientFlaw; readonly reason: string };
  readonly record: { readonly type: 'reserved'; readonly upTo: number };
}

/** Why there is no answer: because of the operation, or because of this client. */
export type ClientFlaw = Flaw | 'busy' | 'spent' | 'forgotten';

export interface ClientState {
  next: number;
  reserved: number;
  /** The highest view that f + 1 replicas answered from. */
  view: number;
  readonly open: Map<number, OpenRequest>;
  queue: ClientVocabulary['input'][];
}

interface OpenRequest {
  readonly input: ClientVocabulary['input'];
  readonly request: Request;
  readonly digest: string;
  readonly replies: Map<NodeId, { readonly outcome: Outcome; readonly view: number }>;
  /** Was open already when the timer was set. */
  isOld: boolean;
  /** Was sent to all replicas. */
  isKnown: boolean;
}

type Effects = Effect<ClientVocabulary>[];

const RESERVE = 1000;
/** How many requests are sent to all replicas at a time. */
const AGAIN = 8;
/** The most requests that wait in a client. */
const QUEUE = 16_384;

const begun = ({ settings }: Context, upTo: number): ClientState => ({ next: upTo + 1, reserved: upTo, view: settingsOf(settings).firstView, open: new Map(), queue: [] });

export const client: DurableMachine<ClientVocabulary, ClientState> = {
  begin: (context) => begun(context, 0),
  recover: (context, records) => begun(context, records.reduce((most, record) => Math.max(most, record.upTo), 0)),
  parse: parseMessage,
  step(context: Context, state: ClientState, event: Event<ClientVocabulary>): Effects {
    switch (event.type) {
      case 'start':
      case 'joined':
      case 'gone':
      case 'stalled':
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

function take(context: Context, state: ClientState, input: ClientVocabulary['input']): Effects {
  const flaw = flawIn(input.data, NO_VALUES) ?? (state.queue.length >= QUEUE ? 'busy' : undefined);
  if (flaw !== undefined) return [refused(input.ticket, flaw)];
  state.queue.push(input);
  return ask(context, state);
}

/** Whether there is room for one more key only replicas know. */
const NO_VALUES: ReadonlyMap<string, string> = new Map();

const refused = (ticket: number, flaw: ClientFlaw): Effects[number] => ({ type: 'output', output: { type: 'refused', ticket, flaw, reason: REASONS[flaw] } });

const REASONS: Readonly<Record<ClientFlaw, string>> = {
  ...FLAWS,
  busy: 'too many requests wait for their answer',
  spent: 'the numbers of this client are used up',
  forgotten: 'it was executed, but so long ago that its answer is forgotten',
};

function ask(context: Context, state: ClientState): Effects {
  const effects: Effects = [];
  const wasIdle = state.open.size === 0;
  let taken = 0;
  while (taken < state.queue.length && mayOpen(state)) {
    const input = state.queue[taken]!;
    taken += 1;
    if (state.next >= NUMBERS) {
      effects.push(refused(input.ticket, 'spent'));
      continue;
    }
    if (state.next > state.reserved) {
      state.reserved = state.next + RESERVE - 1;
      effects.push({ type: 'save', record: { type: 'reserved', upTo: state.reserved } });
    }
    const body = { client: context.self, timestamp: state.next, mark: input.mark, key: input.key ?? '', operation: input.data };
    const request: Request = { type: 'request', body, signature: context.signer.sign('request', body) };
    state.open.set(state.next, { input, request, digest: context.signer.digest(body), replies: new Map(), isOld: false, isKnown: false });
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

function hearReply(context: Context, state: ClientState, from: NodeId, { body, signature }: Reply): Effects {
  if (from >= context.members.length || body.replica !== from || body.client !== context.self) return [];
  const answers = body.answers.filter(([timestamp, request]) => state.open.get(timestamp)?.digest === request);
  if (answers.length === 0) return [];
  if (!context.signer.verify(from, 'reply', body, signature)) return [{ type: 'accuse', kind: 'misbehaviour', suspect: from, evidence: 'a reply with a forged signature' }];
  const effects: Effects = [];
  const viewBefore = state.view;
  for (const [timestamp, , outcome] of answers) {
    const open = state.open.get(timestamp);
    if (open === undefined) continue;
    open.replies.set(from, { outcome, view: body.view });
    effects.push(...settle(context, state, open, outcome));
  }
  const asked = ask(context, state);
  if (state.open.size === 0 && effects.some(({ type }) => type === 'output')) effects.push({ type: 'cancel-timer', timer: 'retry' });
  if (state.view > viewBefore) {
    const primary = nodeId(primaryOf(state.view, context.members.length));
    for (const { isOld, isKnown, request } of state.open.values()) if (isOld && !isKnown) effects.push({ type: 'send', to: [primary], message: request });
  }
  return [...effects, ...asked];
}

/** What follows once one more replica says that. */
function settle({ members }: Context, state: ClientState, open: OpenRequest, outcome: Outcome): Effects {
  const { input, request, replies } = open;
  const { timestamp } = request.body;
  if (isStale(outcome)) {
    const claims = [...replies.values()].flatMap((reply) => (isStale(reply.outcome) ? [reply.outcome.stale] : []));
    if (claims.length >= byzantineQuorum(members.length)) return askAnew(state, open, claims.toSorted((a, b) => b - a)[oneLoyal(members.length) - 1]!);
    if (open.isKnown) return [];
    open.isKnown = true;
    return [{ type: 'send', to: members, message: request }];
  }
  const said = JSON.stringify(outcome);
  const same = [...replies.values()].filter((reply) => JSON.stringify(reply.outcome) === said);
  if (same.length < oneLoyal(members.length)) return [];
  state.open.delete(timestamp);
  state.view = Math.max(state.view, Math.min(...same.map(({ view }) => view)));
  if (typeof outcome === 'string' || outcome === null) return [{ type: 'output', output: { type: 'answered', ticket: input.ticket, timestamp, result: outcome } }];
  return [refused(input.ticket, 'refused' in outcome ? outcome.refused : 'forgotten')];
}

const isStale = (outcome: Outcome): outcome is { readonly stale: number } => typeof outcome === 'object' && outcome !== null && 'stale' in outcome;

/** Its number is done, and it is not: it is asked before all that waits, by the next number behind those that are done. */
function askAnew(state: ClientState, { input, request }: OpenRequest, highest: number): Effects {
  state.open.delete(request.body.timestamp);
  state.next = Math.max(state.next, highest + 1);
  state.queue.unshift(input);
  return [];
}

function askAgain(context: Context, state: ClientState): Effects {
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
