import { replicaProtocol, type ReplicaProtocol } from '../pbft/names.ts';
import { pbftService } from './pbft.ts';
import type { Service } from './service.ts';

/** What replicas can agree by. */
const SERVICES: Readonly<Record<ReplicaProtocol, Service>> = { pbft: pbftService('pbft', false), collector: pbftService('collector', true) };

/** @throws UserError in one line */
export const serviceNamed = (name: string): Service => SERVICES[replicaProtocol(name)];
