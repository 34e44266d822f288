import type { Finding, Findings } from '../findings.ts';
import type { RunResult } from '../host.ts';
import type { Tally } from '../majority.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { counterpart, type Order } from '../order.ts';
import type { Member } from '../outcome.ts';

const HOLDS: Finding = { type: 'holds' };

/** Whether the run had the properties of interactive consistency. Only the loyal are asked: traitors may decide as they like. */
export function findingsOf(order: Order, members: readonly Member[], account: RunResult): Findings {
  const decisions = new Map<NodeId, Order | undefined>();
  for (const { id, decision } of account.reports) decisions.set(id, decision);
  const lieutenants: NodeId[] = [];
  const undecided: NodeId[] = [];
  let isCommanderLoyal = false;
  for (const { id, role, state } of members) {
    if (state.type !== 'loyal') continue;
    if (role === 'secondary') lieutenants.push(id);
    else isCommanderLoyal = true;
    if (decisions.get(id) === undefined) undecided.push(id);
  }
  const judged = (witness: string | undefined): Finding => (witness === undefined ? HOLDS : violatedUnlessLate(witness, account));
  return {
    agreement: judged(split(lieutenants, decisions)),
    validity: judged(isCommanderLoyal ? disobedience(order, lieutenants, decisions) : undefined),
    termination: judged(undecided.length === 0 ? undefined : `${undecided.map(nameOf).join(', ')} decided nothing`),
  };
}

/**
 * The same in a few words, for those who judge millions of runs in which nobody was late: whether agreement and validity were
 * broken, not by whom.
 * @param decided how many loyal lieutenants decided for each order
 * @param ordered what the commander ordered, if it is loyal
 */
export const brokenBy = (decided: Tally, ordered: Order | undefined): { readonly agreement: boolean; readonly validity: boolean } => ({
  agreement: decided.attack > 0 && decided.retreat > 0,
  validity: ordered !== undefined && decided[counterpart(ordered)] > 0,
});

/** Who was slow broke the model's bound on delays: what failed then says nothing about the protocol. */
function violatedUnlessLate(witness: string, { accusations }: RunResult): Finding {
  // Who accuses whom first is a race between threads; who is accused is not.
  const late = [...new Set(accusations.filter(({ kind }) => kind === 'silence').map(({ suspect }) => suspect))].sort((a, b) => a - b);
  return late.length === 0 ? { type: 'violated', witness } : { type: 'unknown', reason: `${witness}, but ${late.map(nameOf).join(', ')} ${late.length === 1 ? 'was' : 'were'} late` };
}

function split(lieutenants: readonly NodeId[], decisions: ReadonlyMap<NodeId, Order | undefined>): string | undefined {
  const attacker = lieutenants.find((id) => decisions.get(id) === 'attack');
  const retreater = lieutenants.find((id) => decisions.get(id) === 'retreat');
  if (attacker === undefined || retreater === undefined) return undefined;
  return `${nameOf(attacker)} decided attack, ${nameOf(retreater)} decided retreat, and both are loyal`;
}

function disobedience(order: Order, lieutenants: readonly NodeId[], decisions: ReadonlyMap<NodeId, Order | undefined>): string | undefined {
  const disobedient = lieutenants.find((id) => decisions.get(id) !== undefined && decisions.get(id) !== order);
  if (disobedient === undefined) return undefined;
  return `the loyal primary ordered ${order}, ${nameOf(disobedient)} is loyal and decided ${decisions.get(disobedient)!}`;
}
