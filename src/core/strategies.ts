import { split, type SendContext, type SendOf } from './byzantine.ts';
import { chooseBelow } from './choice.ts';
import type { Machine, Vocabulary } from './machine.ts';

/** A strategy for traitors of any machine: it knows of messages only what the machine’s own `lies` makes of them. */
export interface AnyStrategy {
  readonly name: string;
  readonly summary: string;
  says<V extends Vocabulary, State>(honest: SendOf<V>, send: SendContext<V, State>): readonly SendOf<V>[];
  machine?<V extends Vocabulary, State>(honest: Machine<V, State>): Machine<V, State>;
}

export const offline: AnyStrategy = { name: 'offline', summary: 'says nothing', says: () => [] };

export const liar: AnyStrategy = {
  name: 'liar',
  summary: 'says a lie instead of each thing that it should say, the same to all',
  says: (honest, send) => {
    const lie = pick(send, 'lie', send.lies(honest.message));
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
      const message = pick(send, `lie to ${id}`, lies)!;
      const said = send.choose(`to ${id}`, [[honest.message], [message], [honest.message, message]]);
      return said.map((one) => ({ ...honest, message: one, to: [id] }));
    });
  },
};

export const replay: AnyStrategy = {
  name: 'replay',
  summary: 'adds to what it says something that it said or heard before',
  says: (honest, { past, choose }) => (past.length === 0 ? [honest] : [honest, { ...honest, message: choose('which', past) }]),
};

export const selective: AnyStrategy = {
  name: 'selective',
  summary: 'leaves each node out of each thing that it says, by chance',
  says: (honest, { choose }) => split(honest, (id) => choose(`to ${id}`, [true, false])),
};

export const late: AnyStrategy = {
  name: 'late',
  summary: 'says everything late, and to each node at another time',
  says: (honest, { choose }) => honest.to.map((id) => ({ ...honest, to: [id], after: 1 + chooseBelow(choose, `to ${id}`, 400) })),
};

/** All that it saved is gone whenever it is restarted, or all but the oldest of it, as after a backup was played back. */
export const forgetful: AnyStrategy = {
  name: 'forgetful',
  summary: 'loyal, but for a disk that is emptied or set back whenever it crashes',
  says: (honest) => [honest],
  machine: (honest) => forgetting(honest),
};

/** Two loyal nodes with one key, which do not know of each other: the host runs both. */
export const twins: AnyStrategy = { name: 'twins', summary: 'two loyal copies under one identity', says: (honest) => [honest] };

/** The ways of being Byzantine that any machine has; those with lies have them all. */
export const STRATEGIES: readonly AnyStrategy[] = [offline, liar, twoFaced, equivocate, replay, selective, late, forgetful, twins];

/** How much it forgets is chosen by how much there was. */
export function forgetting<V extends Vocabulary, State>(honest: Machine<V, State>): Machine<V, State> {
  return {
    ...honest,
    recover(context, records) {
      const about = `recovery from ${records.length} records`;
      const isEmptied = records.length === 0 || context.choose(about, [true, false]);
      const kept = isEmptied ? 0 : records.indexOf(context.choose(`${about}, the first that is lost`, records));
      return kept === 0 || honest.recover === undefined ? honest.begin(context) : honest.recover(context, records.slice(0, kept));
    },
  };
}

/** One of those lies; a lone one is not asked about. */
const pick = <V extends Vocabulary, State>({ choose }: SendContext<V, State>, about: string, lies: readonly V['message'][]): V['message'] | undefined => (lies.length < 2 ? lies[0] : choose(about, lies));
