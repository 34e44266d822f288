import { say, type FaultStrategy } from '../strategy.ts';

/** Honest in what it says, but never in time. What should be said in the last round is never said. */
export const late: FaultStrategy<'late'> = {
  name: 'late',
  summary: 'says what an honest general would, one round too late',
  dependsOn: [],
  says: ({ honest }) => [{ ...say(), late: [honest] }],
};
