import { say, type FaultStrategy } from '../strategy.ts';

/** Always the same lie; where the protocol knows none, the truth. */
export const liar: FaultStrategy<'liar'> = {
  name: 'liar',
  summary: 'each message to everyone is the counterpart of the value',
  dependsOn: [],
  says: ({ honest, lies }) => [say(lies[0] ?? honest)],
};
