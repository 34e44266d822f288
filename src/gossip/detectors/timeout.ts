import type { Detector } from './detector.ts';
import { say } from '../links.ts';
import { suspect } from '../suspicion.ts';

/** As the programs of 2026 have it: everybody is pinged, and who was not heard for a fixed time is suspected. */
export const timeout: Detector = {
  name: 'timeout',
  summary: 'suspects a neighbour that was not heard for 15 s',
  period: ({ context }) => context.settings.pingEvery,
  tick(turn) {
    const { state, context } = turn;
    for (const neighbour of state.neighbours.values()) {
      neighbour.silent += context.settings.pingEvery;
      if (neighbour.silent > context.settings.silenceMax) suspect(turn, neighbour.address, `not heard for ${context.settings.silenceMax / 1000} s`);
    }
    say(turn, state.linked, { type: 'ping', at: context.unixTime() });
  },
};
