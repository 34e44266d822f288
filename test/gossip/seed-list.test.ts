import { expect } from 'chai';
import { seededAt } from '../../src/core/choice.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import { seedMachine } from '../../src/gossip/seed.ts';
import { admit } from '../../src/gossip/seed-list.ts';
import type { SeedState } from '../../src/gossip/seed-state.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import { bodyOf, type Member } from '../../src/gossip/statements.ts';
import { at } from '../support/gossip.ts';

describe('the list of a seed that was started again with another key', () => {
  const [own, other, peer] = [at(5001), at(5002), at(6001)];
  const keys = symbolicKeys('new');
  const context: GossipContext = { self: nodeId(0), members: [], signer: symbolicSigner(nodeId(0)), choose: seededAt(1, nodeId(0)), address: own, seeds: [own, other], cluster: 'c', version: '1', settings: LAN, keys, nonce: () => 'n', unixTime: () => 1 };
  const body = { type: 'member', address: peer, key: 'k', life: 1 } as const;
  const voteBy = (seed: typeof own, key: string): Member['votes'][number] => ({ seed, signature: symbolicKeys(key).sign('member', bodyOf.member(body)) });

  it('has its vote by that key for each member, and not the one that nobody can verify any more', () => {
    const state = seedMachine.begin(context) as SeedState;
    admit({ context, state, effects: [] }, { ...body, votes: [voteBy(own, 'old'), voteBy(other, 'its own')] }, other);
    expect(state.roster.entries.get(peer)!.member.votes).to.have.deep.members([voteBy(own, 'new'), voteBy(other, 'its own')]);
  });
});
