import { say, type FaultStrategy } from '../strategy.ts';

/** The same two faces in every round: the lower half of the others by id, and the quorum, see the honest one. */
export const twoFaced: FaultStrategy<'two-faced'> = {
  name: 'two-faced',
  summary: 'one value to the first half of the others, its counterpart to the rest',
  dependsOn: ['receiver'],
  says({ from, to, members, honest, lies }) {
    const others = members.filter((id) => id !== from);
    const deceived = others.slice(Math.ceil(others.length / 2));
    return [say(deceived.some((id) => id === to) ? (lies[0] ?? honest) : honest)];
  },
};
