import { counted } from '../core/figures.ts';
import { nodeId } from '../core/node.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { systemOf, type Definition } from '../runtime/virtual/members.ts';
import { bracha, type BroadcastState } from './bracha.ts';
import { BroadcastJudge } from './judge.ts';
import type { BroadcastVocabulary } from './messages.ts';

/** What is asked of nodes that all may broadcast, and who judges them. */
export const reliableBroadcast: Pick<Definition<BroadcastVocabulary, BroadcastState>, 'promises' | 'members' | 'tolerates' | 'inputs' | 'judge' | 'words'> = {
  promises: 'Agreement, validity and totality',
  members: 4,
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
};

/** Bracha’s broadcast among such nodes. */
export const broadcast = systemOf({ ...reliableBroadcast, name: 'bracha', summary: 'reliable broadcast (Bracha 1987): n > 3f, without signatures', machine: bracha, settings: {} });
