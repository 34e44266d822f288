import { say, type FaultStrategy } from '../strategy.ts';

/** As if dead from the start, but for its frames: nobody waits for it. */
export const silent: FaultStrategy<'silent'> = {
  name: 'silent',
  summary: 'says nothing at all',
  dependsOn: [],
  says: () => [say()],
};
