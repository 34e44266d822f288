import type { Verdict } from '../findings.ts';
import type { Tally } from '../majority.ts';
import type { Member } from '../outcome.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { strictMajority } from '../../core/quorum.ts';

export const isFaulty = ({ state }: Member): boolean => state.type !== 'loyal';

/**
 * The final quorum: the secondaries' decisions are its ballots, and strictly more than half of them decide. A primary
 * without secondaries decides alone.
 */
export function verdictOf(members: readonly Member[], ballots: ReadonlyMap<NodeId, Order>): Verdict {
  const isAlone = members.every(({ role }) => role === 'primary');
  const votes = { attack: 0, retreat: 0 };
  let voters = 0;
  for (const { id, role } of members) {
    if (role === 'primary' && !isAlone) continue;
    const ballot = ballots.get(id);
    if (ballot !== undefined) votes[ballot] += 1;
    voters += 1;
  }
  const order = carried(votes, voters);
  const shared = { members: members.length, faulty: members.filter(isFaulty).length };
  return order === undefined
    ? { type: 'split', order, votes: Math.max(votes.attack, votes.retreat), ...shared }
    : { type: 'execute', order, votes: votes[order], ...shared };
}

/** The order that strictly more than half of the voters are for; who cast no ballot is for none. */
export function carried({ attack, retreat }: Tally, voters: number): Order | undefined {
  const needed = strictMajority(voters);
  if (attack >= needed) return 'attack';
  return retreat >= needed ? 'retreat' : undefined;
}

/** The verdict without a run, where the traitors are too many for the protocol: every secondary's ballot is undefined. */
export const undecidable = (members: readonly Member[]): Verdict => ({
  type: 'undecidable',
  order: undefined,
  votes: Math.max(0, members.length - 1),
  members: members.length,
  faulty: members.filter(isFaulty).length,
});
