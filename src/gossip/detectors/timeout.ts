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
    const { pingEvery, silenceMax } = context.settings;
    for (const { heardAt, address } of state.linked) if ((state.ticks - heardAt) * pingEvery > silenceMax) suspect(turn, address!, `not heard for ${silenceMax / 1000} s`);
    say(turn, state.linked, { type: 'ping', at: context.unixTime() });
  },
};
