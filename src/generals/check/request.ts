import { nodeId, type NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { UserError } from '../../core/user-error.ts';

/** What is to be checked. */
export interface CheckRequest {
  readonly protocol: AnyRoundsProtocol;
  /** How many generals there are, G1 being the commander; or who they are. */
  readonly members: number | readonly NodeId[];
  /** The first member if not given. */
  readonly commander?: NodeId;
  /** Every set of at most that many traitors is tried. */
  readonly faults: number;
  /** And of no fewer than this; 0 if not given. */
  readonly faultsMin?: number;
  /** The number of traitors that the protocol is run to stand; `faults` if not given. */
  readonly m?: number;
  /** Both if not given. */
  readonly orders?: readonly Order[];
  /** Tries this one set of traitors and no other, as for an army as it stands. */
  readonly traitors?: readonly NodeId[];
  /**
   * `auto` folds symbolic runs where there are any, and searches what they leave: by the structured engine for the protocols
   * that it is proved for, merging for all others. The others only search.
   */
  readonly engine?: 'auto' | Engine;
}

/** How treasons are gone through: one by one, merging runs that come to the same, or through the structure of OM. */
export type Engine = 'plain' | 'merging' | 'structured';

/** A request made whole. */
export interface Problem {
  readonly protocol: AnyRoundsProtocol;
  /** In ascending order. */
  readonly members: readonly NodeId[];
  readonly commander: NodeId;
  /** In ascending order. */
  readonly lieutenants: readonly NodeId[];
  readonly m: number;
  readonly orders: readonly Order[];
  readonly faults: number;
  readonly faultsMin: number;
  /** The only set to be tried; undefined if all are. */
  readonly traitors: readonly NodeId[] | undefined;
}

/** @throws UserError if the protocol cannot be run so */
export function problemOf(request: CheckRequest): Problem {
  const { protocol, faults, faultsMin = 0, m = faults, orders = ORDERS } = request;
  const members = typeof request.members === 'number' ? muster(request.members) : request.members.toSorted((a, b) => a - b);
  const commander = request.commander ?? members[0];
  if (commander === undefined || !members.includes(commander)) throw new UserError('there is no commander: a check needs at least one general');
  const refusal = protocol.refuses(members.length, m);
  if (refusal !== undefined) throw new UserError(refusal);
  const stranger = request.traitors?.find((id) => !members.includes(id));
  if (stranger !== undefined) throw new UserError(`G${stranger} is not among the generals, so it cannot be a traitor`);
  return {
    protocol,
    members,
    commander,
    lieutenants: members.filter((id) => id !== commander),
    m,
    orders,
    faults: Math.min(faults, members.length),
    faultsMin,
    traitors: request.traitors?.toSorted((a, b) => a - b),
  };
}

const muster = (count: number): NodeId[] => Array.from({ length: count }, (_, index) => nodeId(index + 1));

/**
 * Every set of traitors to be tried, the smallest first, sets with the commander before those without: of all sets that
 * a protocol cannot tell apart, the first one comes first.
 */
export function* traitorSets({ traitors, commander, lieutenants, faults, faultsMin }: Problem): Generator<readonly NodeId[]> {
  if (traitors !== undefined) {
    yield traitors;
    return;
  }
  for (let size = faultsMin; size <= faults; size += 1) yield* subsets([commander, ...lieutenants], size);
}

function* subsets(ids: readonly NodeId[], size: number, from = 0): Generator<NodeId[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= ids.length - size; first += 1) for (const rest of subsets(ids, size - 1, first + 1)) yield [ids[first]!, ...rest];
}
