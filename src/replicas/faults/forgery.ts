import { chooseBelow } from '../../core/choice.ts';
import type { Context } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { CheckpointBody, Message, Phase, PreparedCertificate, Proposal, Signed, SignedVote, ViewChangeBody } from '../pbft/messages.ts';
import { lowMark, planOf } from '../pbft/new-view.ts';
import { primaryOf } from '../pbft/state.ts';
import { NOTHING } from './lies.ts';
import type { SendContext } from './traitor.ts';

/**
 * How to fill a quorum: with votes in the names of others, with one’s own vote again and again, with that vote alone, or with
 * genuine votes for another thing behind it.
 */
const FILLINGS = ['others', 'again', 'alone', 'mixed'] as const;

/** A message with proof in it that nobody gave. Undefined where a message proves nothing. */
export function forged({ context, state, past, choose }: SendContext, message: Message): Message | undefined {
  const { signer, members, self } = context;
  const filling = choose('filling', FILLINGS);
  const nothing = signer.digest(NOTHING);
  const voters = (count: number, without?: NodeId): NodeId[] =>
    filling === 'others' ? members.filter((id) => id !== without).slice(0, count) : Array.from({ length: filling === 'again' ? count : 1 }, () => self);
  const votes = (phase: string, { view, sequence, digest }: Proposal, genuine: readonly SignedVote[]): SignedVote[] => [
    ...voters(state.quorum).map((replica) => signed(context, phase, { view, sequence, digest, replica })),
    ...(filling === 'mixed' ? genuine.filter(({ body }) => body.replica !== self) : []),
  ];
  const checkpoints = (sequence: number, digest: string): Signed<CheckpointBody>[] => voters(state.quorum).map((replica) => signed(context, 'checkpoint', { sequence, digest, replica }));
  /** That nothing prepared there, in that view. */
  const prepared = (view: number, sequence: number): PreparedCertificate => {
    const body = { view, sequence, digest: nothing };
    const others = voters(state.quorum - 1, nodeId(primaryOf(view, state.n)));
    return { prePrepare: signed(context, 'pre-prepare', body), prepares: others.map((replica) => signed(context, 'prepare', { ...body, replica })) };
  };
  const later = (sequence: number): number => sequence + state.settings.checkpointEvery;
  switch (message.type) {
    case 'certificate': {
      // What is proposed before a quorum has voted for it, or what nobody has.
      const { body } = message.votes[0]!;
      const phase = choose<Phase>('phase', ['commit', message.phase]);
      return { type: 'certificate', phase, votes: votes(phase, choose('digest', [body, { ...body, digest: nothing }]), message.votes) };
    }
    case 'committed':
      // With a proof that is none, or with its word instead of one.
      if (choose('proof', [false, true])) return { type: 'executed', sequence: message.commits[0]!.body.sequence, batch: NOTHING };
      return { type: 'committed', batch: NOTHING, commits: votes('commit', { ...message.commits[0]!.body, digest: nothing }, message.commits) };
    case 'state': {
      const manifest = { ...message.manifest, tail: [`a lie of ${self}`] };
      return { type: 'state', manifest, proof: checkpoints(manifest.sequence, signer.digest(manifest)) };
    }
    case 'stable':
      return { type: 'stable', proof: checkpoints(later(message.proof[0]!.body.sequence), nothing) };
    case 'view-change': {
      const { view, stable } = message.body;
      const sequences = Array.from({ length: Math.max(0, state.proposed - stable) }, (_, index) => stable + 1 + index);
      const lie = chooseBelow(choose, 'what', 4) === 0 ? { stable: later(stable), proof: checkpoints(later(stable), nothing), prepared: [] } : { prepared: sequences.map((sequence) => prepared(view - 1, sequence)) };
      return { type: 'view-change', ...signed(context, 'view-change', { ...message.body, ...lie }) };
    }
    case 'new-view': {
      // As if of all that prepared since the last checkpoint only the last had.
      const { view, viewChanges } = message.body;
      const { stable, proof } = lowMark(viewChanges).body;
      const all = viewChanges.flatMap(({ body }) => body.prepared);
      const last = Math.max(...all.map(({ prePrepare }) => prePrepare.body.sequence));
      const lie = { view, stable, proof, prepared: all.filter(({ prePrepare }) => prePrepare.body.sequence === last).slice(0, 1) };
      if (filling === 'mixed') {
        // And the others’ as they were when they asked for an earlier view.
        const old = past.filter((one) => one.type === 'view-change');
        const mixed = viewChanges.map((one) => {
          const { replica } = one.body;
          return replica === self ? signed(context, 'view-change', { ...lie, replica }) : withoutType(old.find(({ body }) => body.replica === replica) ?? one);
        });
        return withPlan(context, view, mixed);
      }
      const lies = (filling === 'others' ? viewChanges.map(({ body }) => body.replica) : voters(state.quorum)).map((replica) => signed(context, 'view-change', { ...lie, replica }));
      return withPlan(context, view, lies);
    }
    default:
      return undefined;
  }
}

/** The new-view that follows from these view-changes. */
function withPlan(context: Context, view: number, viewChanges: readonly Signed<ViewChangeBody>[]): Message {
  const prePrepares = planOf(context.signer, view, viewChanges).map((body) => signed(context, 'pre-prepare', body));
  return { type: 'new-view', ...signed(context, 'new-view', { view, viewChanges, prePrepares }) };
}

const NONE = 'a lie';

/** A message in the name of somebody else, or with a signature that is none. Undefined where it would stand in nobody's name. */
export function assumed({ context, state, choose }: SendContext, message: Message): Message | undefined {
  const { signer, members, self } = context;
  const someone = choose('name', members);
  const waiting = [...state.waiting.values()].slice(-1).map(({ request: { body, signature } }) => ({ body, signature }));
  switch (message.type) {
    case 'request':
      return { ...message, body: { ...message.body, operation: 'a lie' } };
    case 'pre-prepare': {
      const [request] = message.batch.requests;
      if (request === undefined) return undefined;
      // Genuine requests under the digest of others, or one that no client signed under its own.
      const kind = chooseBelow(choose, 'how', 3);
      if (kind === 0) return { ...message, signature: NONE };
      if (kind === 1) return { ...message, batch: { requests: waiting.length > 0 ? waiting : [request, request] } };
      const batch = { requests: [{ ...request, body: { ...request.body, operation: 'a lie' } }] };
      return { type: 'pre-prepare', ...signed(context, 'pre-prepare', { ...message.body, digest: signer.digest(batch) }), batch };
    }
    case 'prepare':
    case 'commit': {
      const { view, sequence } = message.body;
      const digest = signer.digest(NOTHING);
      switch (chooseBelow(choose, 'how', 3)) {
        case 0:
          return { ...message, signature: NONE };
        case 1:
          return { type: message.type, ...signed(context, message.type, { view, sequence, digest, replica: someone }) };
        default: {
          // As if it were primary.
          const batch = { requests: waiting };
          return { type: 'pre-prepare', ...signed(context, 'pre-prepare', { view, sequence, digest: signer.digest(batch) }), batch };
        }
      }
    }
    case 'checkpoint':
      return choose('unsigned', [true, false]) ? { ...message, signature: NONE } : { type: 'checkpoint', ...signed(context, 'checkpoint', { ...message.body, digest: signer.digest(NOTHING), replica: someone }) };
    case 'view-change':
      return { type: 'view-change', ...signed(context, 'view-change', { ...message.body, prepared: [], replica: someone }) };
    case 'new-view': {
      const prePrepares = message.body.prePrepares.map(({ body }) => ({ body, signature: NONE }));
      return { type: 'new-view', ...signed(context, 'new-view', { ...message.body, prePrepares }) };
    }
    case 'reply':
      return { type: 'reply', ...signed(context, 'reply', { ...message.body, answers: message.body.answers.map(([timestamp, request]) => [timestamp, request, `a lie of ${self}`] as const), replica: someone }) };
    default:
      return undefined;
  }
}

const withoutType = <Body extends object>({ body, signature }: Signed<Body>): Signed<Body> => ({ body, signature });

const signed = <Body extends object>({ signer }: Context, domain: string, body: Body): Signed<Body> => ({ body, signature: signer.sign(domain, body) });
