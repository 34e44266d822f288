import { UserError, quoted } from '../../core/user-error.ts';

/** The ways in which replicas agree on a log. */
export type ReplicaProtocol = 'pbft' | 'collector';

const PROTOCOLS: readonly ReplicaProtocol[] = ['pbft', 'collector'];

/** What else a protocol is called: CCRO is the older program's name of its variant with a communication node. */
const ALSO: ReadonlyMap<string, ReplicaProtocol> = new Map([['ccro', 'collector']]);

/** @throws UserError in one line */
export function replicaProtocol(name: string): ReplicaProtocol {
  const protocol = ALSO.get(name) ?? PROTOCOLS.find((one) => one === name);
  if (protocol === undefined) throw new UserError(`there is no protocol ${quoted(name)} of replicas: pbft, collector (also called ccro)`);
  return protocol;
}
