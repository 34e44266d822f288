import { counted } from '../core/figures.ts';
import { nodeId } from '../core/node.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { systemOf } from '../runtime/virtual/members.ts';
import { bracha } from './bracha.ts';
import { BroadcastJudge } from './judge.ts';

/** Bracha’s broadcast among nodes that all may broadcast. */
export const broadcast = systemOf({
  name: 'bracha',
  summary: 'reliable broadcast (Bracha 1987): n > 3f, without signatures',
  promises: 'Agreement, validity and totality',
  members: 4,
  machine: bracha,
  settings: {},
  tolerates: faultsTolerated,
  inputs: (draw, n, bursts) =>
    Array.from({ length: 1 + draw(6, 0, 6) }, (_, i) => ({
      at: bursts[i % bursts.length]! + draw(21, i, 30),
      node: nodeId(draw(8, i, n)),
      input: { number: i + 1, value: `value ${i + 1}` },
    })),
  judge: (plan, loyal) => new BroadcastJudge(plan, loyal),
  words: {
    asked: (inputs) => counted(inputs.length, 'broadcast'),
    input: ({ number, value }) => `is to broadcast ${JSON.stringify(value)}, its number ${number}`,
    output: ({ origin, number, value }) => `delivered ${JSON.stringify(value)}, broadcast ${number} of node ${origin}`,
  },
});
