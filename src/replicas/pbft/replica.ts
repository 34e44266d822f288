/**
 * PBFT: Miguel Castro and Barbara Liskov, "Practical Byzantine Fault Tolerance" (OSDI 1999), with signatures throughout as
 * in its §4; the terms are the paper’s, and so are the names of messages.
 *
 * Promises, with at most f = ⌊(n − 1)/3⌋ Byzantine replicas among n and any clients: no two loyal replicas execute
 * different requests at the same sequence number (safety), however late, lost, repeated or out of order messages are; and once
 * messages arrive in bounded time, what a loyal client asks is executed and answered (liveness). It assumes that nobody
 * forges a signature, and that a replica that falls comes back with what it saved, or not at all.
 *
 * In view v the primary is replica v mod n. A quorum is so many replicas that any two quorums share a loyal one, 2f + 1 of 3f + 1.
 *
 * Request    A client signs its request and sends it to the primary; answered by f + 1 replicas alike, it believes them.
 *            Not answered in time, it asks everyone; a backup passes what is new to it on to the primary, and starts a timer.
 * Order      The primary gives a batch of requests the next sequence number in the window, and says pre-prepare. Upon that, a backup that
 *            accepted no other for this sequence number and view saves it and says prepare, to all.
 * Prepared   Upon the pre-prepare and prepares of a quorum less the primary, a replica saves this proof and says commit, to all.
 * Committed  Upon commits of a quorum, a replica executes the batch once all before it are executed, and answers the clients.
 * Checkpoint After every K sequence numbers a replica signs the digest of its state. Once a quorum signed the same, all before is
 *            forgotten. The window is the 2K sequence numbers above the last such checkpoint; nothing outside it is listened to.
 * View change  When the oldest request waits too long, a replica leaves the view and says view-change for the next, with
 *            the proofs of its last stable checkpoint and of all that prepared since. Upon those of f + 1 for later views,
 *            it follows, as upon that of the view’s own primary. Upon those of a quorum, the new primary says new-view: these,
 *            and the pre-prepares that follow from them. A backup checks all proofs, derives the same pre-prepares, enters the
 *            view and goes on as above. Who has seen a quorum ask for a view and waits in vain asks for the one after, waiting
 *            twice as long each time.
 * Catching up  `catch-up.ts`, `transfer.ts`. What is executed  `store.ts`. With a collector, `collector.ts`.
 *
 * Each step is a file, and calls those that it leads to: what is committed is executed, an execution moves the window, and the window
 * lets the primary propose. So these files import each other in circles: the protocol goes round, and the code with it.
 *
 * Bounds: per sequence number and view one pre-prepare and one vote of each kind by each replica; of each replica its latest
 * view-change, its latest two checkpoints, and what it could say in one window for a view that is about to begin; of each
 * client 256 requests, and of each replica eight clients. What a flood adds beyond that is dropped.
 *
 * We depart from the paper in this: a replica’s votes are counted though its own pre-prepare has not come, and a quorum of commits is proof enough
 * without it; a commit counts by who sent it, as with the authenticators of §5, and its signature is looked at when it is
 * shown to others; the timer runs for the oldest request, so that no primary starves one by serving others; the primary has a
 * timer too; a primary that leaves its view is followed; a backup does not prepare what a new-view names until it has the
 * batch; timeouts double six times and no more; clients may have many requests under way; there are no read-only or tentative
 * executions.
 */
import type { Context, DurableMachine } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { hearCommitted, hearExecuted, hearFetch, hearStable, hearStatus, statusTimeout, askEveryone } from './catch-up.ts';
import { hearCheckpoint } from './checkpoint.ts';
import { collectorTimeout, hearCertificate } from './collector.ts';
import { parseMessage } from './parse.ts';
import type { Effect, Event, Message, Pbft } from './messages.ts';
import { hearNewView, supply, takeUp } from './new-view.ts';
import { hearPrePrepare } from './propose.ts';
import { recovered } from './recover.ts';
import { hearRequest, watch } from './requests.ts';
import { initialState, type ReplicaState, type Turn } from './state.ts';
import { hearChunk, hearFetchChunk, hearState } from './transfer.ts';
import { changeView, hearViewChange } from './view-change.ts';
import { hearVote } from './vote.ts';

export const replica: DurableMachine<Pbft, ReplicaState> = {
  begin: initialState,
  recover: recovered,
  parse: parseMessage,
  step(context: Context, state: ReplicaState, event: Event): Effect[] {
    const turn: Turn = { context, state, effects: [] };
    switch (event.type) {
      case 'message':
        hear(turn, event.from, event.message);
        break;
      case 'timeout':
        timeout(turn, event.timer);
        break;
      case 'start':
        start(turn);
        break;
      case 'input':
      case 'joined':
      case 'gone':
      case 'stalled':
        break;
      default:
        event satisfies never;
    }
    return turn.effects;
  },
};

function start(turn: Turn): void {
  const { state, effects } = turn;
  effects.push({ type: 'set-timer', timer: 'status', after: state.settings.statusEvery });
  if (state.view > 0 || state.proposed > 0) askEveryone(turn);
  takeUp(turn);
  watch(turn);
}

function timeout(turn: Turn, timer: string): void {
  if (timer === 'view') changeView(turn, turn.state.view + 1);
  else if (timer === 'collector') collectorTimeout(turn);
  else if (timer === 'status') statusTimeout(turn);
}

function hear(turn: Turn, from: NodeId, message: Message): void {
  if (message.type === 'request') return hearRequest(turn, from, message);
  // All else is for replicas among themselves.
  if (from >= turn.state.n) return;
  switch (message.type) {
    case 'prepare':
    case 'commit':
      return hearVote(turn, from, message);
    case 'pre-prepare':
      return hearPrePrepare(turn, from, message);
    case 'certificate':
      return hearCertificate(turn, from, message);
    case 'checkpoint':
      return hearCheckpoint(turn, from, message);
    case 'view-change':
      return hearViewChange(turn, from, message);
    case 'new-view':
      return hearNewView(turn, from, message);
    case 'status':
      return hearStatus(turn, from, message);
    case 'committed':
      return hearCommitted(turn, from, message);
    case 'executed':
      return hearExecuted(turn, from, message);
    case 'state':
      return hearState(turn, from, message);
    case 'fetch-chunk':
      return hearFetchChunk(turn, from, message);
    case 'chunk':
      return hearChunk(turn, from, message);
    case 'stable':
      return hearStable(turn, from, message);
    case 'fetch':
      return hearFetch(turn, from, message);
    case 'batch':
      return supply(turn, message.batch);
    case 'reply':
      return;
    default:
      message satisfies never;
  }
}
