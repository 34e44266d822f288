import type { Cell } from './grid.ts';

/** Whether at most one loyal lieutenant is there in each order of a cell: it agrees with itself, whatever it decides. */
export const isTrivial = ({ members, faults }: Pick<Cell, 'members' | 'faults'>): boolean => members - Math.max(1, faults) < 2;

/** Whether the commander is a traitor in each order of a cell: then validity asks nothing of the loyal. */
export const asksNothing = ({ members, faults }: Pick<Cell, 'members' | 'faults'>): boolean => faults === members;
