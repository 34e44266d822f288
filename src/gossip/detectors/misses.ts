import { counted } from '../../core/figures.ts';
import type { Detector } from './detector.ts';
import { say } from '../links.ts';
import { suspect } from '../suspicion.ts';

/** As the programs of 2024 have it: who did not answer so many pings in a row is suspected, whatever else it says. */
export const misses: Detector = {
  name: 'misses',
  summary: 'suspects a neighbour that leaves three pings in a row unanswered',
  period: ({ context }) => context.settings.pingEvery,
  tick(turn) {
    const { state, context } = turn;
    const at = context.unixTime();
    for (const neighbour of state.neighbours.values()) {
      if (neighbour.awaited !== undefined) neighbour.missed += 1;
      neighbour.awaited = at;
      if (neighbour.missed >= context.settings.missesMax) suspect(turn, neighbour.address, `${counted(neighbour.missed, 'ping')} unanswered`);
    }
    say(turn, state.linked, { type: 'ping', at });
  },
  answered(_turn, neighbour) {
    neighbour.awaited = undefined;
    neighbour.missed = 0;
  },
};
