import { expect } from 'chai';
import type { ReplicaContext } from '../../../src/core/machine.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSeal } from '../../../src/core/seal.ts';
import { client } from '../../../src/protocols/pbft/client.ts';

const members = [0, 1, 2, 3].map(nodeId);
const self = nodeId(4);
const context: ReplicaContext = { self, members, seal: symbolicSeal(self), settings: {} };

describe('A client of PBFT that is not answered', () => {
  it('tells everyone of its oldest requests alone, and the new primary of the rest', () => {
    const state = client.begin(context);
    const sent = (effects: ReturnType<typeof client.step>): { readonly to: readonly number[]; readonly timestamp: number }[] =>
      effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'request' ? [{ to: effect.to, timestamp: effect.message.body.timestamp }] : []));
    for (let ticket = 1; ticket <= 100; ticket += 1) client.step(context, state, { type: 'input', input: { ticket, data: `request ${ticket}` } });
    expect(sent(client.step(context, state, { type: 'timeout', timer: 'retry' }))).to.deep.equal([]);
    const again = sent(client.step(context, state, { type: 'timeout', timer: 'retry' }));
    expect(again).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8].map((timestamp) => ({ to: members, timestamp })));

    const reply = (replica: number): ReturnType<typeof client.step> => {
      const body = { view: 1, client: self, replica: nodeId(replica), answers: [[1, 'done']] as const };
      return client.step(context, state, { type: 'message', from: nodeId(replica), message: { type: 'reply', body, signature: symbolicSeal(nodeId(replica)).sign('reply', body) } });
    };
    expect(sent(reply(1))).to.deep.equal([]);
    expect(sent(reply(2))).to.deep.equal(Array.from({ length: 92 }, (_, index) => ({ to: [1], timestamp: 9 + index })));
  });
});
