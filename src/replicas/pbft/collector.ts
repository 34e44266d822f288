/**
 * Votes by way of one node, the collector, after SBFT (Golan Gueta et al., "SBFT: a scalable and decentralized trust
 * infrastructure", DSN 2019), with certificates of many signatures where SBFT has threshold signatures.
 *
 * Each replica sends its prepare to the collector alone, the primary too; upon a quorum of them the collector sends all of
 * them to everyone, in one certificate, and every replica checks every signature in it. So with commits. In the good case
 * that makes 5(n − 1) messages for a batch: n − 1 for the pre-prepare, and n − 1 for each of prepares, their certificate,
 * commits and their certificate.
 *
 * A certificate is nothing but the votes that PBFT would have brought, so safety never depends on the collector. When one
 * is silent, a replica that voted waits for `collectorTimeout`, and when one lies, not even that; then it says its votes
 * to everyone, and so until the checkpoint after next: PBFT's own path takes over. After that another replica is collector:
 * each is for K sequence numbers in a view, and never the primary.
 */
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Certificate } from './messages.ts';
import { accuse, drop, isInWindow, openSlot, primaryOf, send, slotAt, type ReplicaState, type Slot, type Turn } from './state.ts';
import { areVotesOf } from './proof.ts';
import { advance, hold, record, sayAgain, votesFor } from './vote.ts';

/** Whose turn it is to collect the votes for a sequence number, in a view. */
export function collectorOf({ n, settings }: ReplicaState, view: number, sequence: number): NodeId {
  const turn = Math.floor((sequence - 1) / settings.checkpointEvery);
  return nodeId((primaryOf(view, n) + 1 + (turn % (n - 1))) % n);
}

const isCollected = (state: ReplicaState, sequence: number): boolean => state.settings.collector && state.n > 1 && sequence > state.allToAllUntil;

/** To whom votes for a sequence number go. */
export function recipientsOf({ context, state }: Turn, sequence: number): readonly NodeId[] {
  if (!isCollected(state, sequence)) return state.others;
  const collector = collectorOf(state, state.view, sequence);
  return collector === context.self ? [] : [collector];
}

/** Whether a vote that came here shows that its sender has given the collector up, while this replica has not: so it gets its votes another way. */
export function isGivenUp({ context, state }: Turn, { sequence, view }: Slot): boolean {
  return isCollected(state, sequence) && collectorOf(state, view, sequence) !== context.self;
}

/** The collector sends what makes a quorum, once. */
export function certify(turn: Turn, slot: Slot): void {
  const { context, state } = turn;
  if (!state.settings.collector || !isCollected(state, slot.sequence) || collectorOf(state, slot.view, slot.sequence) !== context.self) return;
  for (const phase of ['prepare', 'commit'] as const) {
    if (slot.hasCertified[phase] || (phase === 'commit' && slot.commitCount < state.quorum)) continue;
    const votes = votesFor(phase === 'prepare' ? slot.prepares : slot.commits, slot.digest, state.quorum);
    if (votes.length < state.quorum) continue;
    slot.hasCertified[phase] = true;
    send(turn, state.others, { type: 'certificate', phase, votes });
  }
}

/** Upon a certificate of the collector for this view: its votes count as if each replica had sent its own. */
export function hearCertificate(turn: Turn, from: NodeId, certificate: Certificate): void {
  const { context, state } = turn;
  const { phase, votes } = certificate;
  const { view, sequence } = votes[0]!.body;
  if (!state.settings.collector || view !== state.view || from !== collectorOf(state, view, sequence)) return drop(turn);
  if (state.isChanging) return hold(turn, from, certificate);
  if (!isInWindow(state, sequence)) return drop(turn);
  const slot = openSlot(state, sequence);
  if (slot.committed !== undefined || (phase === 'prepare' && slot.isPrepared)) return;
  if (!areVotesOf(context.signer, state, phase, votes, state.quorum)) {
    accuse(turn, from, `a ${phase} certificate that proves nothing`);
    return fallBack(turn);
  }
  for (const vote of votes) if ((phase === 'prepare' ? slot.prepares : slot.commits)[vote.body.replica] === undefined) record(turn, slot, phase, vote);
  advance(turn, slot);
}

/** A vote was cast that only a certificate, or time, can follow. */
export function timeCollector({ state, effects }: Turn, sequence: number): void {
  if (!isCollected(state, sequence) || state.collectingSince !== undefined) return;
  state.collectingSince = state.executed;
  effects.push({ type: 'set-timer', timer: 'collector', after: state.settings.collectorTimeout });
}

export function collectorTimeout(turn: Turn): void {
  const { state } = turn;
  const since = state.collectingSince;
  state.collectingSince = undefined;
  if (state.isChanging || !isAnythingOpen(state)) return;
  if (since !== undefined && state.executed > since) timeCollector(turn, state.proposed);
  else fallBack(turn);
}

export function stopCollecting({ state, effects }: Turn): void {
  if (state.collectingSince === undefined || isAnythingOpen(state)) return;
  state.collectingSince = undefined;
  effects.push({ type: 'cancel-timer', timer: 'collector' });
}

const isAnythingOpen = (state: ReplicaState): boolean => state.proposed > state.executed && slotAt(state, state.executed + 1)?.prePrepare !== undefined;

/** From here to the end of the next K sequence numbers votes go to everyone; those for open sequence numbers are said again. */
function fallBack(turn: Turn): void {
  const { state } = turn;
  const { checkpointEvery } = state.settings;
  state.allToAllUntil = Math.max(state.allToAllUntil, (Math.ceil(Math.max(1, state.proposed) / checkpointEvery) + 1) * checkpointEvery);
  for (let sequence = state.executed + 1; sequence <= state.proposed; sequence += 1) {
    const slot = slotAt(state, sequence);
    if (slot !== undefined) sayAgain(turn, slot, state.others);
  }
}
