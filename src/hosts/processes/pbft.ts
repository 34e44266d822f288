import { nodeId } from '../../core/node.ts';
import { REPLICA_FAULTS, replicaFaultNamed } from '../../faults/replicas/registry.ts';
import { traitor, type ReplicaFault } from '../../faults/replicas/traitor.ts';
import { client, type ClientVocabulary } from '../../protocols/pbft/client.ts';
import { neededOf } from '../../protocols/pbft/compact.ts';
import type { Message, ReplicaOutput, SavedRecord } from '../../protocols/pbft/messages.ts';
import { replica } from '../../protocols/pbft/replica.ts';
import { CLIENT_WINDOW, DEFAULTS, OPERATION_LENGTH } from '../../protocols/pbft/settings.ts';
import { primaryOf, type ReplicaState } from '../../protocols/pbft/state.ts';
import type { Service } from './service.ts';

/** What a traitor may do here: to be offline is to be left out by the host, and twins would need two hosts. */
const FAULTS = REPLICA_FAULTS.map(({ name }) => name).filter((name) => name !== 'offline' && name !== 'twins');
const OF_COLLECTORS: ReadonlySet<string> = new Set(['silent-collector']);

function faultNamed(name: string): ReplicaFault {
  const fault = replicaFaultNamed(name);
  if (fault === undefined) throw new Error(`no replica betrays in the way '${name}'`);
  return fault;
}

/** PBFT on HTTP; with a collector, its linear variant. */
export function pbftService(name: string, collector: boolean): Service {
  return {
    name,
    replica: (strategy) => (strategy === undefined ? replica : traitor(faultNamed(strategy))),
    client,
    clientWindow: CLIENT_WINDOW,
    // Few batches under way make them large: what a batch costs is then shared by many.
    settings: { ...DEFAULTS, pipeline: 4, collector },
    strategies: FAULTS.filter((name) => collector || !OF_COLLECTORS.has(name)),
    paths: Object.values(PATHS),
    agreement: ['preprepare', 'prepare', 'commit', 'certificate'],
    pathOf: (message) => PATHS[(message as Message).type],
    dataMax: OPERATION_LENGTH,
    ask: (data, ticket): ClientVocabulary['input'] => ({ ticket, data }),
    answered(output) {
      const answer = output as ClientVocabulary['output'];
      return answer.type === 'answered' ? answer : undefined;
    },
    executed(output) {
      const executed = output as ReplicaOutput;
      return executed.type === 'executed' ? { order: executed.sequence, digest: executed.digest } : undefined;
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
    keep: (records) => neededOf(records as readonly SavedRecord[]),
    command(state, members) {
      const { view } = state as ReplicaState;
      return { view, commander: nodeId(primaryOf(view, members.length)) };
    },
    status(state, members) {
      const { view, isChanging, executed, stable, store, dropped } = state as ReplicaState;
      const values = Object.fromEntries([...store.values].slice(-20));
      return { view, commander: nodeId(primaryOf(view, members.length)), executed: store.position, digest: store.chain, tail: store.tail, values, place: executed, checkpoint: stable, isChanging, dropped };
    },
  };
}

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
  stable: '/stable',
  fetch: '/fetch',
  batch: '/batch',
};
