import type { Cell } from './grid.ts';

/** Whether at most one loyal lieutenant is there in each order of a cell: it agrees with itself, whatever it decides. */
export const isTrivial = ({ members, faults }: Pick<Cell, 'members' | 'faults'>): boolean => members - Math.max(1, faults) < 2;

/** Whether no order of a cell has both a loyal commander and a loyal lieutenant: validity asks nothing of anybody. */
export const asksNothing = ({ members, faults }: Pick<Cell, 'members' | 'faults'>): boolean => faults >= members - 1;

/** Whether nothing of a cell can be broken, whatever its traitors do. */
export const saysNothing = (cell: Pick<Cell, 'members' | 'faults'>): boolean => isTrivial(cell) && asksNothing(cell);
