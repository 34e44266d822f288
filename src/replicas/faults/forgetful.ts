import { philox } from '../../core/philox.ts';
import type { DurableMachine } from '../../core/machine.ts';
import type { Pbft } from '../pbft/messages.ts';
import { replica } from '../pbft/replica.ts';
import type { ReplicaState } from '../pbft/state.ts';

/**
 * A loyal replica with a disk that is not: whenever it comes back, all that it saved is gone, or all but the oldest of it, as
 * after a backup was played back. What it promised and forgot it may contradict, so it counts among the Byzantine.
 * @param seed decides how much it forgets
 */
export const forgetful = (seed = 0): DurableMachine<Pbft, ReplicaState> => ({
  ...replica,
  recover(context, records) {
    const drawn = philox(records.length, context.self, 0xf026, 0, seed >>> 0, Math.floor(seed / 2 ** 32));
    const kept = drawn % 2 === 0 ? 0 : (drawn >>> 1) % records.length;
    return kept === 0 ? replica.begin(context) : replica.recover(context, records.slice(0, kept));
  },
});
