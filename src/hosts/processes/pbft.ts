import type { NodeId } from '../../core/node.ts';
import { REPLICA_FAULTS, replicaFaultNamed } from '../../faults/replicas/registry.ts';
import { traitor } from '../../faults/replicas/traitor.ts';
import { neededOfTwins, twins, type TwinVocabulary } from '../../faults/replicas/twins.ts';
import { client, type ClientVocabulary } from '../../protocols/pbft/client.ts';
import { neededOf } from '../../protocols/pbft/compact.ts';
import { collectorOf } from '../../protocols/pbft/collector.ts';
import type { Message, Proposal, ReplicaOutput } from '../../protocols/pbft/messages.ts';
import { replica } from '../../protocols/pbft/replica.ts';
import { CLIENT_WINDOW, DEFAULTS, OPERATION_LENGTH } from '../../protocols/pbft/settings.ts';
import { primaryOf, type ReplicaState } from '../../protocols/pbft/state.ts';
import { commandOf, statusOf } from '../../protocols/pbft/status.ts';
import type { Service, Vote } from './service.ts';

/** PBFT on HTTP; with a collector, its linear variant. */
export function pbftService(name: string, collector: boolean): Service {
  return {
    name,
    replica(strategy) {
      const fault = strategy === undefined ? undefined : replicaFaultNamed(strategy);
      if (fault === undefined) return replica;
      // What a traitor leaves to chance need not repeat on a network, where nothing else does.
      return fault.name === 'twins' ? twins(Date.now()) : traitor(fault, Date.now());
    },
    client,
    clientWindow: CLIENT_WINDOW,
    // Few batches under way make them large: what a batch costs is then shared by many. A batch takes 2n(n − 1) messages, which on one
    // machine share its cores, and so does everyone's asking everyone where he stands: done too soon, it is what keeps them busy.
    settings(n) {
      const { timeout, collectorTimeout, retryAfter, statusEvery } = DEFAULTS;
      return { ...DEFAULTS, pipeline: 2, collector, timeout: timeout + Math.min(5 * n * n, TIMEOUT_MORE_MAX), collectorTimeout: collectorTimeout + 2 * n * n, retryAfter: retryAfter + Math.min(n * n, RETRY_MORE_MAX), statusEvery: statusEvery + 2 * n * n };
    },
    // Offline nodes are not started at all.
    strategies: REPLICA_FAULTS.map((fault) => fault.name).filter((fault) => fault !== 'offline'),
    paths: Object.values(PATHS),
    agreement: ['preprepare', 'prepare', 'commit', 'certificate'],
    asking: ['request', 'reply'],
    pathOf: (message) => PATHS[(message as Message).type],
    dataMax: OPERATION_LENGTH,
    ask: (data, ticket): ClientVocabulary['input'] => ({ ticket, data }),
    answered(own, output) {
      const answer = output as ClientVocabulary['output'];
      return answer.type === 'answered' ? { ticket: answer.ticket, result: answer.result, request: nameOf(own, answer.timestamp) } : undefined;
    },
    executed(output) {
      const executed = output as ReplicaOutput;
      if (executed.type !== 'executed') return undefined;
      return { order: executed.sequence, view: executed.view, digest: executed.digest, requests: executed.batch.requests.map(({ body }) => nameOf(body.client, body.timestamp)) };
    },
    votesIn(from, message, members) {
      const heard = message as Message;
      switch (heard.type) {
        case 'pre-prepare':
          return from === primaryOf(heard.body.view, members) ? [voteOf(heard.type, from, heard.body)] : [];
        case 'prepare':
        case 'commit':
          return from === heard.body.replica ? [voteOf(heard.type, from, heard.body)] : [];
        case 'certificate':
          return heard.votes.map(({ body }) => voteOf(heard.phase, body.replica, body));
        default:
          return [];
      }
    },
    keep: (records) => neededOfTwins(records as readonly TwinVocabulary['record'][], neededOf),
    command: (state) => ({ ...commandOf(state as ReplicaState), hasBegun: !(state as ReplicaState).isChanging }),
    collector(state) {
      const own = state as ReplicaState;
      return collector && own.n > 1 ? collectorOf(own, own.view, own.executed + 1) : undefined;
    },
    status: (state) => ({ ...statusOf(state as ReplicaState), values: Object.fromEntries([...(state as ReplicaState).store.values].slice(-20)) }),
  };
}

/** So that a view can change while a user still waits, also among many. */
const TIMEOUT_MORE_MAX = 16_000;
const RETRY_MORE_MAX = 4000;

const voteOf = (kind: string, voter: NodeId, { sequence, view, digest }: Proposal): Vote => ({ kind, voter, order: sequence, view, digest });

const nameOf = (own: NodeId, timestamp: number): string => `${own}:${timestamp}`;

/** Where messages are posted; users post their requests to the first. */
const PATHS: Readonly<Record<Message['type'], string>> = {
  'pre-prepare': '/preprepare',
  prepare: '/prepare',
  commit: '/commit',
  certificate: '/certificate',
  request: '/request',
  reply: '/reply',
  checkpoint: '/checkpoint',
  'view-change': '/viewchange',
  'new-view': '/newview',
  // GET /status is for people.
  status: '/standing',
  committed: '/committed',
  state: '/state',
  fetch: '/fetch',
  stable: '/stable',
  batch: '/batch',
};
