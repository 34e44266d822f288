import type { SimNode } from '../../runtime/virtual/network.ts';
import type { Standing } from '../judge/membership.ts';
import type { NodeId } from '../../core/node.ts';
import type { PeerState } from '../peer-state.ts';
import type { Roster } from '../roster.ts';

/** What a node makes of everybody, as its list has it. */
export function* standingsOf({ state }: { readonly state: unknown }): Generator<Standing> {
  for (const [address, { member, end, suspects }] of (state as { readonly roster: Roster }).roster.entries) yield { address, life: member.life, state: end?.type ?? (suspects.size > 0 ? 'suspect' : 'alive') };
}

/** The links that a peer has to its neighbours. */
export function neighboursOf({ state }: SimNode): ReadonlySet<NodeId> {
  const { linkedIds } = state as PeerState;
  let known = SETS.get(linkedIds);
  if (known === undefined) SETS.set(linkedIds, (known = new Set(linkedIds)));
  return known;
}

/** The same for each list, as peers make a new one when a neighbour comes or goes. */
const SETS = new WeakMap<readonly NodeId[], ReadonlySet<NodeId>>();
