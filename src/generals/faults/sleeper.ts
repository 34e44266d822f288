import { say, type FaultStrategy } from '../strategy.ts';

/** Honest in round 1, so that it is trusted; a liar from then on, and when it votes. */
export const sleeper: FaultStrategy<'sleeper'> = {
  name: 'sleeper',
  summary: 'honest in round 1, and from then on a liar',
  dependsOn: ['round'],
  says: ({ round, honest, lies }) => [say(round === 1 ? honest : (lies[0] ?? honest))],
};
