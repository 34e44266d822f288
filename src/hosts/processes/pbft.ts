import type { Settings } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { REPLICA_FAULTS, replicaFaultNamed } from '../../faults/replicas/registry.ts';
import { byzantine } from '../../faults/replicas/traitor.ts';
import { neededOfTwins, twins, type TwinVocabulary } from '../../faults/replicas/twins.ts';
import { client, type ClientFlaw, type ClientVocabulary } from '../../protocols/pbft/client.ts';
import { neededOf } from '../../protocols/pbft/compact.ts';
import type { Message, ReplicaOutput } from '../../protocols/pbft/messages.ts';
import { FLAWS, flawIn, isKey, KEY_LENGTH } from '../../protocols/pbft/operation.ts';
import { replica } from '../../protocols/pbft/replica.ts';
import { CLIENT_WINDOW, CLIENTS, DEFAULTS, DOUBLINGS, flawOfSettings, settingsOf } from '../../protocols/pbft/settings.ts';
import { messageSizes } from '../../protocols/pbft/sizes.ts';
import type { ReplicaState } from '../../protocols/pbft/state.ts';
import { commandOf, statusOf } from '../../protocols/pbft/status.ts';
import type { Refused, Service } from './service.ts';

/** PBFT on HTTP; with a collector, its linear variant. */
export function pbftService(name: string, collector: boolean): Service {
  return {
    name,
    replica(strategy) {
      const fault = strategy === undefined ? undefined : replicaFaultNamed(strategy);
      if (fault === undefined) return replica;
      // What a traitor leaves to chance need not repeat on a network, where nothing else does.
      return fault.name === 'twins' ? twins(Date.now()) : byzantine(fault, Date.now());
    },
    client,
    clientWindow: CLIENT_WINDOW,
    clients: CLIENTS,
    patience,
    // Few batches under way make them large: what a batch costs is then shared by many. And the more replicas share the
    // cores of one machine, the longer do their votes take to be verified.
    settings: (n) => ({ ...DEFAULTS, pipeline: 2, collector, timeout: DEFAULTS.timeout + 5 * n * n, collectorTimeout: DEFAULTS.collectorTimeout + 2 * n * n, retryAfter: DEFAULTS.retryAfter + 3 * n * n }),
    flawOfSettings,
    // Offline nodes are not started at all.
    strategies: REPLICA_FAULTS.map((fault) => fault.name).filter((fault) => fault !== 'offline'),
    paths: Object.values(PATHS),
    agreement: ['preprepare', 'prepare', 'commit', 'certificate'],
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
      return { order: executed.sequence, digest: executed.digest, requests: executed.batch.requests.map(({ body }) => nameOf(body.client, body.timestamp)) };
    },
    votesIn(message) {
      const heard = message as Message;
      switch (heard.type) {
        case 'pre-prepare':
        case 'prepare':
        case 'commit':
          return [{ order: heard.body.sequence, digest: heard.body.digest }];
        case 'certificate':
          return heard.votes.map(({ body }) => ({ order: body.sequence, digest: body.digest }));
        default:
          return [];
      }
    },
    keep: (records) => neededOfTwins(records as readonly TwinVocabulary['record'][], neededOf),
    command: (state) => commandOf(state as ReplicaState),
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
