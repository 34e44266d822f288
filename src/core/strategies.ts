import { split, type SendContext, type SendOf } from './byzantine.ts';
import type { Machine, Vocabulary } from './machine.ts';
import { philox } from './philox.ts';

/** A strategy for traitors of any machine: it knows of messages only what the machine’s own `lies` makes of them. */
export interface AnyStrategy {
  readonly name: string;
  readonly summary: string;
  says<V extends Vocabulary, State>(honest: SendOf<V>, send: SendContext<V, State>): readonly SendOf<V>[];
  machine?<V extends Vocabulary, State>(honest: Machine<V, State>, seed: number): Machine<V, State>;
}

export const offline: AnyStrategy = { name: 'offline', summary: 'says nothing', says: () => [] };

export const liar: AnyStrategy = {
  name: 'liar',
  summary: 'says a lie instead of each thing that it should say, the same to all',
  says: (honest, send) => {
    const lie = pick(send, send.lies(honest.message));
    return lie === undefined ? [honest] : [{ ...honest, message: lie }];
  },
};

export const twoFaced: AnyStrategy = {
  name: 'two-faced',
  summary: 'tells nodes with even numbers the truth, and the others the opposite',
  says: (honest, send) => {
    // The first lie is the nearest: always the same to the same nodes, so that each half sees one that is consistent.
    const [lie] = send.lies(honest.message);
    return lie === undefined ? [honest] : [...split(honest, (id) => id % 2 === 0), ...split({ ...honest, message: lie }, (id) => id % 2 === 1)];
  },
};

export const equivocate: AnyStrategy = {
  name: 'equivocate',
  summary: 'tells each node, by chance, the truth, a lie, or both',
  says: (honest, send) => {
    const lies = send.lies(honest.message);
    if (lies.length === 0) return [honest];
    return honest.to.flatMap((id) => {
      const lie = pick(send, lies);
      return [[honest], [{ ...honest, message: lie }], [honest, { ...honest, message: lie }]][send.draw(3)]!.map((one) => ({ ...one, to: [id] }));
    });
  },
};

export const replay: AnyStrategy = {
  name: 'replay',
  summary: 'adds to what it says something that it said or heard before',
  says: (honest, { past, draw }) => (past.length === 0 ? [honest] : [honest, { ...honest, message: past[draw(past.length)]! }]),
};

export const selective: AnyStrategy = {
  name: 'selective',
  summary: 'leaves each node out of each thing that it says, by chance',
  says: (honest, { draw }) => split(honest, () => draw(2) === 0),
};

export const late: AnyStrategy = {
  name: 'late',
  summary: 'says everything late, and to each node at another time',
  says: (honest, { draw }) => honest.to.map((id) => ({ ...honest, to: [id], after: 1 + draw(400) })),
};

/** All that it saved is gone whenever it is restarted, or all but the oldest of it, as after a backup was played back. */
export const forgetful: AnyStrategy = {
  name: 'forgetful',
  summary: 'loyal, but for a disk that is emptied or set back whenever it falls',
  says: (honest) => [honest],
  machine: (honest, seed) => forgetting(honest, seed),
};

/** Two loyal nodes with one key, which do not know of each other: the host runs both. */
export const twins: AnyStrategy = { name: 'twins', summary: 'two loyal copies under one identity', says: (honest) => [honest] };

/** The ways of being Byzantine that any machine has; those with lies have them all. */
export const STRATEGIES: readonly AnyStrategy[] = [offline, liar, twoFaced, equivocate, replay, selective, late, forgetful, twins];

/** @param seed decides how much it forgets */
export function forgetting<V extends Vocabulary, State>(honest: Machine<V, State>, seed: number): Machine<V, State> {
  return {
    ...honest,
    recover(context, records) {
      const drawn = philox(records.length, context.self, 0xf026, 0, seed >>> 0, Math.floor(seed / 2 ** 32));
      const kept = drawn % 2 === 0 ? 0 : (drawn >>> 1) % records.length;
      return kept === 0 || honest.recover === undefined ? honest.begin(context) : honest.recover(context, records.slice(0, kept));
    },
  };
}

/** One of those lies; a lone one is not asked about. */
const pick = <V extends Vocabulary, State>({ draw }: SendContext<V, State>, lies: readonly V['message'][]): V['message'] | undefined => (lies.length < 2 ? lies[0] : lies[draw(lies.length)]);
