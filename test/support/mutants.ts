import type { DurableMachine } from '../../src/core/machine.ts';
import { faultsTolerated } from '../../src/core/quorum.ts';
import type { Effect, Pbft } from '../../src/replicas/pbft/messages.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import type { ReplicaState } from '../../src/replicas/pbft/state.ts';

type Mutant = DurableMachine<Pbft, ReplicaState>;

/** PBFT with quorums of 2f: two of them need not share a loyal replica. */
const small = (state: ReplicaState): ReplicaState => ({ ...state, quorum: Math.max(1, 2 * faultsTolerated(state.n)) });
export const smallQuorum: Mutant = {
  ...replica,
  begin: (context) => small(replica.begin(context)),
  recover: (context, records) => small(replica.recover(context, records)),
};

/** PBFT that votes before its vote is on disk: it writes everything later, when it has a moment. */
interface Unwritten extends ReplicaState {
  unwritten: Effect[];
}
export const hurried: DurableMachine<Pbft, Unwritten> = {
  ...replica,
  begin: (context) => ({ ...replica.begin(context), unwritten: [] }),
  recover: (context, records) => ({ ...replica.recover(context, records), unwritten: [] }),
  step(context, state, event) {
    const effects = replica.step(context, state, event);
    state.unwritten.push(...effects.filter(({ type }) => type === 'save'));
    const said = effects.filter(({ type }) => type !== 'save');
    return event.type === 'timeout' && event.timer === 'status' ? [...said, ...state.unwritten.splice(0)] : said;
  },
};
