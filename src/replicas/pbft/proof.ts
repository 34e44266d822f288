import type { Signer } from '../../core/machine.ts';
import { nodeId } from '../../core/node.ts';
import type { CheckpointBody, Phase, PreparedCertificate, Signed, SignedVote, ViewChange } from './messages.ts';
import { primaryOf, type ReplicaState } from './state.ts';

type Sizes = Pick<ReplicaState, 'n' | 'quorum' | 'slots' | 'settings'>;

/** Whether these are genuine votes of that many different replicas for one proposal. */
export function areVotesOf(signer: Signer, { n }: Sizes, phase: Phase, votes: readonly SignedVote[], count: number): boolean {
  const first = votes[0]?.body;
  if (first === undefined || votes.length < count || votes.length > n) return false;
  const seen = new Set<number>();
  for (const { body, signature } of votes) {
    if (body.view !== first.view || body.sequence !== first.sequence || body.digest !== first.digest) return false;
    if (!isNew(seen, body.replica, n) || !signer.verify(body.replica, phase, body, signature)) return false;
  }
  return true;
}

/** Whether a quorum signed this checkpoint. */
export function isStable(signer: Signer, { n, quorum, settings }: Sizes, proof: readonly Signed<CheckpointBody>[]): boolean {
  const first = proof[0]?.body;
  if (first === undefined || proof.length < quorum || proof.length > n || first.sequence % settings.checkpointEvery !== 0) return false;
  const seen = new Set<number>();
  return proof.every(
    ({ body, signature }) =>
      body.sequence === first.sequence && body.digest === first.digest && isNew(seen, body.replica, n) && signer.verify(body.replica, 'checkpoint', body, signature),
  );
}

/** Whether a request prepared in that view: its primary’s pre-prepare, and prepares of a quorum less the primary. */
export function isPreparedProof(signer: Signer, sizes: Sizes, { prePrepare, prepares }: PreparedCertificate): boolean {
  const { view, sequence, digest } = prePrepare.body;
  const primary = nodeId(primaryOf(view, sizes.n));
  const first = prepares[0]?.body;
  if (sizes.quorum > 1 && (first === undefined || first.view !== view || first.sequence !== sequence || first.digest !== digest)) return false;
  if (prepares.some(({ body }) => body.replica === primary)) return false;
  return signer.verify(primary, 'pre-prepare', prePrepare.body, prePrepare.signature) && (sizes.quorum === 1 || areVotesOf(signer, sizes, 'prepare', prepares, sizes.quorum - 1));
}

/** What is wrong with a view-change (§4.4); undefined if nothing is. */
export function flawOf(signer: Signer, sizes: Sizes, { body, signature }: Omit<ViewChange, 'type'>): string | undefined {
  if (!signer.verify(body.replica, 'view-change', body, signature)) return 'a view-change with a forged signature';
  if (body.stable === 0 ? body.proof.length > 0 : body.proof[0]?.body.sequence !== body.stable || !isStable(signer, sizes, body.proof)) {
    return 'a view-change without proof of its checkpoint';
  }
  let last = body.stable;
  for (const certificate of body.prepared) {
    const { view, sequence } = certificate.prePrepare.body;
    if (sequence <= last || sequence > body.stable + sizes.slots.length || view >= body.view) return 'a view-change with a certificate out of place';
    if (!isPreparedProof(signer, sizes, certificate)) return 'a view-change with a certificate that proves nothing';
    last = sequence;
  }
  return undefined;
}

/** A replica’s id that was not seen before. */
function isNew(seen: Set<number>, replica: number, n: number): boolean {
  if (replica >= n || seen.has(replica)) return false;
  seen.add(replica);
  return true;
}
