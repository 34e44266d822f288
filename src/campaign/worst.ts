import { ORDER, type Cell } from './grid.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { searchOf } from '../sim/check/check.ts';
import { isStructured } from '../sim/check/structured.ts';

/** Whether some treason of at most f traitors breaks a property, whatever their strategy; unknown where that is not quickly told. */
export type Worst = 'holds' | 'violated' | 'unknown';

/** In steps of the search, so that the same cell gets the same answer on every machine. */
const STEPS_MAX = 3000;
const MEMBERS_MAX = 24;

/** Tries every treason, where the structured search can. */
export function worstOf({ protocol: name, m, members, faults }: Cell): Worst {
  const protocol = protocolNamed(name)!;
  if (!isStructured(protocol) || members > MEMBERS_MAX) return 'unknown';
  const search = searchOf({ protocol, members, faults, m, orders: [ORDER], engine: 'structured' });
  for (let steps = 0; ; steps += 1) {
    const step = search.next(steps >= STEPS_MAX);
    if (step.done === true) return step.value.type;
  }
}

/** The strategies that say of each message the truth or its counterpart, which is all that the structured search tries. */
const COVERED = ['coin', 'liar'];

/** Whether agreement and validity are proved for every order of the cell. */
export const isProved = ({ strategy }: Cell, worst: Worst | undefined): boolean => worst === 'holds' && COVERED.includes(strategy);
