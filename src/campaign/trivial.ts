/** What of a cell these are about. */
interface Army {
  readonly members: number;
  readonly faults: number;
}

/** Whether at most one loyal lieutenant is there in each order of a cell: it agrees with itself, whatever it decides. */
export const isTrivial = ({ members, faults }: Army): boolean => members - Math.max(1, faults) < 2;

/** Whether no order of a cell has both a loyal commander and a loyal lieutenant: validity asks nothing of anybody. */
export const asksNothing = ({ members, faults }: Army): boolean => faults >= members - 1;

/** Whether nothing of a cell can be broken, whatever its traitors do. */
export const saysNothing = (cell: Army): boolean => isTrivial(cell) && asksNothing(cell);
