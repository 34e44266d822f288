import { byzantineOf, traitorOf, type SendContext as SendContextOf, type Strategy } from '../../core/byzantine.ts';
import type { DurableMachine, Machine } from '../../core/machine.ts';
import type { Effect, Pbft } from '../pbft/messages.ts';
import { replica } from '../pbft/replica.ts';
import type { ReplicaState } from '../pbft/state.ts';
import { aboutOf } from './about.ts';
import { falsified } from './lies.ts';

export type Send = Extract<Effect, { type: 'send' }>;
export type SendContext = SendContextOf<Pbft, ReplicaState>;

/** A way of being a Byzantine replica. */
export type ReplicaFault = Strategy<Pbft, ReplicaState>;

/** A replica, with what a traitor could say in its place. */
const lying: DurableMachine<Pbft, ReplicaState> = {
  ...replica,
  lies(context, honest) {
    const lie = falsified(context, honest);
    return lie === undefined ? [] : [lie];
  },
  about: aboutOf,
};

/** A replica that is Byzantine in that way. */
export const byzantine = (fault: ReplicaFault): Machine<Pbft, ReplicaState> => byzantineOf(lying, fault);

/** A loyal replica but for what it says. */
export const traitor = (fault: ReplicaFault): Machine<Pbft, ReplicaState> => traitorOf(lying, fault);
