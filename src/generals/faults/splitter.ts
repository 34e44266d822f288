import { say, type FaultStrategy } from '../strategy.ts';

/**
 * Two faces, and in every round other ones who see the honest one: the half of the others that hears the truth moves on by one place, by
 * id and around. So no two who were told the same can count on being told the same again. The quorum sees the honest one.
 */
export const splitter: FaultStrategy<'splitter'> = {
  name: 'splitter',
  summary: 'one value to half of the others, its counterpart to the rest; another half in every round',
  dependsOn: ['round', 'receiver'],
  says({ from, to, round, members, honest, lies }) {
    const others = members.filter((id) => id !== from);
    const place = others.findIndex((id) => id === to);
    const turned = place - ((round - 1) % others.length);
    const isDeceived = place >= 0 && (turned < 0 ? turned + others.length : turned) >= Math.ceil(others.length / 2);
    return [say(isDeceived ? (lies[0] ?? honest) : honest)];
  },
};
