import type { Settings } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { REPLICA_FAULTS, replicaFaultNamed } from '../faults/registry.ts';
import { byzantine } from '../faults/traitor.ts';
import { compactedTwins, twins, type TwinVocabulary } from '../faults/twins.ts';
import { client, type ClientFlaw, type ClientVocabulary } from '../pbft/client.ts';
import { compacted } from '../pbft/compact.ts';
import { collectorOf } from '../pbft/collector.ts';
import type { Message, Proposal, ReplicaOutput } from '../pbft/messages.ts';
import { FLAWS, flawIn, isKey, KEY_LENGTH } from '../pbft/operation.ts';
import { replica } from '../pbft/replica.ts';
import { CLIENT_WINDOW, CLIENTS, DEFAULTS, DOUBLINGS, flawOfSettings, settingsOf } from '../pbft/settings.ts';
import { messageSizes } from '../pbft/sizes.ts';
import { primaryOf, type ReplicaState } from '../pbft/state.ts';
import { commandOf, statusOf } from '../pbft/status.ts';
import type { Refused, Service, Vote } from './service.ts';

/** PBFT on HTTP; with a collector, its linear variant. */
export function pbftService(name: string, collector: boolean): Service {
  return {
    name,
    replica(strategy) {
      const fault = strategy === undefined ? undefined : replicaFaultNamed(strategy);
      if (fault === undefined) return replica;
      return fault.name === 'twins' ? twins() : byzantine(fault);
    },
    client,
    clientWindow: CLIENT_WINDOW,
    clients: CLIENTS,
    patience,
    // Few batches under way make them large: what a batch costs is then shared by many. A batch takes 2n(n − 1) messages, which on one
    // machine share its cores, and so does everyone's asking everyone where he stands: done too soon, it is what keeps them busy.
    settings(n) {
      const { timeout, collectorTimeout, retryAfter, statusEvery } = DEFAULTS;
      return { ...DEFAULTS, pipeline: 2, collector, timeout: timeout + Math.min(5 * n * n, TIMEOUT_MORE_MAX), collectorTimeout: collectorTimeout + 2 * n * n, retryAfter: retryAfter + Math.min(n * n, RETRY_MORE_MAX), statusEvery: statusEvery + 2 * n * n };
    },
    flawOfSettings,
    // Offline nodes are not started at all.
    strategies: REPLICA_FAULTS.map((fault) => fault.name).filter((fault) => fault !== 'offline'),
    paths: Object.values(PATHS),
    agreement: ['preprepare', 'prepare', 'commit', 'certificate'],
    asking: ['request', 'reply'],
    pathOf: (message) => PATHS[(message as Message).type],
    sizes: (n, settings) => new Map(Object.entries(messageSizes(n, settings)).map(([type, size]) => [PATHS[type as Message['type']], size])),
    flawIn({ data, key }, state) {
      if (key !== undefined && !isKey(key)) return { status: 400, reason: `an Idempotency-Key has 1 to ${KEY_LENGTH} characters of ASCII, and no spaces` };
      const flaw = flawIn(data, (state as ReplicaState).store.values);
      return flaw === undefined ? undefined : { status: STATUSES[flaw], reason: FLAWS[flaw] };
    },
    ask: ({ key = '', ...wish }): ClientVocabulary['input'] => ({ ...wish, key }),
    answered(own, output) {
      const answer = output as ClientVocabulary['output'];
      const { ticket } = answer;
      if (answer.type === 'answered') return { ticket, result: answer.result, request: nameOf(own, answer.timestamp) };
      return { ticket, status: STATUSES[answer.flaw], reason: answer.reason, isSpent: answer.flaw === 'spent' };
    },
    executed(output) {
      const executed = output as ReplicaOutput;
      if (executed.type !== 'executed') return undefined;
      return { order: executed.sequence, view: executed.view, digest: executed.digest, requests: executed.batch.requests.map(({ body }) => nameOf(body.client, body.timestamp)) };
    },
    seen(output) {
      const did = output as ReplicaOutput;
      switch (did.type) {
        case 'executed':
          return { type: 'executed', sequence: did.sequence, view: did.view, operations: did.batch.requests.map(({ body }) => body.operation) };
        case 'entered':
          return { type: 'entered', view: did.view };
        case 'transferred':
          return { type: 'transferred', sequence: did.sequence };
        default:
          return did satisfies never;
      }
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
    keep: (records) => compactedTwins(records as readonly TwinVocabulary['record'][], compacted),
    command: (state) => commandOf(state as ReplicaState),
    collector(state) {
      const own = state as ReplicaState;
      return collector && own.n > 1 ? collectorOf(own, own.view, own.executed + 1) : undefined;
    },
    status: (state) => ({ ...statusOf(state as ReplicaState), values: Object.fromEntries([...(state as ReplicaState).store.values].slice(-20)) }),
  };
}

const STATUSES: Readonly<Record<ClientFlaw, Refused['status']>> = { long: 413, form: 400, size: 413, full: 507, conflict: 422, busy: 429, spent: 503, forgotten: 503 };

/**
 * Until a client has asked everyone, as many primaries in a row were given up as can be faulty, and the next has answered. No
 * less than people are used to, and no more than their own programs wait.
 */
function patience(settings: Settings, n: number): number {
  const { timeout, retryAfter } = settingsOf(settings);
  let sum = 2 * retryAfter;
  for (let view = 0; view <= faultsTolerated(n) + 1; view += 1) sum += timeout * 2 ** Math.min(view, DOUBLINGS);
  return Math.min(Math.max(sum, PATIENCE_MIN), PATIENCE_MAX);
}

const PATIENCE_MIN = 30_000;
export const PATIENCE_MAX = 280_000;

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
  executed: '/executed',
  state: '/state',
  'fetch-chunk': '/fetchchunk',
  chunk: '/chunk',
  fetch: '/fetch',
  stable: '/stable',
  batch: '/batch',
};
