import { say, type FaultStrategy } from '../strategy.ts';

/** The traitor of the first generals program: each message to each receiver is the value or its counterpart, by a fair coin. */
export const coin: FaultStrategy<'coin'> = {
  name: 'coin',
  summary: 'each message to each receiver is the value or its counterpart, 50/50',
  dependsOn: [],
  says: ({ honest, lies }) => [say(honest), ...lies.map((lie) => say(lie))],
};
