import { split } from '../../core/byzantine.ts';
import { chooseBelow } from '../../core/choice.ts';
import { equivocate, forgetful, offline, replay, selective, twins } from '../../core/strategies.ts';
import type { Message } from '../pbft/messages.ts';
import { noise } from './flood.ts';
import { assumed, forged } from './forgery.ts';
import { falsified, shifted } from './lies.ts';
import type { ReplicaFault, Send, SendContext } from './traitor.ts';

const malicious: ReplicaFault = {
  name: 'malicious',
  summary: 'falsifies every vote and reply; as commander, tells different nodes different values',
  says: (honest, { context }) => {
    const lie = falsified(context, honest.message);
    if (lie === undefined) return [honest];
    return honest.message.type === 'pre-prepare' ? [...split(honest, (id) => id % 2 === 0), ...split({ ...honest, message: lie }, (id) => id % 2 === 1)] : [{ ...honest, message: lie }];
  },
};

const stale: ReplicaFault = {
  name: 'stale',
  summary: 'says again what it said of that kind before, mostly',
  says: (honest, { past, choose, context }) => {
    const old = past.filter((message) => message.type === honest.message.type && (!('body' in message) || !('replica' in message.body) || message.body.replica === context.self));
    return old.length === 0 || chooseBelow(choose, 'whether', 4) === 0 ? [honest] : [{ ...honest, message: choose('which', old) }];
  },
};

const offByOne: ReplicaFault = {
  name: 'off-by-one',
  summary: 'signs for a view or a sequence number that is one too high or too low',
  says: (honest, { context, choose }) => {
    const by = choose('by', [{ view: 1, sequence: 0 }, { view: -1, sequence: 0 }, { view: 0, sequence: 1 }, { view: 0, sequence: -1 }]);
    const other = shifted(context, honest.message, by);
    return other === undefined ? [honest] : [{ ...honest, message: other }];
  },
};

const silentCollector: ReplicaFault = {
  name: 'silent-collector',
  summary: 'keeps the votes that it should have collected',
  says: (honest) => (honest.message.type === 'certificate' ? [] : [honest]),
};

const forgedCertificate: ReplicaFault = {
  name: 'forged-certificate',
  summary: 'shows proofs that nobody gave: certificates, checkpoints, commits, view changes',
  says: (honest, send) => {
    const lie = forged(send, honest.message);
    return lie === undefined ? [honest] : sometimes(honest, lie, send);
  },
};

const impostor: ReplicaFault = {
  name: 'impostor',
  summary: 'speaks in the names of clients and other replicas, and under signatures that are none',
  says: (honest, send) => {
    const lie = assumed(send, honest.message);
    return lie === undefined ? [honest] : sometimes(honest, lie, send);
  },
};

const restless: ReplicaFault = {
  name: 'restless',
  summary: 'asks for the next view with all that it says',
  says: (honest, { context, state }) => {
    const body = { view: state.view + 1, stable: state.stable, proof: state.proof, prepared: [], replica: context.self };
    return [honest, { ...honest, message: { type: 'view-change', body, signature: context.signer.sign('view-change', body) } }];
  },
};

const flood: ReplicaFault = {
  name: 'flood',
  summary: 'adds much that costs its reader something, with numbers as large as can be',
  says: (honest, send) => [honest, ...Array.from({ length: 1 + chooseBelow(send.choose, 'how much', 6) }, (_, index) => ({ ...honest, message: noise(send, index) }))],
};

/** What any machine’s traitors do, and what only those of PBFT can. Twins are two nodes in a simulation, and over HTTP one with two minds (`twins.ts`). */
export const REPLICA_FAULTS: readonly ReplicaFault[] = [offline, malicious, equivocate, stale, offByOne, replay, silentCollector, forgedCertificate, impostor, selective, restless, flood, forgetful, twins];

export const replicaFaultNamed = (name: string): ReplicaFault | undefined => REPLICA_FAULTS.find((fault) => fault.name === name);

/** To each of its receivers, by chance, the lie, or both, the lie last. */
function sometimes(honest: Send, lie: Message, { choose }: SendContext): Send[] {
  return honest.to.flatMap((id) => choose(`to ${id}`, [[lie], [honest.message, lie]]).map((message) => ({ ...honest, message, to: [id] })));
}
