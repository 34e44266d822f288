import { nodeId, type NodeId } from '../../core/node.ts';
import { certify, isGivenUp, recipientsOf } from './collector.ts';
import { executeReady } from './execute.ts';
import type { Certificate, Phase, PrePrepare, SignedVote, VoteBody, VoteMessage } from './messages.ts';
import { accuse, drop, isInWindow, openSlot, primaryOf, save, send, type Slot, type Turn } from './state.ts';

/**
 * Upon a prepare or a commit of this view for a sequence number in the window: the first of each replica counts.
 *
 * A commit counts by who sent it, whom the host authenticates, and its signature is looked at when it is shown to others
 * (`catch-up.ts`): nearly always never. Prepares are shown in view changes, and a replica that could not show them must not
 * commit; so theirs are looked at now, and those of commits too where a collector may show them.
 */
export function hearVote(turn: Turn, from: NodeId, message: VoteMessage): void {
  const { context, state } = turn;
  const { body } = message;
  if (body.view !== state.view || body.replica !== from) return drop(turn);
  if (state.isChanging) return hold(turn, from, message);
  if (!isInWindow(state, body.sequence)) return drop(turn);
  const slot = openSlot(state, body.sequence);
  const before = (message.type === 'prepare' ? slot.prepares : slot.commits)[from];
  if (before !== undefined && before.body.digest === body.digest) return;
  if (message.type === 'prepare' || state.settings.collector) {
    // A prepare too many changes nothing, and is not worth its verification. A collector needs one more.
    if (slot.isPrepared && !state.settings.collector) return;
    if (!context.signer.verify(from, message.type, body, message.signature)) return accuse(turn, from, `a ${message.type} with a forged signature`);
  }
  if (before !== undefined) return accuse(turn, from, `two ${message.type}s for view ${body.view}, sequence number ${body.sequence}`);
  record(turn, slot, message.type, message);
  if (slot.digest === body.digest) advance(turn, slot);
  if (isGivenUp(turn, slot)) sayAgain(turn, slot, [from]);
}

/** Keeps a vote that may count, and counts it if it is for the batch that was accepted. */
export function record({ state }: Turn, slot: Slot, phase: Phase, vote: SignedVote): void {
  const { replica, digest } = vote.body;
  (phase === 'prepare' ? slot.prepares : slot.commits)[replica] = vote;
  if (slot.digest !== digest) return;
  if (phase === 'commit') slot.commitCount += 1;
  else if (replica !== primaryOf(state.view, state.n)) slot.prepareCount += 1;
}

/** A backup says that it accepted the pre-prepare. With a collector the primary says so too, for the certificate. */
export function castPrepare(turn: Turn, slot: Slot): void {
  const { context, state } = turn;
  const isBackup = primaryOf(state.view, state.n) !== context.self;
  const recipients = recipientsOf(turn, slot.sequence);
  if (!isBackup && recipients === state.others) return;
  cast(turn, slot, 'prepare', recipients);
}

function cast(turn: Turn, slot: Slot, phase: Phase, recipients: readonly NodeId[]): void {
  const { context } = turn;
  const body: VoteBody = { view: slot.view, sequence: slot.sequence, digest: slot.digest, replica: context.self };
  const vote: VoteMessage = { type: phase, body, signature: context.signer.sign(phase, body) };
  (phase === 'prepare' ? slot.prepares : slot.commits)[context.self] = vote;
  send(turn, recipients, vote);
}

/** Counts what came before the pre-prepare did. */
export function countPrepares(turn: Turn, slot: Slot): void {
  const primary = primaryOf(turn.state.view, turn.state.n);
  const isFor = (vote: SignedVote | undefined): boolean => vote !== undefined && vote.body.digest === slot.digest;
  slot.prepareCount = slot.prepares.filter((vote, id) => id !== primary && isFor(vote)).length;
  slot.commitCount = slot.commits.filter(isFor).length;
  advance(turn, slot);
}

/** From prepared to committed to executed, as far as the votes carry. */
export function advance(turn: Turn, slot: Slot): void {
  const { state } = turn;
  if (slot.batch === undefined || slot.prePrepare === undefined) return;
  if (!slot.isPrepared && slot.prepareCount >= state.quorum - 1) prepared(turn, slot);
  certify(turn, slot);
  if (slot.committed === undefined && slot.commitCount >= state.quorum) {
    slot.committed = { digest: slot.digest, batch: slot.batch, commits: votesFor(slot.commits, slot.digest, state.quorum) };
    executeReady(turn);
  }
}

/** Prepared: the pre-prepare, and prepares of a quorum less the primary. The proof is on disk before the commit is sent. */
function prepared(turn: Turn, slot: Slot): void {
  const { state } = turn;
  slot.isPrepared = true;
  slot.certificate = { prePrepare: slot.prePrepare!, prepares: votesFor(slot.prepares, slot.digest, state.quorum - 1, primaryOf(slot.view, state.n)) };
  save(turn, { type: 'prepared', certificate: slot.certificate });
  cast(turn, slot, 'commit', recipientsOf(turn, slot.sequence));
  slot.commitCount += 1;
}

export function votesFor(votes: readonly (SignedVote | undefined)[], digest: string, count: number, without?: number): SignedVote[] {
  const chosen: SignedVote[] = [];
  for (let id = 0; id < votes.length && chosen.length < count; id += 1) {
    const vote = votes[id];
    if (vote !== undefined && id !== without && vote.body.digest === digest) chosen.push({ body: vote.body, signature: vote.signature });
  }
  return chosen;
}

/** Keeps what is said for a view that is awaited until that view begins: as much of each replica as it could say for one window. */
export function hold(turn: Turn, from: NodeId, message: PrePrepare | VoteMessage | Certificate): void {
  const { state } = turn;
  const early = (state.early[from] ??= []);
  if (early.length < 3 * state.slots.length) early.push(message);
  else drop(turn);
}

/** Says again to one replica, or to all, what was said in this view about a sequence number. */
export function sayAgain(turn: Turn, slot: Slot, to: readonly NodeId[]): void {
  const { context, state } = turn;
  if (slot.view !== state.view || slot.prePrepare === undefined || slot.batch === undefined) return;
  if (primaryOf(state.view, state.n) === context.self) send(turn, to, { type: 'pre-prepare', ...slot.prePrepare, batch: slot.batch });
  const prepare = slot.prepares[context.self];
  const commit = slot.commits[context.self];
  if (prepare !== undefined && nodeId(primaryOf(state.view, state.n)) !== context.self) send(turn, to, { type: 'prepare', body: prepare.body, signature: prepare.signature });
  if (commit !== undefined) send(turn, to, { type: 'commit', body: commit.body, signature: commit.signature });
}
