import { nodeId } from '../../core/node.ts';
import type { Message } from '../pbft/messages.ts';
import { noise } from './flood.ts';
import { forgetful } from './forgetful.ts';
import { assumed, forged } from './forgery.ts';
import { falsified, shifted } from './lies.ts';
import type { Occasion, ReplicaFault, Send } from './traitor.ts';

const offline: ReplicaFault = { name: 'offline', summary: 'says nothing', says: () => [] };

const malicious: ReplicaFault = {
  name: 'malicious',
  summary: 'falsifies every vote and reply; as commander, tells different nodes different values',
  says: (honest, { context }) => {
    const lie = falsified(context, honest.message);
    if (lie === undefined) return [honest];
    return honest.message.type === 'pre-prepare' ? [...split(honest, (id) => id % 2 === 0), ...split({ ...honest, message: lie }, (id) => id % 2 === 1)] : [{ ...honest, message: lie }];
  },
};

const equivocate: ReplicaFault = {
  name: 'equivocate',
  summary: 'tells each node, by chance, the truth, a lie, or both',
  says: (honest, { context, draw }) => {
    const lie = falsified(context, honest.message);
    if (lie === undefined) return [honest];
    return honest.to.flatMap((id) => [[honest], [{ ...honest, message: lie }], [honest, { ...honest, message: lie }]][draw(3)]!.map((send) => ({ ...send, to: [id] })));
  },
};

const stale: ReplicaFault = {
  name: 'stale',
  summary: 'says again what it said of that kind before, mostly',
  says: (honest, { past, draw, context }) => {
    const old = past.filter((message) => message.type === honest.message.type && (!('body' in message) || !('replica' in message.body) || message.body.replica === context.self));
    return old.length === 0 || draw(4) === 0 ? [honest] : [{ ...honest, message: old[draw(old.length)]! }];
  },
};

const offByOne: ReplicaFault = {
  name: 'off-by-one',
  summary: 'signs for a view or a place that is one too high or too low',
  says: (honest, { context, draw }) => {
    const by = [{ view: 1, sequence: 0 }, { view: -1, sequence: 0 }, { view: 0, sequence: 1 }, { view: 0, sequence: -1 }][draw(4)]!;
    const other = shifted(context, honest.message, by);
    return other === undefined ? [honest] : [{ ...honest, message: other }];
  },
};

const replay: ReplicaFault = {
  name: 'replay',
  summary: 'adds to what it says something that it said or heard before',
  says: (honest, { past, draw }) => (past.length === 0 ? [honest] : [honest, { ...honest, message: past[draw(past.length)]! }]),
};

const silentCollector: ReplicaFault = {
  name: 'silent-collector',
  summary: 'keeps the votes that it should have collected',
  says: (honest) => (honest.message.type === 'certificate' ? [] : [honest]),
};

const forgedCertificate: ReplicaFault = {
  name: 'forged-certificate',
  summary: 'shows proofs that nobody gave: certificates, checkpoints, commits, view changes',
  says: (honest, occasion) => {
    const lie = forged(occasion, honest.message);
    return lie === undefined ? [honest] : sometimes(honest, lie, occasion);
  },
};

const impostor: ReplicaFault = {
  name: 'impostor',
  summary: 'speaks in the names of clients and other replicas, and under signatures that are none',
  says: (honest, occasion) => {
    const lie = assumed(occasion, honest.message);
    return lie === undefined ? [honest] : sometimes(honest, lie, occasion);
  },
};

const selective: ReplicaFault = {
  name: 'selective',
  summary: 'leaves each node out of each thing that it says, by chance',
  says: (honest, { draw }) => split(honest, () => draw(2) === 0),
};

const restless: ReplicaFault = {
  name: 'restless',
  summary: 'asks for the next view with all that it says',
  says: (honest, { context, state }) => {
    const body = { view: state.view + 1, stable: state.stable, proof: state.proof, prepared: [], replica: context.self };
    return [honest, { ...honest, message: { type: 'view-change', body, signature: context.seal.sign('view-change', body) } }];
  },
};

const flood: ReplicaFault = {
  name: 'flood',
  summary: 'adds much that costs its reader something, with numbers as large as can be',
  says: (honest, occasion) => [honest, ...Array.from({ length: 1 + occasion.draw(6) }, () => ({ ...honest, message: noise(occasion) }))],
};

const forgetfulFault: ReplicaFault = { name: 'forgetful', summary: 'loyal, but for a disk that is emptied or set back whenever it falls', says: (honest) => [honest], machine: forgetful };

/** Two loyal replicas with one key, which do not know of each other: in a simulation two nodes, over HTTP one with two minds (`twins.ts`). */
const twins: ReplicaFault = { name: 'twins', summary: 'two loyal copies under one identity', says: (honest) => [honest] };

export const REPLICA_FAULTS: readonly ReplicaFault[] = [offline, malicious, equivocate, stale, offByOne, replay, silentCollector, forgedCertificate, impostor, selective, restless, flood, forgetfulFault, twins];

export const replicaFaultNamed = (name: string): ReplicaFault | undefined => REPLICA_FAULTS.find((fault) => fault.name === name);

function split(send: Send, isFor: (id: number) => boolean): Send[] {
  const to = send.to.filter((id) => isFor(nodeId(id)));
  return to.length === 0 ? [] : [{ ...send, to }];
}

/** To each of its receivers, by chance, the lie, or both, the lie last. */
function sometimes(honest: Send, lie: Message, { draw }: Occasion): Send[] {
  return honest.to.flatMap((id) => [[{ ...honest, message: lie, to: [id] }], [{ ...honest, to: [id] }, { ...honest, message: lie, to: [id] }]][draw(2)]!);
}
