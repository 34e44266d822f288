import { protocolNamed } from '../generals/protocols/registry.ts';
import { searchOf } from '../generals/check/check.ts';
import { problemOf, type Problem } from '../generals/check/request.ts';
import { drawn, runnerOf } from '../generals/check/seeded.ts';
import { judgeOf } from '../generals/check/trial.ts';
import { ORDER, type Cell } from './grid.ts';
import { saysNothing } from './trivial.ts';

/**
 * Whether some treason of f traitors, as many as in each order that is counted, breaks a property, whatever their strategy; unknown
 * where that is not quickly told.
 */
export const WORST = ['holds', 'violated', 'unknown'] as const;
export type Worst = (typeof WORST)[number];

/** How far a search goes: at the most so many generals, and so many steps, not seconds, so that every machine gives the same answer. */
interface Limits {
  readonly members: number;
  readonly steps: number;
}

/** A second or two on a thread of today, for protocols that can be run on symbols. */
const PROOFS: Limits = { members: 24, steps: 3000 };

/** Tries every treason, where that does not take long. */
export function worstOf({ protocol: name, m, members, faults }: Cell): Worst {
  // There is nobody to be split or to disobey: a search would go through all that traitors can tell each other.
  if (saysNothing({ members, faults })) return 'holds';
  const protocol = protocolNamed(name)!;
  const limits = protocol.wording === undefined ? protocol.search : PROOFS;
  if (limits === undefined || members > limits.members) return 'unknown';
  const request = { protocol, members, faults, faultsMin: faults, m, orders: [ORDER] } as const;
  if (isEasilyBroken(problemOf(request))) return 'violated';
  const search = searchOf(request);
  for (let steps = 0; ; steps += 1) {
    const step = search.next(steps >= limits.steps);
    if (step.done === true) return step.value.type;
  }
}

/** Whether one of some seeded treasons, run by the code, breaks a property: where many do, no search is needed to tell. */
function isEasilyBroken(problem: Problem): boolean {
  const run = runnerOf(problem);
  for (let number = 0; number < TRIED; number += 1) {
    const treason = drawn(problem, number);
    if (judgeOf(problem, treason.traitors)(treason.order, run(treason)) !== undefined) return true;
  }
  return false;
}

const TRIED = 100;

/** The strategies that say of each message the truth or a lie that the protocol knows, which a search tries for every protocol. */
export const COVERED = ['coin', 'liar', 'two-faced', 'sleeper', 'splitter'];

/** Whether agreement and validity are proved for every order of the cell. */
export const isProved = ({ strategy }: Cell, worst: Worst | undefined): boolean => worst === 'holds' && COVERED.includes(strategy);
