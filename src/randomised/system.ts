import { nodeId } from '../core/node.ts';
import { systemOf } from '../runtime/virtual/members.ts';
import { benOr, tolerated } from './ben-or.ts';
import { AgreementJudge } from './judge.ts';
import { BITS } from './messages.ts';

/** Ben-Or’s agreement among nodes that are each given a bit, all the same one in a third of the plans. */
export const randomised = systemOf({
  name: 'ben-or',
  summary: 'randomised agreement on a bit (Ben-Or 1983): n > 5t, by local coins',
  promises: 'Agreement, validity and termination',
  members: 6,
  machine: benOr,
  settings: {},
  tolerates: tolerated,
  inputs(draw, n, bursts) {
    const isUnanimous = draw(81, 0, 3) === 0;
    return Array.from({ length: n }, (_, id) => ({
      at: bursts[id % bursts.length]! + draw(21, id, 30),
      node: nodeId(id),
      input: { value: BITS[draw(82, isUnanimous ? 0 : id, 2)]! },
    }));
  },
  judge: (plan, loyal) => new AgreementJudge(plan, loyal),
  words: {
    asked: (inputs) => `given ${inputs.map(({ input }) => input.value).join(' ')}`,
    input: ({ value }) => `is given ${value}`,
    output: ({ value, round }) => `decided ${value} in round ${round}`,
  },
});
