import { expect } from 'chai';
import { seededAt } from '../../src/core/choice.ts';
import { ACCEPTED, type Effect } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { addressOf } from '../../src/gossip/address.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import { open } from '../../src/gossip/links.ts';
import { generate, shareRecent } from '../../src/gossip/message-list.ts';
import { peerMachine } from '../../src/gossip/peer.ts';
import type { PeerState, PeerTurn } from '../../src/gossip/peer-state.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import type { GossipVocabulary } from '../../src/gossip/vocabulary.ts';

describe('a message list', () => {
  it('has what was said last for a new link, however much was said before: the old link may have lost it', () => {
    const address = addressOf('10.0.0.1', 6001)!;
    const context: GossipContext = { self: nodeId(1), members: [], signer: symbolicSigner(nodeId(1)), choose: seededAt(1, nodeId(1)), address, seeds: [], cluster: 'c', version: '1', settings: LAN, keys: symbolicKeys('k'), nonce: () => 'n', unixTime: () => 1 };
    const effects: Effect<GossipVocabulary>[] = [];
    const turn: PeerTurn = { context, state: peerMachine.begin(context) as PeerState, effects };
    for (let i = 1; i <= 200; i += 1) generate(turn, `text ${i}`);
    const link = open(turn, nodeId(ACCEPTED + 1), 'peer', 1)!;
    effects.length = 0;
    shareRecent(turn, link);
    const said = effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'gossip' ? [effect.message.payload.split(':').at(-1)] : []));
    expect(said).to.deep.equal(Array.from({ length: 64 }, (_, i) => `text ${137 + i}`));
  });
});
